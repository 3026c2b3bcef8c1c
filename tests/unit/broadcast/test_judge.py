"""The verdict names the fault that was done to a replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.broadcast.perfect import TEMPLATES, first_fight, perfect, perfect_replay
from vttsync.broadcast.judge.align import Message, align
from vttsync.broadcast.judge.case import Case, heard
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.stream import examine
from vttsync.broadcast.judge.verdict import Difference, Reason, Verdict
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.transcript import Closed, Frame, Log, Transcript
from vttsync.broadcast.script.reading import read_script

Frames = list[Frame]
HIDDEN = "Vesk the Quiet"


def harmed(
    who: str, harm: Callable[[Frames], Frames], replay: Transcript | None = None
) -> Transcript:
    replay = replay or perfect()
    logs = tuple(
        with_frames(log, harm(list(log.frames))) if log.client.name == who else log
        for log in replay.logs
    )
    return replace(replay, logs=logs)


def with_frames(log: Log, frames: Frames) -> Log:
    """The same log with other messages; who comes back does so when they did."""
    comebacks = tuple(
        replace(it, frames=sum(frame.at < log.frames[it.frames].at for frame in frames))
        for it in log.comebacks
    )
    return replace(log, frames=tuple(frames), comebacks=comebacks)


def verdict(transcript: Transcript, version: str | None = None) -> Verdict:
    return judge(first_fight(), transcript, expected_version=version)


def told(frame: Frame) -> Any:
    return json.loads(frame.data)


def saying(frame: Frame, **fields: object) -> Frame:
    return replace(frame, data=json.dumps(told(frame) | fields))


def edited(place: int, edit: Callable[[Any], None]) -> Callable[[Frames], Frames]:
    def harm(frames: Frames) -> Frames:
        message = told(frames[place])
        edit(message)
        return [
            *frames[:place],
            replace(frames[place], data=json.dumps(message)),
            *frames[place + 1 :],
        ]

    return harm


def swapped(place: int) -> Callable[[Frames], Frames]:
    def harm(frames: Frames) -> Frames:
        one, other = frames[place], frames[place + 1]
        # Nothing arrives before it was sent: both come when the later one did.
        frames[place : place + 2] = [other, replace(one, at=other.at)]
        return frames

    return harm


def renumbered(place: int, by: int) -> Callable[[Frames], Frames]:
    return edited(place, lambda message: message.update(seq=message["seq"] + by))


def primary(transcript: Transcript, version: str | None = None) -> Difference:
    return verdict(transcript, version).differences[0]


def test_a_replay_without_fault_passes() -> None:
    result = verdict(perfect(), "v1")

    assert result.passed, result.differences
    assert [row.passed for row in result.clients] == [True] * 11
    assert {row.name: (row.expected, row.received) for row in result.clients} == {
        "gm": (30, 30),
        **{f"player {n}": (26, 26) for n in (1, 2)},
        **{f"player {n}": (25, 25) for n in (3, 4, 5)},
        "spectator": (25, 25),
        "returning player": (26, 26),
        "late gm": (2, 2),
        "late player": (2, 2),
        "late spectator": (2, 2),
    }
    assert result.latency is not None
    assert result.latency.p50 == pytest.approx(4, abs=0.01)
    assert result.latency.max == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize("place", [0, 1, 2, 5, 14, 24])
@pytest.mark.parametrize("who", ["gm", "player 3", "spectator"])
def test_a_lost_message_is_missing(who: str, place: int) -> None:
    difference = primary(harmed(who, lambda frames: frames[:place] + frames[place + 1 :]))

    assert (difference.reason, difference.who) == (Reason.MISSING, who)
    assert difference.expected
    assert difference.got is None


def test_a_difference_names_the_step_and_its_line() -> None:
    difference = primary(harmed("player 2", lambda frames: frames[:3] + frames[4:]))

    assert difference.step == "Old Brambleback moves to [7, 5]"
    line = first_fight().publishes[difference_line(difference)].line
    assert difference.line == line


def difference_line(difference: Difference) -> int:
    return [publish.label for publish in first_fight().publishes].index(difference.step)


def test_a_message_lost_without_a_gap_in_the_numbers_is_still_missing() -> None:
    def lose(frames: Frames) -> Frames:
        rest = [saying(frame, seq=told(frame)["seq"] - 1) for frame in frames[8:]]
        return frames[:7] + rest

    assert [d.reason for d in verdict(harmed("player 1", lose)).differences] == [Reason.MISSING]


def test_the_last_messages_lost_are_one_difference() -> None:
    differences = verdict(harmed("player 1", lambda frames: frames[:20])).differences

    assert [difference.reason for difference in differences] == [Reason.MISSING]
    assert "5 more" in differences[0].means


@pytest.mark.parametrize("place", [0, 1, 2, 9, 24])
def test_a_message_sent_twice_is_repeated(place: int) -> None:
    result = verdict(harmed("player 3", lambda f: [*f[: place + 1], f[place], *f[place + 1 :]]))

    assert [difference.reason for difference in result.differences] == [Reason.REPEATED]


def test_a_message_sent_again_under_a_new_number_is_repeated() -> None:
    def repeat(frames: Frames) -> Frames:
        later = [saying(frame, seq=told(frame)["seq"] + 1) for frame in frames[7:]]
        return [*frames[:8], *later]

    assert primary(harmed("gm", repeat)).reason is Reason.REPEATED


@pytest.mark.parametrize("place", [0, 1, 2, 10, 24])
def test_two_messages_in_the_wrong_order_are_reordered(place: int) -> None:
    result = verdict(harmed("player 1", swapped(place)))

    assert {difference.reason for difference in result.differences} == {Reason.REORDERED}


def test_another_value_is_altered() -> None:
    difference = primary(
        harmed("player 5", edited(3, lambda m: m["changes"][0]["value"].update(x=1281)))
    )

    assert difference.reason is Reason.ALTERED
    assert difference.expected[0]["value"] == {"x": 1280}
    assert difference.got[0]["value"] == {"x": 1281}


def test_true_is_not_taken_for_one() -> None:
    harm = edited(1, lambda m: m["entities"][0]["value"].update(intensity=True))

    assert primary(harmed("player 5", harm)).reason is Reason.ALTERED


def test_a_snapshot_without_one_entity_is_altered() -> None:
    difference = primary(harmed("late player", edited(1, lambda m: m["entities"].pop())))

    assert (difference.reason, difference.who) == (Reason.ALTERED, "late player")
    assert [row["kind"] for row in difference.expected] == ["wall"]


@pytest.mark.parametrize("by", [-1, 1, 7])
@pytest.mark.parametrize("place", [1, 2, 16, 24])
def test_a_wrong_number_is_a_gap(place: int, by: int) -> None:
    assert primary(harmed("spectator", renumbered(place, by))).reason is Reason.GAP


def test_a_hidden_token_in_the_snapshot_is_leaked() -> None:
    gm = told(perfect().logs[0].frames[1])
    hidden = next(row for row in gm["entities"] if row["value"].get("name") == HIDDEN)
    harm = edited(1, lambda m: m["entities"].append(hidden))

    (difference,) = verdict(harmed("player 4", harm)).differences

    assert (difference.reason, difference.who) == (Reason.LEAKED, "player 4")
    assert HIDDEN in difference.got


def test_what_is_leaked_in_any_other_text_is_found() -> None:
    for data in (f"<p>{HIDDEN}", json.dumps({"type": "x", HIDDEN: 1}), HIDDEN.encode()):
        harm = lambda frames, data=data: [*frames[:9], Frame(frames[9].at, data), *frames[9:]]  # noqa: E731
        assert primary(harmed("player 1", harm)).reason is Reason.LEAKED


def test_a_name_escaped_in_json_is_found() -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in HIDDEN)
    data = f'{{"type":"delta","epoch":"e1.user:player 1","seq":9,"changes":[],"by":"{escaped}"}}'

    difference = primary(harmed("player 1", lambda f: [*f[:9], Frame(f[9].at, data), *f[9:]]))

    assert difference.reason is Reason.LEAKED


SHORT_NAMES = f"""
title = "Names that are hard to tell from other words"
scene = {{ name = "Gatehouse", map = "{(TEMPLATES / "sample-map.dd2vtt").as_posix()}" }}
creatures = {{ from = "{(TEMPLATES / "srd-tokens.json").as_posix()}" }}
token = [
  {{ name = "Almanach", creature = "Spy", at = [4, 5] }},
  {{ name = "Al", creature = "Bat", at = [4, 6], hidden = true, notes = "size" }},
  {{ name = "Grid", creature = "Rat", at = [5, 6], hidden = true }},
]
step = [{{ move = "Almanach", along = [[4, 7]] }}]
"""


def test_short_secrets_are_found_but_not_in_other_words(tmp_path: Path) -> None:
    file = tmp_path / "names.toml"
    file.write_text(SHORT_NAMES, encoding="utf-8")
    plan = make_plan(read_script(file))
    replay = perfect_replay(plan)
    assert judge(plan, replay).differences == ()

    for name, reason in (("Al", Reason.LEAKED), ("Ale", Reason.ALTERED)):
        harm = edited(2, renamed(name))
        difference = judge(plan, harmed("player 1", harm, replay)).differences[0]
        assert (difference.reason, difference.who) == (reason, "player 1")


def renamed(name: str) -> Callable[[Any], None]:
    return lambda message: message["changes"][0]["value"].update(name=name)


def test_the_game_masters_fields_are_leaked() -> None:
    harm = edited(6, lambda m: m["changes"][0]["value"].update(turn=1))

    difference = primary(harmed("player 1", harm))

    assert difference.reason is Reason.LEAKED
    assert difference.got == ["combat/combat-1: turn"]


def test_a_token_that_hid_again_and_still_moves_is_leaked() -> None:
    change = {"op": "patch", "kind": "token", "key": "vesk-the-quiet", "value": {"x": 5}}
    extra = json.dumps({"type": "delta", "epoch": "e1.player", "seq": 27, "changes": [change]})

    difference = primary(harmed("player 3", lambda f: [*f, Frame(f[-1].at, extra)]))

    assert difference.reason is Reason.LEAKED
    assert difference.got == ["token/vesk-the-quiet"]


def test_a_message_that_nothing_causes_is_extra() -> None:
    change = {"op": "patch", "kind": "token", "key": "grub", "value": {"x": 5}}
    extra = json.dumps({"type": "delta", "epoch": "e1.player", "seq": 27, "changes": [change]})

    difference = primary(harmed("player 3", lambda f: [*f, Frame(f[-1].at, extra)]))

    assert difference.reason is Reason.EXTRA


@pytest.mark.parametrize("data", ["<html>", b"\x00\xff", "{}", "[" * 100_000, '{"type":"delta"}'])
def test_what_is_no_message_is_unreadable(data: str | bytes) -> None:
    result = verdict(harmed("gm", lambda f: [*f[:5], Frame(f[5].at, data), *f[6:]]))

    assert [difference.reason for difference in result.differences] == [Reason.UNREADABLE]


def test_old_code_is_a_wrong_version() -> None:
    difference = primary(perfect(), "v2")

    assert difference.reason is Reason.WRONG_VERSION
    assert (difference.expected, difference.got) == ("v2", "v1")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("protocol", 2, Reason.WRONG_PROTOCOL),
        ("audience", "spectator", Reason.WRONG_AUDIENCE),
        ("epoch", "e2", Reason.WRONG_EPOCH),
    ],
)
def test_a_wrong_greeting_is_told(field: str, value: object, reason: Reason) -> None:
    harm = edited(0, lambda m: m.update({field: value}))

    assert [d.reason for d in verdict(harmed("player 1", harm)).differences] == [reason]


def test_a_count_that_began_anew_is_a_wrong_epoch() -> None:
    harm = lambda frames: [*frames[:9], *(saying(frame, epoch="e2") for frame in frames[9:])]  # noqa: E731

    assert [d.reason for d in verdict(harmed("gm", harm)).differences] == [Reason.WRONG_EPOCH]


def log_as(who: str, change: Callable[[Log], Log]) -> Transcript:
    logs = tuple(change(log) if log.client.name == who else log for log in perfect().logs)
    return replace(perfect(), logs=logs)


@pytest.mark.parametrize(
    ("kept", "closed", "refused", "reason"),
    [
        (0, None, "", Reason.SILENT),
        (0, None, "HTTP 500 instead of a websocket", Reason.REFUSED),
        (0, Closed(4401, ""), "", Reason.REFUSED),
        (0, Closed(4403, ""), "", Reason.REFUSED),
        (9, Closed(1006, ""), "", Reason.CLOSED),
    ],
)
def test_a_client_that_was_cut_off_is_one_difference(
    kept: int, closed: Closed | None, refused: str, reason: Reason
) -> None:
    transcript = log_as(
        "player 2",
        lambda log: replace(log, frames=log.frames[:kept], closed=closed, refused=refused),
    )

    assert [(d.reason, d.who) for d in verdict(transcript).differences] == [(reason, "player 2")]


def test_other_bytes_for_the_same_audience_are_unequal() -> None:
    def spaced(frames: Frames) -> Frames:
        return [*frames[:4], replace(frames[4], data=f"{frames[4].data!s} "), *frames[5:]]

    differences = verdict(harmed("player 3", spaced)).differences

    assert [(d.reason, d.who) for d in differences] == [(Reason.UNEQUAL, "player 3")]


def test_a_refused_publish_is_told_before_all_else() -> None:
    answers = perfect().answers[:12]
    refused = replace(answers[11], status=500, body='{"error":{"code":"internal"}}')
    cut = replace(perfect(), answers=(*answers[:11], refused))
    for log in cut.logs:
        cut = harmed(log.client.name, lambda f: [frame for frame in f if frame.at < 11], cut)
    result = verdict(replace(cut, logs=cut.logs[:7]))

    assert [d.reason for d in result.differences] == [Reason.PUBLISH]
    assert result.differences[0].line == first_fight().publishes[11].line
    assert "logs" in result.differences[0].means


def test_a_retry_that_was_applied_again_is_a_wrong_answer() -> None:
    answers = list(perfect().answers)
    place = next(i for i, publish in enumerate(first_fight().publishes) if publish.duplicate)
    body = json.loads(answers[place].body)
    body["applied"], body["duplicates"] = body["duplicates"], []
    answers[place] = replace(answers[place], body=json.dumps(body))

    differences = verdict(replace(perfect(), answers=tuple(answers))).differences

    assert [(d.reason, d.who) for d in differences] == [(Reason.ANSWER, "app server")]
    assert set(differences[0].expected) == {"applied", "duplicates"}


def test_a_leak_is_told_before_what_went_wrong_earlier() -> None:
    lost = harmed("gm", lambda frames: frames[:2] + frames[3:])
    both = harmed("player 1", edited(6, lambda m: m.update(by=HIDDEN)), lost)

    assert [d.reason for d in verdict(both).differences] == [Reason.LEAKED, Reason.MISSING]


def test_a_wrong_answer_is_told_after_what_clients_got_wrong() -> None:
    answers = tuple(replace(answer, body="{}") for answer in perfect().answers)
    lost = harmed("gm", lambda frames: frames[:-1])

    reasons = [d.reason for d in verdict(replace(lost, answers=answers)).differences]

    assert reasons == [Reason.MISSING] + [Reason.ANSWER] * len(answers)


def test_the_final_state_is_compared_by_itself() -> None:
    plan, expected = first_fight(), expect(first_fight())
    last = {**expected.views["gm"][-1], ("token", "somebody"): {"name": "Somebody"}}
    taken = len(perfect().answers)
    case = Case(
        plan=plan,
        expected=replace(expected, views={"gm": (*expected.views["gm"][:-1], last)}),
        answers=perfect().answers,
        taken=taken,
        epochs={"gm": "e1.gm"},
        version=None,
        secrets={},
    )

    (difference,) = examine(heard(perfect().logs[0], expected, perfect().answers), case).differences

    assert difference.reason is Reason.ALTERED
    assert [row["key"] for row in difference.expected] == ["somebody"]


def test_one_message_lost_of_many_alike_is_one_difference() -> None:
    expected = [Message("delta", place, "to and fro"[place % 2]) for place in range(600)]
    received = expected[:100] + [replace(m, seq=(m.seq or 0) - 1) for m in expected[101:]]

    reasons = [mismatch.reason for mismatch in align(expected, received).mismatches]

    assert reasons == [Reason.MISSING]


def batched(place: int, count: int, **fields: int) -> Callable[[Frames], Frames]:
    """Tells so many deltas as one, with what they come to."""

    def harm(frames: Frames) -> Frames:
        batch = frames[place : place + count]
        first, last = told(batch[0])["seq"], told(batch[-1])["seq"]
        deltas = expect(first_fight()).streams["spectator"].values()
        (start,) = [delta.publish for delta in deltas if delta.seq == first]
        (end,) = [delta.publish for delta in deltas if delta.seq == last]
        changes = expect(first_fight()).net("spectator", start, end)
        one = saying(batch[-1], **({"from": first, "changes": changes} | fields))
        return [*frames[:place], one, *frames[place + count :]]

    return harm


@pytest.mark.parametrize(("place", "count"), [(2, 2), (5, 9), (2, 23), (24, 1)])
def test_deltas_told_together_are_judged_by_what_they_come_to(place: int, count: int) -> None:
    result = verdict(harmed("spectator", batched(place, count)))

    assert result.passed, result.differences
    (row,) = [row for row in result.clients if row.name == "spectator"]
    assert row.received == row.expected == 26 - count


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"from": 5}, Reason.GAP),  # which was told before
        ({"from": 0}, Reason.GAP),
        ({"from": 99}, Reason.GAP),
        ({"from": 10, "seq": 12}, Reason.GAP),
        ({"changes": []}, Reason.ALTERED),
    ],
)
def test_a_batch_with_wrong_numbers_is_a_gap(fields: dict[str, Any], reason: Reason) -> None:
    (difference,) = verdict(harmed("spectator", batched(5, 3, **fields))).differences

    assert (difference.reason, difference.who) == (reason, "spectator")


def test_a_player_who_moves_to_another_stream_is_greeted_anew(tmp_path: Path) -> None:
    text = (TEMPLATES / "first-fight.toml").read_text("utf-8")
    for name in ("sample-map.dd2vtt", "srd-tokens.json"):
        text = text.replace(f'"{name}"', f'"{(TEMPLATES / name).as_posix()}"')
    rest = """
