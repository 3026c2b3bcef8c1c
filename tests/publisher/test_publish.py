"""Publishing without an outbox, and what else is asked of a room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

import vttsync_publisher as vp
from tests.publisher.rooms import KEY, URL, FakeRoom

FAST = vp.Pace(first_wait=0.001, longest_wait=0.01)


@asynccontextmanager
async def publishing(room: FakeRoom, **options: Any) -> AsyncIterator[vp.Publisher]:
    options = {"pace": FAST} | options
    async with (
        room.client() as client,
        vp.Publisher(URL, options.pop("key", KEY), client=client, **options) as publisher,
    ):
        yield publisher


def hero(rev: int, **row: Any) -> vp.Change:
    return vp.put("token", "hero", rev, {"x": rev, **row})


def revs(room: FakeRoom, session: str) -> list[int]:
    return [ref["rev"] for ref in room.sessions[session].applied]


def test_publishes_arrive_in_the_order_of_the_calls() -> None:
    room = FakeRoom(["refused", "lost", "503", "garbage"])

    async def main() -> None:
        async with publishing(room) as publisher:
            calls = [publisher.publish("friday", [hero(rev)]) for rev in range(1, 1201)]
            results = await asyncio.gather(*calls)
        assert [result.applied[0]["rev"] for result in results] == list(range(1, 1201))

    asyncio.run(main())
    assert revs(room, "friday") == list(range(1, 1201))


def test_an_answer_that_was_lost_is_had_from_the_repeat() -> None:
    room = FakeRoom(["lost"])

    async def main() -> vp.Published:
        async with publishing(room) as publisher:
            first = asyncio.create_task(publisher.publish("friday", [hero(1)]))
            await room.asked(1)
            # This one comes while the answer is under way, and doesn't go into the repeat.
            await publisher.publish("friday", [hero(2)])
            return await first

    result = asyncio.run(main())
    assert result.applied == [{"kind": "token", "key": "hero", "rev": 1}]
    bodies = room.bodies("friday")
    assert bodies[0] == bodies[1]
    assert len(bodies) == 3


def test_sessions_do_not_wait_for_one_another() -> None:
    room = FakeRoom()
    stuck = asyncio.Event()
    room.held = lambda session: stuck if session == "stuck" else None

    async def main() -> None:
        async with publishing(room) as publisher:
            waits = asyncio.create_task(publisher.publish("stuck", [hero(1)]))
            await publisher.publish("friday", [hero(1)])
            assert not waits.done()
            stuck.set()
            await waits

    asyncio.run(main())


def test_a_request_without_an_answer_is_repeated_after_its_time() -> None:
    room = FakeRoom()
    silence = iter([asyncio.Event()])
    room.held = lambda _session: next(silence, None)

    async def main() -> None:
        pace = vp.Pace(timeout=0.05, first_wait=0.001, longest_wait=0.01)
        async with publishing(room, pace=pace) as publisher:
            await publisher.publish("friday", [hero(1)])

    asyncio.run(main())
    assert len(room.bodies("friday")) == 2


def test_a_full_queue_is_told_and_drops_nothing() -> None:
    room = FakeRoom()
    down = asyncio.Event()
    room.held = lambda _session: down

    async def main() -> None:
        async with publishing(room, queue_bytes=1000) as publisher:
            calls = [asyncio.create_task(publisher.publish("friday", [hero(n)])) for n in range(9)]
            await asyncio.sleep(0)
            with pytest.raises(vp.QueueFullError, match="not queued"):
                await publisher.publish("saturday", [hero(1, name="x" * 600)])
            down.set()
            await asyncio.gather(*calls)
            # There is room again.
            await publisher.publish("saturday", [hero(1, name="x" * 600)])

    asyncio.run(main())
    assert revs(room, "friday") == list(range(9))
    assert revs(room, "saturday") == [1]


def test_what_is_cancelled_before_it_is_sent_is_never_sent() -> None:
    room = FakeRoom()
    down = asyncio.Event()
    room.held = lambda _session: down

    async def main() -> None:
        async with publishing(room) as publisher:
            calls = []
            for rev in (1, 2, 3):
                calls.append(asyncio.create_task(publisher.publish("friday", [hero(rev)])))
                await room.asked(1)
            calls[1].cancel()
            down.set()
            ends = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(ends[1], asyncio.CancelledError)
            assert not isinstance(ends[2], BaseException)

    asyncio.run(main())
    assert revs(room, "friday") == [1, 3]


def test_a_turn_that_has_passed_is_told_to_the_caller() -> None:
    room = FakeRoom()

    async def main() -> vp.Refusal:
        async with publishing(room) as publisher:
            await publisher.publish("friday", [vp.put("combat", "fight", 2, {"turn": 1})])
            turn = vp.put("combat", "fight", 3, {"turn": 1}, expect={"turn": 0})
            with pytest.raises(vp.RefusedError) as refused:
                await publisher.publish("friday", [turn])
            return refused.value.refusal

    refusal = asyncio.run(main())
    assert refusal.code == "expect_mismatch"
    assert refusal.found == {"turn": 1}


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_patch_that_does_not_fit_becomes_the_row(kind: str) -> None:
    room = FakeRoom()
    row = 5, {"x": 5, "y": 6}

    async def later(*_: str) -> tuple[int, dict[str, int]]:
        return row

    whole_row: Callable[..., Any] = later if kind == "async" else lambda *_: row

    async def main() -> None:
        async with publishing(room, whole_row=whole_row) as publisher:
            await publisher.publish("friday", [vp.patch("token", "hero", 4, 3, {"x": 4})])

    asyncio.run(main())
    assert room.sessions["friday"].rows == {("token", "hero"): {"x": 5, "y": 6}}


def test_a_whole_row_that_fails_is_asked_for_again() -> None:
    room = FakeRoom()
    answers: Iterator[Any] = iter([OSError("database down"), (4, {"x": 4})])

    def whole_row(*_: str) -> Any:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def main() -> None:
        async with publishing(room, whole_row=whole_row) as publisher:
            await publisher.publish("friday", [vp.patch("token", "hero", 4, 3, {"x": 4})])

    asyncio.run(main())
    assert room.sessions["friday"].rows == {("token", "hero"): {"x": 4}}


def test_a_whole_row_that_no_room_takes_blocks_nothing() -> None:
    room = FakeRoom()

    async def main() -> Any:
        def whole_row(*_: str) -> tuple[int, dict[str, Any]]:
            return 4, {"x": float("nan")}

        async with publishing(room, whole_row=whole_row) as publisher:
            wrong = publisher.publish("friday", [vp.patch("token", "hero", 4, 3, {"x": 4})])
            right = publisher.publish("friday", [vp.put("token", "ogre", 1, {"x": 4})])
            return await asyncio.gather(wrong, right, return_exceptions=True)

    wrong, right = asyncio.run(main())
    assert wrong.refusal.code == "bad_row"
    assert right.applied


def test_a_refused_key_is_told_and_repeats_nothing(caplog: pytest.LogCaptureFixture) -> None:
    room = FakeRoom(key="another")

    async def main() -> None:
        async with publishing(room) as publisher:
            with pytest.raises(vp.KeyRefusedError, match="PUBLISH_KEY"):
                await publisher.publish("friday", [hero(1)])
            assert len(room.requests) == 1
            room.key = KEY  # put right on the room's side
            await publisher.publish("friday", [hero(1)])

    asyncio.run(main())
    assert KEY not in caplog.text


def test_closing_tells_those_who_wait() -> None:
    room = FakeRoom()
    down = asyncio.Event()
    room.held = lambda _session: down

    async def main() -> None:
        async with publishing(room) as publisher:
            call = asyncio.create_task(publisher.publish("friday", [hero(1)]))
            await asyncio.sleep(0)
            await publisher.close()
            with pytest.raises(vp.StoppedError):
                await call

    asyncio.run(main())


def test_ten_thousand_changes_wait_while_the_room_is_down() -> None:
    room = FakeRoom(["refused"] * 20)

    async def main() -> None:
        async with publishing(room) as publisher:
            calls = [publisher.publish("friday", [hero(rev)]) for rev in range(10_000)]
            await asyncio.gather(*calls)

    asyncio.run(main())
    assert revs(room, "friday") == list(range(10_000))


def _ask(room: FakeRoom, ask: Callable[[vp.Publisher], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with publishing(room) as publisher:
            return await ask(publisher)

    return asyncio.run(main())


def test_a_kick_is_repeated_and_given_up() -> None:
    assert _ask(FakeRoom(["lost", "503"]), lambda it: it.kick("friday", user="ann")) == 1
    room = FakeRoom(["refused"] * 3)
    with pytest.raises(vp.UnreachableError, match="ConnectError"):
        _ask(room, lambda it: it.kick("friday", user="ann"))
    with pytest.raises(vp.KeyRefusedError):
        _ask(FakeRoom(key="other"), lambda it: it.kick("friday", everyone=True))
    with pytest.raises(ValueError, match="either"):
        _ask(room, lambda it: it.kick("friday"))


def test_a_room_that_forgot_is_told_everything_once() -> None:
    room = FakeRoom()
    rows = [vp.put("token", f"t{n}", 1, {"x": n}) for n in range(1200)]
    asked = 0

    def all_rows() -> Iterable[vp.Change]:
        nonlocal asked
        asked += 1
        return iter(rows)

    async def main() -> None:
        async with publishing(room) as publisher:
            assert await publisher.republish_if_new("friday", all_rows)
            assert not await publisher.republish_if_new("friday", all_rows)
            room.forget("friday")
            assert await publisher.republish_if_new("friday", all_rows)
            await publisher.republish("friday", rows)
            assert len(room.sessions["friday"].applied) == 1200
            await publisher.forget("friday")
            assert room.sessions["friday"].rows == {}
            assert await publisher.republish_if_new("friday", all_rows)

    asyncio.run(main())
    assert asked == 3
    assert len(room.sessions["friday"].rows) == 1200


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("", "k"),
        ("room.example", "k"),
        ("https://", "k"),
        ("https://a@b", "k"),
        (URL, ""),
        (URL, "a\nb"),
    ],
)
def test_an_address_or_a_key_that_can_not_be(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"address|key") as error:
        vp.Publisher(url, key)
    assert "a\nb" not in str(error.value)


def test_a_lease_must_outlast_a_request() -> None:
    with pytest.raises(ValueError, match="lease"):
        vp.Pace(timeout=30, lease=30)


def test_a_publish_is_cut_only_where_it_may_be() -> None:
    rows = [vp.put("note", f"n{n}", 1, {"text": "x" * 200_000}) for n in range(12)]
    with pytest.raises(vp.TooLargeError):
        vp.changes_text(rows)
    parts = list(vp.in_publishes(rows))
    assert [len(part) for part in parts] == [5, 5, 2]
    assert [change for part in parts for change in part] == rows
    with pytest.raises(vp.TooLargeError):
        vp.changes_text([vp.delete("token", "a", rev) for rev in range(501)])
    with pytest.raises(vp.TooLargeError):
        vp.put("note", "n", 1, {"text": "x" * 262_144})
    with pytest.raises(ValueError, match="no field"):
        vp.changes_text([{**hero(1), "revision": 1}])  # type: ignore[typeddict-unknown-key]
