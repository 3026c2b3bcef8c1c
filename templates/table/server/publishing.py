"""What made the table realtime: each commit is told to the room, and browsers get tickets for it.

Nothing else on the server knows of the room. A real app takes this file nearly as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vttsync_publisher import Publisher, SqliteOutbox, delete, mint_ticket, put

from . import database
from .database import Entity
from .people import Person
from .settings import Room


class Publishing:
    """The way to one room."""

    def __init__(self, room: Room, path: Path) -> None:
        self._room = room
        self._outbox = SqliteOutbox(lambda: database.connect(path))
        self._publisher = Publisher(room.url, room.publish_key, outbox=self._outbox)

    @property
    def url(self) -> str:
        """Where browsers find the room."""
        return self._room.url

    def create(self, connection: sqlite3.Connection) -> None:
        """Make the outbox's table, if it isn't there."""
        self._outbox.create(connection)

    def add(
        self, connection: sqlite3.Connection, session: str, touched: Iterable[Entity], rev: int
    ) -> None:
        """Put what a transaction touched into the outbox, within that transaction."""
        self._outbox.add(connection, session, list(_changes(connection, session, touched, rev)))

    def pending(self, connection: sqlite3.Connection, session: str) -> int:
        """Count the commits that the room hasn't heard of yet."""
        return self._outbox.pending(connection, session)

    def ticket(self, person: Person) -> str:
        """Mint what a browser connects with: who it is, signed."""
        return mint_ticket(
            self._room.ticket_key, session=person.session, role=person.role, user=person.user
        )

    def wake(self) -> None:
        """Deliver at once what the outbox has."""
        self._publisher.wake()

    async def run(self, fresh: Iterable[str]) -> None:
        """Deliver until stopped.

        Args:
            fresh: sessions that this database has just begun. The room may remember others of
                these names, from a database that is gone: it is told to forget them first.
        """
        for session in fresh:
            await self._publisher.forget(session)
        await self._publisher.run()


def _changes(
    connection: sqlite3.Connection, session: str, touched: Iterable[Entity], rev: int
) -> Iterator[Any]:
    rows = database.rows_of(connection, session)
    for kind, key in dict.fromkeys(touched):
        row = rows.get((kind, key))
        yield delete(kind, key, rev) if row is None else put(kind, key, rev, row)