[[step]]
remove = "Sir Aldric"
[[step]]
move = "Grub"
along = [[8, 3], [8, 4]]
"""
    (tmp_path / "gone.toml").write_text(text + rest, encoding="utf-8")
    plan = make_plan(read_script(tmp_path / "gone.toml"))
    replay = perfect_replay(plan)

    assert judge(plan, replay).differences == ()
    (log,) = [log for log in replay.logs if log.client.name == "player 1"]
    kinds = [told(frame)["type"] for frame in log.frames][-4:]
    assert kinds == ["hello", "snapshot", "delta", "delta"]
    for place in range(-4, 0):
        lost = harmed("player 1", lambda f, at=place: f[:at] + f[len(f) + at + 1 :], replay)  # type: ignore[misc]
        assert Reason.MISSING in {d.reason for d in judge(plan, lost).differences}


HARMS = ("drop", "duplicate", "swap", "alter", "leak", "renumber")
ALLOWED = {
    "drop": {Reason.MISSING},
    "duplicate": {Reason.REPEATED},
    "swap": {Reason.REORDERED},
    "alter": {Reason.ALTERED, Reason.LEAKED},
    "leak": {Reason.LEAKED},
    "renumber": {Reason.GAP},
}


def _do(harm: str, frames: Frames, place: int) -> Frames:
    if harm == "drop":
        return frames[:place] + frames[place + 1 :]
    if harm == "duplicate":
        return [*frames[: place + 1], *frames[place:]]
    if harm == "swap":
        return swapped(place)(frames)
    if harm == "renumber":
        return renumbered(place, 3)(frames)
    if harm == "leak":
        return edited(place, lambda message: message.update({"from": HIDDEN}))(frames)
    return edited(place, _alter)(frames)


def _alter(message: Any) -> None:
    for part in message.get("changes") or message["entities"]:
        if "value" in part:
            part["value"]["name"] = "Somebody Else"
            return
    message["changes"][0]["key"] = "somebody-else"


@settings(deadline=None, max_examples=60)
@given(
    who=st.sampled_from([log.client.name for log in perfect().logs]),
    harm=st.sampled_from(HARMS),
    where=st.integers(min_value=0, max_value=29),
)
def test_any_single_harm_is_found_and_named(who: str, harm: str, where: int) -> None:
    log = next(log for log in perfect().logs if log.client.name == who)
    first = 1 if harm in ("alter", "renumber") else 0
    last = len(log.frames) - (2 if harm == "swap" else 1)
    place = min(max(where, first), last)
    # Nothing is secret from the game master, nor from anyone once it was shown.
    assume(harm != "leak" or (log.client.role != "gm" and not log.client.late and place < 9))
    again = log.comebacks[0].frames if log.comebacks else None
    assume(harm != "alter" or place != again)
    # Two connections can't be mixed up.
    assume(harm != "swap" or place + 1 != again)

    difference = primary(harmed(who, lambda frames: _do(harm, frames, place)))

    assert difference.who == who
    assert difference.reason in ALLOWED[harm]
