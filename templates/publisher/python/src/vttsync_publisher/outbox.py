"""The transactional outbox: what was committed is published, even if the process dies.

`add` writes a publish in the app's own transaction; `Publisher.run` delivers what it finds. The
tables come from `schema("sqlite")` or `schema("postgres")`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any, Literal, Protocol

from vttsync_publisher.changes import MAX_BODY, MAX_CHANGES, Change, changes_text, check_session
from vttsync_publisher.errors import NotInTransactionError, Refusal
from vttsync_publisher.lane import Waiting


class Connection(Protocol):
    """A connection (or a cursor) of sqlite3 or psycopg."""

    def execute(self, query: Any, params: Any, /) -> Any:
        """Run one statement."""
        ...


class AsyncConnection(Protocol):
    """An asynchronous connection, of psycopg or aiosqlite."""

    async def execute(self, query: Any, params: Any, /) -> Any:
        """Run one statement."""
        ...


@dataclass(frozen=True)
class Refused:
    """A publish that was set aside.

    Attributes:
        id: for `retry` and `discard`.
        session: whose.
        changes: what was published.
        refusal: why the room won't have it.
    """

    id: int
    session: str
    changes: list[Change]
    refusal: Refusal


def schema(database: Literal["sqlite", "postgres"]) -> str:
    """The SQL that makes the tables: for a migration, once."""
    return files(__package__).joinpath(f"{database}.sql").read_text("utf-8")


class Outbox(ABC):
    """What both databases have in common: statements with `?`, and where they go.

    Methods that take a connection are the app's; they neither begin nor commit anything. The
    others are the publisher's, on connections of its own.
    """

    _NOW: str
    _IS_ANY: str

    @abstractmethod
    def _opened(self) -> AbstractContextManager[Connection]:
        """A connection that commits at the end."""

    @abstractmethod
    def _sql(self, statement: str) -> str:
        """The statement as this database's driver takes it."""

    @abstractmethod
    def _is_outside(self, connection: Any) -> bool:
        """Whether a statement on this connection would be committed by itself."""

    def add(self, connection: Connection, session: str, changes: Sequence[Change]) -> None:
        """Add a publish to the transaction under way: all of its changes go out together.

        Change your rows first, and add last: on PostgreSQL, another transaction that adds for
        the same session waits here until this one has ended.

        Raises:
            TooLargeError: more than one publish may have; see `in_publishes`.
            NotInTransactionError: no transaction is under way.
            ValueError, TypeError: the room could never take this.
        """
        connection.execute(*self._added(connection, session, changes))

    async def add_async(
        self, connection: AsyncConnection, session: str, changes: Sequence[Change]
    ) -> None:
        """Do what `add` does, on an asynchronous connection."""
        await connection.execute(*self._added(connection, session, changes))

    def pending(self, connection: Connection, session: str) -> int:
        """How many publishes of a session wait: what a polling endpoint answers as `pending`."""
        row = connection.execute(*self._counted(session)).fetchone()
        return int(row[0])

    async def pending_async(self, connection: AsyncConnection, session: str) -> int:
        """Do what `pending` does, on an asynchronous connection."""
        cursor = await connection.execute(*self._counted(session))
        return int((await cursor.fetchone())[0])

    def refused(self, connection: Connection) -> list[Refused]:
        """Every publish that was set aside, oldest first."""
        query = self._sql(
            "SELECT id, session, changes, refused FROM vttsync_outbox "
            "WHERE refused IS NOT NULL ORDER BY id"
        )
        return [
            Refused(number, session, json.loads(changes), Refusal(**json.loads(refusal)))
            for number, session, changes, refusal in connection.execute(query, ()).fetchall()
        ]

    def retry(self, connection: Connection, number: int) -> None:
        """Put a publish that was set aside back into its place in the order."""
        statement = "UPDATE vttsync_outbox SET refused = NULL, refused_at = NULL WHERE id = ?"
        connection.execute(self._sql(statement), (number,))

    def discard(self, connection: Connection, number: int) -> None:
        """Throw a publish away that was set aside."""
        statement = "DELETE FROM vttsync_outbox WHERE id = ? AND refused IS NOT NULL"
        connection.execute(self._sql(statement), (number,))

    def prune(self, connection: Connection, days: float) -> None:
        """Throw away what was set aside more than so many days ago."""
        statement = f"DELETE FROM vttsync_outbox WHERE refused_at < {self._NOW} - ? * 86400.0"  # noqa: S608
        connection.execute(self._sql(statement), (days,))

    # From here on: what the publisher asks.

    def sessions(self) -> list[str]:
        """Those with publishes that wait."""
        query = "SELECT DISTINCT session FROM vttsync_outbox WHERE refused IS NULL"
        with self._opened() as connection:
            return [session for (session,) in connection.execute(self._sql(query), ()).fetchall()]

    def hold(self, session: str, holder: str, seconds: float) -> bool:
        """Become the one who delivers this session, or stay it; False when another is."""
        statement = f"""
            INSERT INTO vttsync_room (session, holder, held_until) VALUES (?, ?, {self._NOW} + ?)
            ON CONFLICT (session) DO UPDATE
            SET holder = excluded.holder, held_until = excluded.held_until
            WHERE vttsync_room.holder = excluded.holder OR vttsync_room.held_until < {self._NOW}
        """  # noqa: S608
        with self._opened() as connection:
            done = connection.execute(self._sql(statement), (session, holder, seconds))
            return bool(done.rowcount == 1)

    def release(self, session: str, holder: str) -> None:
        """Let others deliver this session."""
        statement = "UPDATE vttsync_room SET held_until = 0 WHERE session = ? AND holder = ?"
        with self._opened() as connection:
            connection.execute(self._sql(statement), (session, holder))

    def first(self, session: str) -> list[Waiting]:
        """The first publishes of a session: no more than fit into a request or two."""
        query = """
            SELECT id, changes FROM (
              SELECT id, changes, SUM(length(changes)) OVER (ORDER BY id) AS upto
              FROM (
                SELECT id, changes FROM vttsync_outbox
                WHERE session = ? AND refused IS NULL ORDER BY id LIMIT ?
              ) AS first
            ) AS measured
            WHERE upto - length(changes) < ? ORDER BY id
        """
        with self._opened() as connection:
            rows = connection.execute(self._sql(query), (session, MAX_CHANGES, MAX_BODY))
            return [Waiting.of(number, changes) for number, changes in rows.fetchall()]

    def done(self, numbers: list[int]) -> None:
        """These were delivered."""
        statement = f"DELETE FROM vttsync_outbox WHERE id {self._IS_ANY}"  # noqa: S608
        with self._opened() as connection:
            connection.execute(self._sql(statement), (self._list(numbers),))

    def set_aside(self, number: int, refusal: Refusal) -> None:
        """This was refused."""
        statement = f"UPDATE vttsync_outbox SET refused = ?, refused_at = {self._NOW} WHERE id = ?"  # noqa: S608
        with self._opened() as connection:
            connection.execute(self._sql(statement), (json.dumps(asdict(refusal)), number))

    def epoch(self, session: str) -> str | None:
        """The life of the room that was told every row."""
        query = "SELECT epoch FROM vttsync_room WHERE session = ?"
        with self._opened() as connection:
            row = connection.execute(self._sql(query), (session,)).fetchone()
        return row[0] if row else None

    def remember(self, session: str, epoch: str | None) -> None:
        """Note that this life of the room was told every row."""
        statement = """
            INSERT INTO vttsync_room (session, epoch) VALUES (?, ?)
            ON CONFLICT (session) DO UPDATE SET epoch = excluded.epoch
        """
        with self._opened() as connection:
            connection.execute(self._sql(statement), (session, epoch))

    @abstractmethod
    def _list(self, numbers: list[int]) -> object:
        """The numbers as one parameter for `_IS_ANY`."""

    def _added(
        self, connection: object, session: str, changes: Sequence[Change]
    ) -> tuple[str, tuple[str, str]]:
        if self._is_outside(connection):
            raise NotInTransactionError(
                "no transaction is under way on this connection: begin one, change your rows, "
                "add, then commit"
            )
        statement = self._sql("INSERT INTO vttsync_outbox (session, changes) VALUES (?, ?)")
        return statement, (check_session(session), changes_text(changes))

    def _counted(self, session: str) -> tuple[str, tuple[str]]:
        query = "SELECT count(*) FROM vttsync_outbox WHERE session = ? AND refused IS NULL"
        return self._sql(query), (session,)
