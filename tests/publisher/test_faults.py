"""Whatever happens on the way, the room ends as the database is, and each session in order."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vttsync_publisher as vp
from tests.publisher.databases import SqliteDatabase
from tests.publisher.rooms import KEY, URL, FakeRoom, Fault

SESSIONS = ("a", "b")
PACE = vp.Pace(first_wait=0, longest_wait=0, poll=0.001)


@dataclass(frozen=True)
class Write:
    """One transaction of the app: these tokens of a session, and how long until the next."""

    session: str
    tokens: tuple[tuple[str, str], ...]
    turns: int
    restarts: bool


WRITES = st.lists(
    st.builds(
        Write,
        session=st.sampled_from(SESSIONS),
        tokens=st.lists(
            st.tuples(
                st.sampled_from(("t1", "t2", "t3")),
                st.sampled_from(("put", "patch", "del", "dragon")),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        turns=st.integers(0, 3),
        restarts=st.booleans(),
    ),
    max_size=12,
)
FAULTS: st.SearchStrategy[Sequence[Fault]] = st.lists(
    st.sampled_from(("", "refused", "lost", "503", "429", "500", "garbage", "forgets")),
    max_size=12,
)


class App:
    """Changes tokens and remembers what should have arrived."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteDatabase(folder / "app.db")
        self.wanted: dict[str, list[tuple[str, int]]] = {name: [] for name in SESSIONS}
        self._revs: dict[tuple[str, str], int] = {}
        self._numbers = itertools.count()

    def whole_row(self, session: str, _kind: str, key: str) -> tuple[int, dict[str, Any]] | None:
        return self.database.rows(session).get(key)

    def write(self, write: Write) -> None:
        changes = [vp.put("dragon", key, 1, {}) for key, op in write.tokens if op == "dragon"]
        with self.database.transaction() as connection:
            if not changes:  # a refused publish must not be the only one to delete a row
                changes = [self._change(connection, write.session, *it) for it in write.tokens]
                self.wanted[write.session] += [(it["key"], it["rev"]) for it in changes]
            self.database.outbox.add(connection, write.session, changes)

    def _change(self, connection: Any, session: str, key: str, op: str) -> vp.Change:
        query = "SELECT value FROM token WHERE session = ? AND key = ?"
        found = connection.execute(query, (session, key)).fetchone()
        base = self._revs.get((session, key), 0)
        rev = self._revs[session, key] = base + 1
        row = {"n": next(self._numbers)}
        stored = vp.put("token", key, rev, row)
        if op == "del":
            stored = vp.delete("token", key, rev)
        self.database.apply(connection, session, stored)
        if op == "patch" and found and found[0]:
            return vp.patch("token", key, rev, base, row)
        return stored


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WRITES, FAULTS)
def test_the_room_ends_as_the_database_is(writes: list[Write], faults: Sequence[Fault]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app, room = App(Path(folder)), FakeRoom(faults)
        asyncio.run(_live(app, room, writes))
        for session in SESSIONS:
            rows = app.database.rows(session)
            wanted = {("token", key): row for key, (_, row) in rows.items()}
            assert room.sessions[session].rows == wanted
            applied = [(ref["key"], ref["rev"]) for ref in room.sessions[session].applied]
            if "forgets" not in faults:
                assert applied == app.wanted[session]


async def _live(app: App, room: FakeRoom, writes: list[Write]) -> None:
    async with room.client() as client:

        def publisher() -> vp.Publisher:
            outbox = app.database.outbox
            return vp.Publisher(
                URL, KEY, client=client, outbox=outbox, pace=PACE, whole_row=app.whole_row
            )

        running = publisher()
        task = asyncio.create_task(running.run())
        for write in writes:
            app.write(write)
            running.wake()
            for _ in range(write.turns):
                await asyncio.sleep(0.001)
            if write.restarts:
                await _stop(running, task)
                running = publisher()
                task = asyncio.create_task(running.run())
        while any(app.database.pending(session) for session in SESSIONS):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        # What a set-aside publish or a room that forgot left out is told by telling everything.
        for session in SESSIONS:
            await running.republish(session, app.database.puts(session))
        await _stop(running, task)


async def _stop(publisher: vp.Publisher, task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await publisher.close()
