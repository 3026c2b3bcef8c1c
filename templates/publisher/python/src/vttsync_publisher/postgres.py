"""The outbox in PostgreSQL, by psycopg 3."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from vttsync_publisher.outbox import Connection, Outbox

_IDLE = 0  # libpq's PQTRANS_IDLE


class PostgresOutbox(Outbox):
    """An outbox in the app's PostgreSQL database.

    Args:
        connect: opens a connection that commits when its `with` block ends, for the publisher:
            `lambda: psycopg.connect(dsn)`, or better `pool.connection` of a `psycopg_pool`.
            Called in a thread of its own.
    """

    _NOW = "extract(epoch FROM clock_timestamp())::double precision"
    _IS_ANY = "= ANY(?)"

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    def _opened(self) -> AbstractContextManager[Connection]:
        return self._connect()

    def _sql(self, statement: str) -> str:
        return statement.replace("?", "%s")

    def _list(self, numbers: list[int]) -> object:
        return numbers

    def _is_outside(self, connection: Any) -> bool:
        info = getattr(connection, "info", None)
        if info is None:  # a cursor, or a wrapper: nothing is known
            return False
        return bool(connection.autocommit and info.transaction_status == _IDLE)
