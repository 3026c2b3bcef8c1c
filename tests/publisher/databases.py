"""An app's database: tokens with a rev, and the outbox beside them."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg

import vttsync_publisher as vp

TABLE = """CREATE TABLE token (
  session TEXT, key TEXT, rev INTEGER, value TEXT, PRIMARY KEY (session, key)
)"""
Row = dict[str, Any]


class Database(ABC):
    """What a small VTT does with either database."""

    outbox: vp.Outbox
    dsn: str
    mark: str

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Any]:
        """A connection in a transaction, committed at the end."""

    def save(self, session: str, *changes: vp.Change) -> None:
        """Commit changes, and with them what is to be published."""
        with self.transaction() as connection:
            for change in changes:
                self.apply(connection, session, change)
            self.outbox.add(connection, session, changes)

    def apply(self, connection: Any, session: str, change: vp.Change) -> None:
        """Write one row."""
        value = json.dumps(change["value"]) if change["op"] == "put" else None
        statement = (
            "INSERT INTO token (session, key, rev, value) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (session, key) DO UPDATE SET rev = excluded.rev, value = excluded.value"
        )
        words = (session, change["key"], change["rev"], value)
        connection.execute(statement.replace("?", self.mark), words)

    def at_once(self, connection: Any) -> AbstractContextManager[Any]:
        """Let many statements go without waiting for each one's answer."""
        return nullcontext(connection)

    def rows(self, session: str) -> dict[str, tuple[int, Row]]:
        """The live tokens: rev and row by key."""
        query = "SELECT key, rev, value FROM token WHERE session = ? AND value IS NOT NULL"
        with self.transaction() as connection:
            found = connection.execute(query.replace("?", self.mark), (session,)).fetchall()
        return {key: (rev, json.loads(value)) for key, rev, value in found}

    def puts(self, session: str) -> list[vp.Change]:
        return [vp.put("token", key, rev, row) for key, (rev, row) in self.rows(session).items()]

    def pending(self, session: str) -> int:
        with self.transaction() as connection:
            return self.outbox.pending(connection, session)

    def refused(self) -> Sequence[vp.Refused]:
        with self.transaction() as connection:
            return self.outbox.refused(connection)


class SqliteDatabase(Database):
    mark = "?"

    def __init__(self, path: Path) -> None:
        self.dsn = f"sqlite:{path}"
        self.path = path
        self.outbox = vp.SqliteOutbox(self.connect)
        if not path.exists():
            with closing(self.connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(f"{TABLE};{vp.schema('sqlite')}")

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=20)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(self.connect()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection


class PostgresDatabase(Database):
    mark = "%s"

    def __init__(self, dsn: str, *, is_new: bool = True) -> None:
        self.dsn = dsn
        self.outbox = vp.PostgresOutbox(self.connect)
        if is_new:
            with self.connect() as connection:
                connection.execute(TABLE)
                connection.execute(vp.schema("postgres"))

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn)

    def transaction(self) -> AbstractContextManager[Any]:
        return self.connect()

    def at_once(self, connection: psycopg.Connection[Any]) -> AbstractContextManager[Any]:
        return connection.pipeline()


def opened(dsn: str) -> Database:
    """A database that is there already."""
    if dsn.startswith("sqlite:"):
        return SqliteDatabase(Path(dsn.removeprefix("sqlite:")))
    return PostgresDatabase(dsn, is_new=False)
