"""The outbox in SQLite: Python's sqlite3, and aiosqlite for `add_async`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from vttsync_publisher.outbox import Outbox


class SqliteOutbox(Outbox):
    """An outbox in the app's SQLite database.

    Args:
        connect: opens a connection, for the publisher; called in a thread of its own. Give it
            a `timeout` of some seconds, since SQLite lets one write at a time.
    """

    _NOW = "((julianday('now') - 2440587.5) * 86400.0)"  # seconds since 1970, in every version
    _IS_ANY = "IN (SELECT value FROM json_each(?))"

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            connection.row_factory = None
            with connection:
                yield connection

    def _sql(self, statement: str) -> str:
        return statement

    def _list(self, numbers: list[int]) -> object:
        return json.dumps(numbers)

    def _is_outside(self, connection: Any) -> bool:
        commits_itself = (
            getattr(connection, "isolation_level", "") is None
            or getattr(connection, "autocommit", False) is True
        )
        return commits_itself and not connection.in_transaction
