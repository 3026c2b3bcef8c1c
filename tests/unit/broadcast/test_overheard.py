"""What is hidden, and what belongs to another session, is found wherever it stands."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import replace
from functools import cache
from urllib.parse import quote

import pytest

from tests.unit.broadcast.perfect import TEMPLATES, perfect_replay
from vttsync.broadcast.actions import Plan
from vttsync.broadcast.judge.disguises import forms, plain
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Difference, Reason
from vttsync.broadcast.plan.next_door import NEXT_DOOR
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.plan.view import KINDS
from vttsync.broadcast.replay.transcript import Beside, Closed, Frame, Log, Transcript
from vttsync.broadcast.script.reading import BUILT_IN, read_script

SECRET = "Poses as the innkeeper's brother."
EVERYWHERE = "Vesk the Quiet"
GHOST = "Ghost of the table next door"

DISGUISES = {
    "as it is": SECRET,
    "in capitals": SECRET.upper(),
    "in wide letters": "".join(chr(ord(it) + 0xFEE0) if "!" <= it <= "~" else it for it in SECRET),
    "percent-encoded": quote(SECRET),
    "as HTML": html.escape(SECRET, quote=True),
    "as numbers in HTML": "".join(f"&#{ord(letter)};" for letter in SECRET),
    "escaped twice": "".join(f"\\u{ord(letter):04x}" for letter in SECRET),
    "in hex": SECRET.encode().hex(),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "in base64 behind something else": f"id_{base64.b64encode(SECRET.encode()).decode()}",
    "in base64, percent-encoded": quote(base64.b64encode(SECRET.encode()).decode()),
}


@cache
def smoke() -> tuple[Plan, Transcript]:
    plan = make_plan(read_script(TEMPLATES / "smoke.toml"))
    return plan, replace(perfect_replay(plan), beside=next_door())


@cache
def next_door() -> Beside:
    there = perfect_replay(NEXT_DOOR)
    return Beside(there.logs, there.answers, there.pointed)


def told(who: str, text: str | bytes, transcript: Transcript | None = None) -> Difference:
    """The first difference, when a client gets one more message."""
    plan, right = smoke()
    transcript = transcript or right
    logs = [_with(log, text) if log.client.name == who else log for log in transcript.logs]
    return judge(plan, replace(transcript, logs=tuple(logs))).differences[0]


def _with(log: Log, text: str | bytes) -> Log:
    here = log.frames[:3][-1]
    return replace(log, frames=(*log.frames[:3], Frame(here.at, text), *log.frames[3:]))


def test_what_is_right_passes_with_the_session_next_door_too() -> None:
    plan, right = smoke()

    assert judge(plan, right).differences == ()


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_secret_in_disguise_is_leaked(disguise: str) -> None:
    found = told("spectator", json.dumps({"type": "hint", "for": DISGUISES[disguise]}))

    assert (found.reason, found.who) == (Reason.LEAKED, "spectator")
    assert SECRET in found.got


@pytest.mark.parametrize("text", ["{not json: " + SECRET, b"\x00\xff" + SECRET.encode() + b"\xfe"])
def test_a_secret_in_what_is_no_message_is_leaked(text: str | bytes) -> None:
    assert told("spectator", text).reason is Reason.LEAKED


def test_the_game_master_may_be_told() -> None:
    assert told("gm", json.dumps({"type": "hint", "for": SECRET})).reason is not Reason.LEAKED


def test_a_field_that_is_named_twice_hides_nothing() -> None:
    text = f'{{"type":"stale","note":"{SECRET}","note":"x"}}'

    assert told("spectator", text).reason is Reason.LEAKED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (SECRET, Reason.LEAKED),
        (base64.b64encode(SECRET.encode()).decode(), Reason.LEAKED),
        (GHOST, Reason.MIXED),
        ("going away", Reason.CLOSED),
    ],
)
def test_the_reason_of_a_close_is_looked_through(said: str, reason: Reason) -> None:
    plan, right = smoke()
    logs = [
        replace(log, frames=log.frames[:4], closed=Closed(1001, said))
        if log.client.name == "spectator"
        else log
        for log in right.logs
    ]

    assert judge(plan, replace(right, logs=tuple(logs))).differences[0].reason is reason


@pytest.mark.parametrize("who", ["gm", "player 1", "late player", "spectator"])
def test_what_is_said_next_door_is_heard_by_nobody_here(who: str) -> None:
    found = told(who, json.dumps({"type": "hint", "for": GHOST}))

    assert (found.reason, found.who, found.got) == (Reason.MIXED, who, [GHOST])


@pytest.mark.parametrize("who", ["gm next door", "late gm next door"])
def test_what_is_said_here_is_not_heard_next_door(who: str) -> None:
    plan, right = smoke()
    beside = next_door()
    text = json.dumps({"type": "hint", "for": EVERYWHERE})
    logs = tuple(
        replace(log, frames=(*log.frames, Frame(log.frames[-1].at, text)))
        if log.client.name == who
        else log
        for log in beside.logs
    )

    found = judge(plan, replace(right, beside=replace(beside, logs=logs))).differences[0]

    assert (found.reason, found.who, found.got) == (Reason.MIXED, who, [EVERYWHERE])


def test_next_door_is_told_of_only_where_nothing_is_wrong_here() -> None:
    plan, right = smoke()
    lost = replace(next_door(), logs=tuple(_short(log) for log in next_door().logs))

    alone = judge(plan, replace(right, beside=lost)).differences
    gm, *others = right.logs
    both = judge(plan, replace(right, beside=lost, logs=(_short(gm), *others))).differences

    assert {it.who for it in alone} == {"gm next door", "late gm next door"}
    assert {it.who for it in both} == {"gm"}


def _short(log: Log) -> Log:
    return replace(log, frames=log.frames[:-1])


def test_an_answer_to_an_old_ticket_tells_no_secret() -> None:
    plan, right = smoke()
    (visit,) = right.visits
    told_why = visit.frames[0].data
    assert isinstance(told_why, str)
    said = replace(visit, frames=(Frame(0.0, told_why.replace("no", SECRET)),))
    let_in = replace(visit, frames=right.logs[0].frames[:2], closed=None)

    reasons = [
        judge(plan, replace(right, visits=(one,))).differences[0].reason for one in (said, let_in)
    ]

    assert reasons == [Reason.LEAKED, Reason.EXPIRED]


def test_innocent_words_have_innocent_forms() -> None:
    assert plain("Straße ﬁnd") == "strasse find"
    assert all(SECRET.casefold() not in form for form in forms("innkeeper brother poses"))


def test_scripts_know_the_kinds_that_views_know() -> None:
    assert tuple(KINDS) == BUILT_IN
