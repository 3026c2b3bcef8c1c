"""The server decides who may do what, whatever a page shows or sends."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from server import database
from server.people import Role
from tests.table.seats import SESSION, Seat, Table

MOVE = ("PATCH", "/tokens/aldric", {"x": 256, "y": 256})
HURT = ("PATCH", "/tokens/aldric", {"hp": 40})
HIDE = ("PATCH", "/tokens/grub", {"hidden": True})
REMOVE = ("DELETE", "/tokens/grub", None)
ADD = ("POST", "/tokens", {"creature": "x", "name": "", "sceneId": "gatehouse", "x": 0, "y": 0})
DOOR = ("PATCH", "/doors/door-1", {"door": "open"})
TURN = ("POST", "/combats/ambush/turn", {"round": 1, "combatantId": "fighter-owlbear"})
AGAIN = ("POST", "/again", None)
Deed = tuple[str, str, Any]


@pytest.mark.parametrize(
    ("user", "role", "allowed"),
    [
        ("mara", "gm", (MOVE, HURT, HIDE, DOOR, TURN, REMOVE, AGAIN)),
        ("ann", "player", (MOVE, HURT)),
        ("ben", "player", ()),
        ("ann", "spectator", ()),
        ("ann", "display", ()),
    ],
)
def test_who_may_do_what(polled: Table, user: str, role: Role, allowed: tuple[Deed, ...]) -> None:
    seat = polled.seat(user, role)
    for deed in (MOVE, HURT, HIDE, DOOR, TURN, REMOVE, AGAIN):
        before = polled.rows()
        status = seat.ask(*deed).status_code
        assert status == (200 if deed in allowed else 403), deed
        assert (polled.rows() != before) == (deed in allowed), deed


def test_only_the_gm_adds_creatures_and_is_told_which_there_are(gm: Seat, ann: Seat) -> None:
    creatures = gm.ask("GET", "").json()["creatures"]
    wolf = next(it["id"] for it in creatures if it["name"] == "Giant Wolf Spider")
    body = {"creature": wolf, "name": " Eight ", "sceneId": "gatehouse", "x": 9e5, "y": -5}
    assert ann.ask("POST", "/tokens", body).status_code == 403
    assert ann.ask("GET", "").json()["creatures"] == []
    assert gm.ask("POST", "/tokens", body).status_code == 200
    [(key, added)] = [(key, it) for (_, key), it in gm.state().items() if it.get("name") == "Eight"
                      and "hp" in it]  # fmt: skip
    assert (added["x"], added["y"], added["hidden"]) == (2560 - 256, 0, True)
    assert gm.state()["combatant", f"fighter-{key}"]["tokenId"] == key
    assert not [it for it in ann.state().values() if it.get("name") == "Eight"]


def test_a_locked_token_stays_where_it_is(polled: Table, gm: Seat, ann: Seat) -> None:
    with closing(database.connect(polled.path)) as connection:
        database.update(connection, SESSION, ("token", "aldric"), {"locked": True})
    assert ann.ask(*MOVE).status_code == 403
    assert gm.ask(*MOVE).status_code == 200


def test_a_token_stays_inside_its_scene(ann: Seat) -> None:
    assert ann.ask("PATCH", "/tokens/aldric", {"x": -900, "y": 99_999}).status_code == 200
    aldric = ann.state()["token", "aldric"]
    assert (aldric["x"], aldric["y"]) == (0, 2560 - 256)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"user": "ann", "role": "owner"}, "bad_role"),
        ({"user": " ", "role": "gm"}, "bad_user"),
        ({"user": "a\u202eb", "role": "gm"}, "bad_user"),
        ({"user": "\ud800", "role": "gm"}, "bad_body"),
        ({"user": "a" * 65, "role": "gm"}, "bad_user"),
        ({"user": 7, "role": "gm"}, "bad_body"),
        ({"role": "gm"}, "bad_body"),
    ],
)
def test_names_and_roles_that_are_none(polled: Table, body: Any, code: str) -> None:
    answer = polled.client.post(f"/api/sessions/{SESSION}/login", content=json.dumps(body))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_nothing_without_a_login_of_this_session(polled: Table, ann: Seat) -> None:
    assert polled.client.post("/api/sessions/other/login", json={}).status_code == 400
    body = {"user": "ann", "role": "gm"}
    assert polled.client.post("/api/sessions/other/login", json=body).status_code == 404
    stranger = Seat(polled.client, "ann", "gm", "nonsense")
    for method, path in [
        ("GET", ""),
        ("GET", "/state"),
        ("POST", "/ticket"),
        ("DELETE", "/tokens/x"),
    ]:
        assert stranger.ask(method, path).status_code == 401
    held = {"authorization": f"Bearer {ann.token}"}
    assert polled.client.get("/api/sessions/other/state", headers=held).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"nonsense", b"[" * 16_000, b'{"x": NaN, "y": 1}', b'{"x": 1e400, "y": 1}',
        b'{"x": "1", "y": 1}', b'{"x": true, "y": 1}', b'{"x": 1}', b'{"hidden": 1}', b'{"hp": []}',
        b'{"x": 1e12, "y": 0}', b"\xff",
    ],
)  # fmt: skip
def test_bodies_that_are_none(polled: Table, gm: Seat, body: bytes) -> None:
    before = polled.rows()
    answer = polled.client.patch(
        f"/api/sessions/{SESSION}/tokens/grub",
        content=body,
        headers={"authorization": f"Bearer {gm.token}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_body")
    assert polled.rows() == before


def test_a_body_has_an_end(gm: Seat) -> None:
    assert gm.ask("PATCH", "/tokens/grub", {"name": "x" * 20_000}).status_code == 413


def test_pages_keep_to_themselves(polled: Table) -> None:
    for path in ("/", "/?session=friday", "/page/main.js", "/api/sessions", "/vttsync.js", "/none"):
        headers = polled.client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"


def test_licences_are_shown(polled: Table) -> None:
    text = polled.client.get("/licences").text
    assert "Andre Kostur" in text
    assert "CC-BY-4.0" in text or "Creative Commons Attribution 4.0" in text
