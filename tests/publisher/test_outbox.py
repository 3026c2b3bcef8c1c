"""The outbox, in SQLite files and in a real PostgreSQL: what was committed arrives, in order."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

import vttsync_publisher as vp
from tests.publisher.databases import Database, PostgresDatabase, SqliteDatabase
from tests.publisher.postgres import Server
from tests.publisher.rooms import KEY, URL, FakeRoom

FAST = vp.Pace(first_wait=0.001, longest_wait=0.01, poll=0.01)
SLOW = vp.Pace(first_wait=0.001, longest_wait=0.01, poll=3600)


def hero(rev: int, **row: Any) -> vp.Change:
    return vp.put("token", "hero", rev, {"x": rev, **row})


def dragon(rev: int) -> vp.Change:
    return vp.put("dragon", "smaug", rev, {})


def revs(room: FakeRoom, session: str) -> list[int]:
    return [ref["rev"] for ref in room.sessions[session].applied]


@asynccontextmanager
async def running(
    room: FakeRoom, outbox: vp.Outbox, pace: vp.Pace = FAST, **options: Any
) -> AsyncIterator[vp.Publisher]:
    async with (
        room.client() as client,
        vp.Publisher(URL, KEY, client=client, outbox=outbox, pace=pace, **options) as publisher,
    ):
        task = asyncio.create_task(publisher.run())
        yield publisher
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - a database says nothing of itself
            await asyncio.sleep(0.005)


def deliver(room: FakeRoom, database: Database, *sessions: str, **options: Any) -> None:
    """Deliver until nothing of these sessions is pending."""

    async def main() -> None:
        async with running(room, database.outbox, **options):
            await until(lambda: all(database.pending(session) == 0 for session in sessions))

    asyncio.run(main())


def test_what_was_committed_is_delivered_in_order(database: Database) -> None:
    room = FakeRoom(["refused", "503", "lost", "garbage"])
    for rev in range(1, 700):
        database.save("friday", hero(rev))
    database.save("saturday", hero(1), vp.put("token", "ogre", 1, {}))
    assert database.pending("friday") == 699
    deliver(room, database, "friday", "saturday")
    assert revs(room, "friday") == list(range(1, 700))
    assert revs(room, "saturday") == [1, 1]
    # Some were repeated; and they shared requests.
    assert len(room.bodies("friday")) < 10


def test_what_was_rolled_back_is_not(database: Database) -> None:
    room = FakeRoom()
    with suppress(ZeroDivisionError), database.transaction() as connection:
        database.outbox.add(connection, "friday", [hero(1)])
        raise ZeroDivisionError
    database.save("friday", hero(2))
    deliver(room, database, "friday")
    assert revs(room, "friday") == [2]


def test_publishes_larger_than_a_request_together(database: Database) -> None:
    room = FakeRoom()
    for rev in range(1, 13):
        database.save("friday", hero(rev, name="é" * 120_000))
    for rev in range(13, 15):
        database.save("friday", *(vp.put("token", f"t{n}", rev, {}) for n in range(400)))
    deliver(room, database, "friday")
    assert sorted(set(revs(room, "friday"))) == list(range(1, 15))
    assert len(room.bodies("friday")) == 4


def test_a_refused_publish_is_set_aside_and_told(database: Database) -> None:
    room = FakeRoom()
    told: list[vp.Refused] = []
    database.save("friday", hero(1))
    database.save("friday", hero(2), dragon(1))
    database.save("friday", hero(3))
    deliver(room, database, "friday", on_refused=told.append)
    assert revs(room, "friday") == [1, 3]
    (aside,) = database.refused()
    assert told == [aside]
    assert aside.session == "friday"
    assert aside.changes == [hero(2), dragon(1)]
    assert (aside.refusal.code, aside.refusal.change) == ("bad_change", 1)


def test_what_was_set_aside_is_tried_again_or_thrown_away(database: Database) -> None:
    room = FakeRoom()
    for rev in (1, 2, 3):
        database.save("friday", dragon(rev))
    deliver(room, database, "friday", on_refused=_fails)
    first, second, _ = database.refused()
    with database.transaction() as connection:
        database.outbox.discard(connection, first.id)
        database.outbox.retry(connection, second.id)
        database.outbox.prune(connection, days=1)
    room.kinds = (*room.kinds, "dragon")
    deliver(room, database, "friday")
    assert revs(room, "friday") == [2]
    assert len(database.refused()) == 1
    with database.transaction() as connection:
        database.outbox.prune(connection, days=-1)
    assert not database.refused()


def _fails(_: vp.Refused) -> None:
    raise OSError


def test_a_row_is_asked_for_where_the_room_forgot(database: Database) -> None:
    room = FakeRoom()

    def whole_row(session: str, _kind: str, key: str) -> tuple[int, dict[str, Any]] | None:
        return database.rows(session).get(key)

    database.save("friday", hero(1))
    deliver(room, database, "friday")
    room.forget("friday")
    with database.transaction() as connection:
        database.apply(connection, "friday", hero(3, y=1))
        for rev in (2, 3):
            patch = vp.patch("token", "hero", rev, rev - 1, {"x": rev})
            database.outbox.add(connection, "friday", [patch])
    deliver(room, database, "friday", whole_row=whole_row)
    assert room.sessions["friday"].rows == {("token", "hero"): {"x": 3, "y": 1}}
    assert not database.refused()


def test_wake_is_enough(database: Database) -> None:
    room = FakeRoom()

    async def main() -> None:
        async with running(room, database.outbox, SLOW) as publisher:
            for rev in range(1, 20):
                database.save("friday", hero(rev))
                await asyncio.to_thread(publisher.wake)
                # Whatever moment of the delivery before this falls into.
                await asyncio.sleep(0.001 * rev % 0.007)
            await until(lambda: database.pending("friday") == 0)

    asyncio.run(main())
    assert revs(room, "friday") == list(range(1, 20))


def test_wake_from_another_thread(tmp_path: Path) -> None:
    """As servers call it that run ordinary functions in threads; the loop sleeps meanwhile."""
    room, database = FakeRoom(), SqliteDatabase(tmp_path / "app.db")

    def save(publisher: vp.Publisher, rev: int) -> None:
        database.save("friday", hero(rev))
        publisher.wake()

    async def main() -> None:
        async with running(room, database.outbox, SLOW) as publisher:
            for rev in (1, 2):
                threading.Timer(0.2, save, (publisher, rev)).start()
                async with asyncio.timeout(20):
                    await room.asked(rev)

    asyncio.run(main())
    assert len(room.requests) == 2


def test_what_is_committed_as_a_delivery_ends_is_not_left(database: Database) -> None:
    """Whoever committed it found the session held, and went away."""
    room, release, late = FakeRoom(), database.outbox.release, iter([hero(2)])

    def let_go(session: str, holder: str) -> None:
        for change in late:
            database.save(session, change)
        release(session, holder)

    database.outbox.release = let_go  # type: ignore[method-assign]
    database.save("friday", hero(1))

    async def main() -> None:
        async with running(room, database.outbox, SLOW):
            await until(lambda: revs(room, "friday") == [1, 2])

    asyncio.run(main())


def test_two_workers_on_one_outbox(database: Database) -> None:
    room = FakeRoom()

    async def main() -> None:
        async with running(room, database.outbox), running(room, database.outbox) as second:
            for rev in range(1, 60):
                for session in ("a", "b", "c"):
                    database.save(session, hero(rev))
                second.wake()
                await asyncio.sleep(0.001)
            await until(lambda: not any(database.pending(session) for session in "abc"))

    asyncio.run(main())
    for session in "abc":
        assert revs(room, session) == list(range(1, 60))
        sent = [c["rev"] for body in room.bodies(session) for c in json.loads(body)["changes"]]
        assert sent == list(range(1, 60)), "each publish goes out once"


def test_a_session_stays_with_who_delivers_it(database: Database) -> None:
    room = FakeRoom()
    slow = asyncio.Event()
    room.held = lambda _session: slow

    async def main() -> None:
        async with running(room, database.outbox):
            database.save("friday", hero(1))
            await until(lambda: len(room.requests) == 1)
            async with running(room, database.outbox) as second:
                database.save("friday", hero(2))
                await second.deliver()
                assert len(room.requests) == 1
                slow.set()
                await until(lambda: database.pending("friday") == 0)

    asyncio.run(main())
    assert revs(room, "friday") == [1, 2]


def test_what_a_dead_process_held_is_taken_over(database: Database) -> None:
    room = FakeRoom()
    database.save("friday", hero(1))
    assert database.outbox.hold("friday", "dead", 0.3)
    assert not database.outbox.hold("friday", "living", 0.3)
    deliver(room, database, "friday")
    assert revs(room, "friday") == [1]


def test_who_stops_lets_go_at_once(database: Database) -> None:
    room = FakeRoom()
    never = asyncio.Event()
    room.held = lambda _session: never
    database.save("friday", hero(1))

    async def main() -> None:
        async with running(room, database.outbox):
            await until(lambda: len(room.requests) == 1)

    asyncio.run(main())
    assert database.outbox.hold("friday", "next", 1)
    assert database.pending("friday") == 1


def test_delivering_once(database: Database) -> None:
    room = FakeRoom(["503", "503"])
    database.save("friday", hero(1))
    database.save("saturday", hero(1))

    async def main() -> list[int]:
        async with (
            room.client() as client,
            vp.Publisher(URL, KEY, client=client, outbox=database.outbox) as publisher,
        ):
            return [await publisher.deliver() for _ in range(3)]

    assert asyncio.run(main()) == [2, 0, 0]


def test_a_refused_key_stops_and_loses_nothing(database: Database) -> None:
    room = FakeRoom(key="another")
    database.save("friday", hero(1))

    async def main() -> None:
        async with (
            room.client() as client,
            vp.Publisher(URL, KEY, client=client, outbox=database.outbox) as publisher,
        ):
            with pytest.raises(vp.KeyRefusedError):
                await asyncio.wait_for(publisher.run(), 30)

    asyncio.run(main())
    assert database.pending("friday") == 1
    assert len(room.requests) == 1
    room.key = KEY
    deliver(room, database, "friday")


def test_a_database_that_fails_for_a_while(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    room = FakeRoom()
    database.save("friday", hero(1))
    healthy, failures = database.connect, iter(range(8))  # type: ignore[attr-defined]

    def connect() -> Any:
        for number in failures:
            if number % 2:
                break
            raise OSError("no connection")
        return healthy()

    database.outbox._connect = connect  # type: ignore[attr-defined]
    database.save("friday", hero(2))
    deliver(room, database, "friday")
    assert set(revs(room, "friday")) == {1, 2}
    assert "outbox" in caplog.text


def test_the_life_of_a_room_is_remembered_for_all_processes(database: Database) -> None:
    room = FakeRoom()
    database.save("friday", hero(1))

    async def main() -> list[bool]:
        asked = []
        for _ in range(2):
            async with running(room, database.outbox) as publisher:
                again = publisher.republish_if_new("friday", lambda: database.puts("friday"))
                asked.append(await again)
        return asked

    assert asyncio.run(main()) == [True, False]


def test_there_is_no_outbox() -> None:
    with pytest.raises(vp.PublisherError, match="no outbox"):
        asyncio.run(vp.Publisher(URL, KEY).run())


def test_outside_a_transaction_nothing_is_added(database: Database) -> None:
    with closing(_committing(database)) as connection:
        with pytest.raises(vp.NotInTransactionError):
            database.outbox.add(connection, "friday", [hero(1)])
        connection.execute("BEGIN")
        database.outbox.add(connection, "friday", [hero(1)])
        connection.execute("COMMIT")
    assert database.pending("friday") == 1


def _committing(database: Database) -> Any:
    connection = database.connect()  # type: ignore[attr-defined]
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
    else:
        connection.autocommit = True
    return connection


def test_a_cursor_and_a_row_factory_will_do(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "app.db")
    connection.executescript(vp.schema("sqlite"))

    def connect() -> sqlite3.Connection:
        other = sqlite3.connect(tmp_path / "app.db")
        other.row_factory = sqlite3.Row
        return other

    outbox = vp.SqliteOutbox(connect)
    with connection:
        outbox.add(connection.cursor(), "friday", [hero(1)])
    connection.close()
    assert outbox.sessions() == ["friday"]


def test_an_asynchronous_connection(postgres: Server) -> None:
    database = PostgresDatabase(postgres.database())

    async def main() -> int:
        async with await psycopg.AsyncConnection.connect(database.dsn) as connection:
            await database.outbox.add_async(connection, "friday", [hero(1)])
        async with await psycopg.AsyncConnection.connect(
            database.dsn, autocommit=True
        ) as connection:
            with pytest.raises(vp.NotInTransactionError):
                await database.outbox.add_async(connection, "friday", [hero(2)])
            return await database.outbox.pending_async(connection, "friday")

    assert asyncio.run(main()) == 1


def test_numbers_come_in_the_order_of_commits(postgres: Server) -> None:
    """PostgreSQL gives numbers out before the commit: without a lock, 2 could be first."""
    database = PostgresDatabase(postgres.database())
    early, late = database.connect(), database.connect()
    database.outbox.add(early, "friday", [hero(1)])
    saturday = database.connect()
    database.outbox.add(saturday, "saturday", [hero(1)])  # another session doesn't wait
    saturday.commit()
    other = threading.Thread(target=lambda: _add_and_commit(database, late))
    other.start()
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with database.transaction() as watch:
        for _ in range(10_000):
            if watch.execute(waiting).fetchone() != (0,):
                break
    assert database.pending("friday") == 0
    early.commit()
    other.join()
    assert [it.changes[0]["rev"] for it in database.outbox.first("friday")] == [1, 2]
    for connection in (early, late, saturday):
        connection.close()


def _add_and_commit(database: Database, connection: Any) -> None:
    database.outbox.add(connection, "friday", [hero(2)])
    connection.commit()
