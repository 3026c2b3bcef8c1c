"""The Python models and the room's JSON Schema describe the same protocol."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal, get_args, get_origin

import jsonschema
import jwt
import pytest
from pydantic import BaseModel

from tests.unit.broadcast.perfect import TEMPLATES, first_fight, perfect
from vttsync.broadcast import protocol
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.replay.ticket import LIFETIME, mint

SCHEMA = json.loads((TEMPLATES.parent / "party" / "protocol.schema.json").read_text("utf-8"))
KEY = "a key of at least thirty-two characters"


@cache
def validator(definition: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    )


def check(value: object, definition: str) -> None:
    validator(definition).validate(value)


def objects(schema: Any) -> list[Any]:
    """The object schemas behind a definition: itself, or its variants."""
    if "$ref" in schema:
        return objects(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    variants = schema.get("oneOf") or schema.get("anyOf")
    return [one for variant in variants for one in objects(variant)] if variants else [schema]


def test_every_publish_of_a_plan_is_a_valid_body() -> None:
    for publish in first_fight().publishes:
        check({"changes": [change.body() for change in publish.changes]}, "PublishBody")


def test_every_frame_of_a_perfect_replay_is_a_valid_frame() -> None:
    for text in {str(frame.data) for log in perfect().logs for frame in log.frames}:
        check(json.loads(text), "ServerFrame")
        assert protocol.parse_frame(text)


def test_every_answer_of_a_perfect_replay_is_a_valid_result() -> None:
    for answer in perfect().answers:
        check(json.loads(answer.body), "PublishResult")


def test_rows_that_everyone_is_shown_are_rows_of_their_kind() -> None:
    for (kind, _), row in expect(first_fight()).rows[-1].items():
        check(row, f"{kind.capitalize()}Row")


MODELS: tuple[tuple[type[BaseModel], str], ...] = (
    (protocol.PublishResult, "PublishResult"),
    (protocol.ErrorBody, "ErrorBody"),
    (protocol.SessionHealth, "SessionHealth"),
    (protocol.KickResult, "KickResult"),
    (protocol.SnapshotAnswer, "SnapshotAnswer"),
    (protocol.DigestAnswer, "DigestAnswer"),
    (protocol.DigestsAnswer, "DigestsAnswer"),
    (protocol.Hello, "Hello"),
    (protocol.Snapshot, "Snapshot"),
    (protocol.Delta, "Delta"),
    (protocol.Stale, "Stale"),
    (protocol.Presence, "Presence"),
    (protocol.RoomError, "RoomError"),
)


@pytest.mark.parametrize(("model", "definition"), MODELS)
def test_models_and_schema_have_the_same_keys(model: type[BaseModel], definition: str) -> None:
    (schema,) = objects(SCHEMA["$defs"][definition])

    same_keys(model, schema)


def same_keys(model: type[BaseModel], schema: Any) -> None:
    """Hold a model against a schema, and the models and schemas inside them."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    assert set(fields) == set(schema["properties"])
    assert {name for name, field in fields.items() if field.is_required()} == set(
        schema["required"]
    )
    assert schema["additionalProperties"] is False
    for name, field in fields.items():
        inside = schema["properties"][name]
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            (inner,) = objects(inside)
            same_keys(field.annotation, inner)
        if "enum" in inside and get_origin(field.annotation) is Literal:
            assert set(get_args(field.annotation)) == set(inside["enum"])


@pytest.mark.parametrize(
    ("model", "definition", "field"),
    [
        (protocol.Digest, "DigestsAnswer", "digests"),
        (protocol.PresenceItem, "Presence", "items"),
        (protocol.SnapshotEntity, "Snapshot", "entities"),
        (protocol.Ref, "PublishResult", "applied"),
    ],
)
def test_models_inside_others_have_the_schemas_keys(
    model: type[BaseModel], definition: str, field: str
) -> None:
    (schema,) = objects(SCHEMA["$defs"][definition])
    many = schema["properties"][field]

    (inner,) = objects(many.get("items") or many["additionalProperties"])
    same_keys(model, inner)


def test_changes_that_clients_see_have_the_schemas_keys() -> None:
    models: dict[str, type[BaseModel]] = {
        "put": protocol.Put,
        "patch": protocol.Patch,
        "del": protocol.Del,
    }

    for schema in objects(SCHEMA["$defs"]["ViewChange"]):
        op = schema["properties"]["op"]
        model = models[op.get("const") or op["enum"][0]]
        assert set(model.model_fields) == set(schema["properties"]) == set(schema["required"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"delta"}',
        '{"type":"error","code":"x","message":"y","more":1}',
        '{"type":"error","code":"unsupported","message":"y"}',
        '{"type":"snapshot","epoch":"e","seq":1,"entities":[]}',
        '{"type":"snapshot","epoch":"e","seq":1,"part":0,"parts":1,"entities":[]}',
        '{"type":"snapshot","epoch":"e","seq":1.5,"part":1,"parts":1,"entities":[]}',
        '{"type":"snapshot","epoch":"e","seq":true,"part":1,"parts":1,"entities":[]}',
        '{"type":"snapshot","epoch":"e","seq":NaN,"part":1,"parts":1,"entities":[]}',
        '{"type":"delta","epoch":"e","seq":1,"changes":[]}',
        '{"type":"delta","epoch":"e","first":1,"seq":2,"changes":[]}',
        '{"type":"stale","seq":4}',
        '{"type":"presence","items":[{"user":"u","role":"gm","kind":"cursor"}]}',
        '{"type":"hello","protocol":1,"version":"v","epoch":"e","seq":0,"audience":"user:"}',
        '{"type":"hello","protocol":1,"version":"v","epoch":"e","seq":0,"audience":"gm "}',
        '{"type":"delta","epoch":"e","seq":1,"changes":[{"op":"del","kind":"a","key":"b","rev":1}]}',
    ],
)
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        protocol.parse_frame(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"hello","protocol":1,"version":"v","epoch":"e","seq":0,"audience":"user:a b"}',
        '{"type":"snapshot","epoch":"e","seq":1,"part":2,"parts":2,"entities":[]}',
        '{"type":"delta","epoch":"e","from":1,"seq":2,"changes":[]}',
        '{"type":"stale"}',
        '{"type":"presence","items":[{"user":"u","role":"gm","kind":"ping","value":null}]}',
        '{"type":"error","code":"replaced","message":"y"}',
    ],
)
def test_every_frame_is_read_as_it_was_written(text: str) -> None:
    frame = protocol.parse_frame(text)

    assert json.loads(frame.model_dump_json(by_alias=True, exclude_unset=True)) == json.loads(text)


def test_a_ticket_says_who_where_and_how_long() -> None:
    ticket = mint(KEY, session="s1", role="player", user="player 2", now=1_000_000.7)

    claims = jwt.decode(
        ticket,
        KEY,
        ["HS256"],
        audience="vttsync",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "aud": "vttsync",
        "sid": "s1",
        "role": "player",
        "sub": "player 2",
        "iat": 1_000_000,
        "exp": 1_000_000 + LIFETIME,
    }
    check(claims, "TicketClaims")
