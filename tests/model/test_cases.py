"""Short histories that once went wrong, each by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.model import stories
from tests.model.database import Post
from tests.model.http import Answer, read_answer
from tests.model.ledger import AUTHORIZED
from tests.model.rig import Bundle, Rig
from tests.model.table import Table, where_streams_begin
from vttsync.broadcast.actions import Value

pytestmark = pytest.mark.slow
Case = Callable[[Table], Awaitable[None]]


@asynccontextmanager
async def _table(rig: Rig) -> AsyncIterator[Table]:
    table = Table(rig, await where_streams_begin(rig))
    await table.begin()
    yield table
    await table.check()
    await table.end()


def _note(rev: int, **value: object) -> Value:
    whole = {"name": "note", **value}
    return {"op": "put", "kind": "note", "key": "q91q", "rev": rev, "value": whole}


async def _publish(table: Table, *changes: Value) -> None:
    await table.post(Post(json.dumps({"changes": changes}).encode()))


def test_a_slow_client_is_told_so_after_the_last_part_of_a_snapshot(rig: Rig) -> None:
    async def case() -> None:
        async with _table(rig) as table:
            for _ in range(4):
                await table.do(stories.Flood(times=1, rows=3, size=180_000))

    asyncio.run(case())


def test_a_stream_that_begins_again_is_no_continuation(rig: Rig) -> None:
    """The client had a place in its own stream, and a view that is not right any more."""

    async def case() -> None:
        async with _table(rig) as table:
            seat = table.seats[1]
            await _publish(table, _note(1, ownerIds={"una": True}))
            await seat.settle()
            await seat.leave(abort=True)
            await _publish(table, _note(2))
            await _publish(table, _note(3, text="meanwhile"))
            await _publish(table, _note(4, text="meanwhile", ownerIds={"una": True}))
            await table.do(stories.At(1, "come", 0))

    asyncio.run(case())


def test_a_stream_that_a_deploy_has_begun_anew_ends_and_begins_again(rig: Rig) -> None:
    async def case() -> None:
        async with _table(rig) as table:
            await _publish(table, _note(1, ownerIds={"una": True}))
            await table.do(stories.Crash(publishes=(), after=0.0, how="deploy"))
            await _publish(table, _note(2))
            await _publish(table, _note(3, ownerIds={"una": True}))

    asyncio.run(case())


def test_who_changes_streams_hears_nothing_of_the_new_one_before_its_snapshot(rig: Rig) -> None:
    async def case() -> None:
        async with _table(rig) as table:
            for rev in range(1, 60, 2):
                await _publish(table, _note(rev, text=f"{rev}", ownerIds={"una": True}))
                await _publish(table, _note(rev + 1, text=f"{rev + 1}"))

    asyncio.run(case())


def test_what_was_held_for_a_stream_that_ends_is_told_or_left_out_but_not_denied(rig: Rig) -> None:
    """An empty delta said that nothing had changed; the view it was for is wrong then."""

    async def case() -> None:
        async with _table(rig) as table:
            seat = table.seats[1]
            await _publish(table, _note(1, ownerIds={"una": True}))
            for rev in range(2, 40):
                await _publish(table, _note(rev, text=f"{rev}", ownerIds={"una": True}))
            await _publish(table, _note(40, text="not hers"))
            await seat.settle()
            own = [known for known in seat.told if known.audience == "user:una"]
            views = [(known.seq, known.entities["note", "q91q"].get("text")) for known in own]
            first = views[0][0] - 1
            assert [text for _, text in views if text] == [
                f"{seq - first}" for seq, text in views if text
            ], views

    asyncio.run(case())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (
            "fog",
            '"sceneId":"s","mode":"off","shapes":{"__proto__":{"op":"hide","points":[[0,0],[1,0],[1,1]]}}',
        ),
        ("note", '"name":"x","ownerIds":{"__proto__":true}'),
    ],
)
def test_nothing_is_applied_but_lost(rig: Rig, kind: str, value: str) -> None:
    """A name that a program may lose is kept, or refused."""

    async def case() -> None:
        async with _table(rig) as table:
            change = f'{{"op":"put","kind":"{kind}","key":"k","rev":1,"value":{{{value}}}}}'
            body = f'{{"changes":[{change}]}}'.encode()
            answer = await table.call("POST", "/publish", AUTHORIZED, body)
            await table.seats[0].settle()
            seen = table.seats[0].known.entities.get((kind, "k"))
            if answer.status == 200:
                assert seen == json.loads(body)["changes"][0]["value"]
            else:
                assert (answer.status, answer.json()["error"]["code"]) == (400, "bad_change")
                assert seen is None

    asyncio.run(case())


@pytest.mark.parametrize(
    "rest",
    [
        b"content-length: 10\r\n\r\n{}",
        b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_a_body_that_breaks_off_is_not_the_rooms_failure(
    bundle: Bundle, tmp_path: Path, rest: bytes
) -> None:
    """No 5xx, and no line in the log that an operator is called for."""

    async def case(rig: Rig) -> Answer | None:
        reader, writer = await asyncio.open_connection("127.0.0.1", rig.port)
        key = f"authorization: {AUTHORIZED['authorization']}\r\n".encode()
        writer.write(b"POST /parties/session/torn/publish HTTP/1.1\r\nhost: x\r\n" + key + rest)
        writer.write_eof()
        try:
            return await asyncio.wait_for(read_answer(reader, "POST"), 10)
        except EOFError:
            return None
        finally:
            writer.transport.abort()

    with Rig(bundle, tmp_path / "storage") as rig:
        answer = asyncio.run(case(rig))
        assert answer is None or answer.status < 500, answer
        assert '"event":"failed"' not in rig.output()
