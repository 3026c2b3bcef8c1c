"""The vectors that both publishers are held to (`templates/publisher/vectors/`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

import vttsync_publisher as vp
from vttsync_publisher.answers import (
    Answer,
    Delivered,
    Fewer,
    Mend,
    NoAnswer,
    SetAside,
    Stop,
    Verdict,
    Wait,
    judge,
)

URL = "http://room.test"
FOLDER = Path(__file__).resolve().parents[2] / "templates" / "publisher" / "vectors"
NO_WAIT = vp.Pace(first_wait=0, longest_wait=0)


def _vectors(name: str) -> dict[str, Any]:
    text = (FOLDER / f"{name}.json").read_text("utf-8").replace("@@262144@@", "x" * 262144)
    loaded: dict[str, Any] = json.loads(text)
    return loaded


REQUESTS, ANSWERS, CONVERSATIONS = map(_vectors, ("requests", "answers", "conversations"))


def _named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


def _changes(commands: list[dict[str, list[Any]]]) -> list[vp.Change]:
    make: dict[str, Callable[..., vp.Change]] = {
        "put": vp.put,
        "patch": vp.patch,
        "delete": vp.delete,
    }
    return [make[name](*args) for command in commands for name, args in command.items()]


class Script(httpx.AsyncBaseTransport):
    """Gives one answer after the other, and keeps the requests."""

    def __init__(self, answers: Iterator[httpx.Response | Exception]) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = answers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("case", _named(REQUESTS["cases"]))
def test_a_command_becomes_these_bytes(case: dict[str, Any]) -> None:
    body = {"applied": [], "duplicates": [], "seq": {}, "closed": 0, "epoch": "e", "version": "v"}
    script = Script(iter([httpx.Response(200, json=body)]))

    async def command() -> None:
        async with (
            httpx.AsyncClient(transport=script) as client,
            vp.Publisher(URL, REQUESTS["publishKey"], client=client) as publisher,
        ):
            ((name, args),) = case["command"].items()
            if name == "publish":
                args = args | {"changes": _changes(args["changes"])}
            await getattr(publisher, name)(**args)

    asyncio.run(command())
    (request,), wanted = script.requests, case["request"]
    assert request.method == wanted["method"]
    assert str(request.url) == URL + wanted["path"]
    assert request.content.decode() == wanted["body"]
    ours = ("authorization", "content-type", "idempotency-key")
    assert {k: v for k, v in request.headers.items() if k in ours} == wanted["headers"]


@pytest.mark.parametrize("case", _named(REQUESTS["wrong"]))
def test_what_no_room_could_take_is_refused_at_once(case: dict[str, Any]) -> None:
    script = Script(iter([]))

    async def command() -> None:
        async with (
            httpx.AsyncClient(transport=script) as client,
            vp.Publisher(URL, "key", client=client) as publisher,
        ):
            await publisher.publish(case["session"], _changes(case["changes"]))

    with pytest.raises((ValueError, TypeError)):
        asyncio.run(command())
    assert script.requests == []


@pytest.mark.parametrize("case", _named(REQUESTS["tickets"]))
def test_tickets(case: dict[str, Any]) -> None:
    key = REQUESTS["ticketKey"]
    if "wrong" in case:
        with pytest.raises(ValueError, match=r"\S"):
            vp.mint_ticket(key, **case["command"])
        return
    ticket = vp.mint_ticket(key, **case["command"])
    assert jwt.get_unverified_header(ticket)["alg"] == "HS256"
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(ticket, key, ["HS256"], audience="vttsync", options=options)
    assert claims == case["claims"]


def _told(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Delivered(results):
            return {"delivered": [asdict(result) for result in results]}
        case Wait(at_least, up_to, _):
            return {"wait": {"atLeast": at_least, "upTo": up_to}}
        case Fewer(publishes):
            return {"fewer": publishes}
        case Mend(publish, change):
            return {"mend": {"publish": publish, "change": change}}
        case SetAside(refusal):
            said = asdict(refusal)
            assert said.pop("message")
            return {"setAside": {k: v for k, v in said.items() if v not in (None, "")}}
        case Stop():
            return {"stop": True}


@pytest.mark.parametrize("case", _named(ANSWERS["cases"]))
def test_what_an_answer_means(case: dict[str, Any]) -> None:
    said = case["answer"]
    answer: Answer | NoAnswer = (
        NoAnswer(said["lost"])
        if "lost" in said
        else Answer(
            said["status"], said.get("body"), said.get("retryAfter", ""), said.get("date", "")
        )
    )
    verdict = judge(
        answer,
        ANSWERS["batches"][case["batch"]],
        case.get("failures", 0),
        pace=vp.Pace(),
        mends=case.get("mends", True),
        now=case.get("now", 0),
    )
    assert _told(verdict) == case["verdict"]


@pytest.mark.parametrize("case", _named(CONVERSATIONS["cases"]))
def test_a_conversation(case: dict[str, Any]) -> None:
    script = Script(map(_scripted, [step["answer"] for step in case["steps"]]))
    rows: dict[str, Any] = case.get("wholeRows", {})

    def whole_row(session: str, kind: str, key: str) -> tuple[int, dict[str, Any]] | None:
        assert session == "friday"
        found = rows.get(f"{kind}/{key}")
        if found is None:
            return None
        rev = found["rev"]
        found["rev"] += 1  # as a replica that catches up
        return rev, found["row"]

    async def talk() -> list[str]:
        async with (
            httpx.AsyncClient(transport=script) as client,
            vp.Publisher(
                URL,
                "key",
                client=client,
                pace=NO_WAIT,
                whole_row=whole_row if "wholeRows" in case else None,
            ) as publisher,
        ):
            publishes = [publisher.publish("friday", changes) for changes in case["queue"]]
            return [_end(it) for it in await asyncio.gather(*publishes, return_exceptions=True)]

    ends = asyncio.run(talk())
    assert [request.content.decode() for request in script.requests] == [
        step["body"] for step in case["steps"]
    ]
    assert ends == case["ends"]


def _scripted(answer: dict[str, Any]) -> httpx.Response | Exception:
    if "lost" in answer:
        return httpx.ReadError(answer["lost"])
    headers = {"retry-after": answer["retryAfter"]} if "retryAfter" in answer else {}
    if "body" in answer:
        return httpx.Response(answer["status"], json=answer["body"], headers=headers)
    return httpx.Response(answer["status"], text="<html>", headers=headers)


def _end(end: object) -> str:
    if isinstance(end, vp.RefusedError):
        return end.refusal.code
    if isinstance(end, vp.KeyRefusedError):
        return "key_refused"
    assert isinstance(end, vp.Published), end
    return "delivered"
