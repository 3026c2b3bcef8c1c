"""What made the table realtime: each commit is told to the room, and browsers get tickets for it.

Nothing else on the server knows of the room. A real app takes this file nearly as it is.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from vttsync_publisher import (
    Change,
    KeyRefusedError,
    Publisher,
    PublisherError,
    SqliteOutbox,
    UnreachableError,
    delete,
    in_publishes,
    mint_ticket,
    put,
    schema,
)

from . import database
from .database import Entity
from .people import Person, RefusedError
from .settings import Room

_log = logging.getLogger(__name__)
_AGAIN = 5.0


class Publishing:
    """The way to one room."""

    def __init__(self, room: Room, path: Path) -> None:
        self._room = room
        self._path = path
        self._outbox = SqliteOutbox(lambda: database.connect(path))
        self._publisher = Publisher(room.url, room.publish_key, outbox=self._outbox)
        self._mending: set[asyncio.Task[None]] = set()
        self._to_forget: set[str] = set()

    @property
    def url(self) -> str:
        """Where browsers find the room."""
        return self._room.url

    def create(self, connection: sqlite3.Connection) -> None:
        """Make the outbox's tables, unless they are there: this table may have only polled."""
        known = "SELECT 1 FROM sqlite_master WHERE name = 'vttsync_outbox'"
        if connection.execute(known).fetchone() is None:
            connection.executescript(schema("sqlite"))

    def add(
        self, connection: sqlite3.Connection, session: str, touched: Iterable[Entity], rev: int
    ) -> None:
        """Put what a transaction touched into the outbox, within that transaction."""
        for changes in in_publishes(_changes(connection, session, touched, rev)):
            self._outbox.add(connection, session, changes)

    def pending(self, connection: sqlite3.Connection, session: str) -> int:
        """Count the commits that the room hasn't heard of yet."""
        return self._outbox.pending(connection, session)

    def ticket(self, person: Person) -> str:
        """Mint what a browser connects with: who it is, signed.

        A room forgets itself after 30 days without anybody; if it did, it is told everything.

        Raises:
            RefusedError: 503, while the room may still have another session of this name: whoever
                connected would see that one, and be thrown out when it is forgotten.
        """
        if person.session in self._to_forget:
            raise RefusedError(503, "not_yet", "The room can't be reached yet; poll.")
        task = asyncio.create_task(self._mend(person.session))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)
        return mint_ticket(
            self._room.ticket_key, session=person.session, role=person.role, user=person.user
        )

    def wake(self) -> None:
        """Deliver at once what the outbox has."""
        self._publisher.wake()

    async def run(self, fresh: Sequence[str]) -> None:
        """Deliver until cancelled.

        Args:
            fresh: sessions that this database has just begun. The room may remember others of
                these names, from a database that is gone: it is told to forget them first.
        """
        self._to_forget.update(fresh)
        async with self._publisher:
            try:
                for session in fresh:
                    await self._forget(session)
                    self._to_forget.discard(session)
                await self._publisher.run()
            except KeyRefusedError as error:
                _log.error("%s: start again with the right key; nothing is lost until then", error)

    async def _forget(self, session: str) -> None:
        forgotten = False
        while not forgotten:
            try:
                await self._publisher.forget(session)
                forgotten = True
            except UnreachableError as error:
                _log.warning("the room of %s can't be reached yet: %s", session, error)
                await asyncio.sleep(_AGAIN)

    async def _mend(self, session: str) -> None:
        try:
            if await self._publisher.republish_if_new(session, lambda: self._everything(session)):
                _log.info("the room of %s was empty, and has been told everything", session)
        except PublisherError as error:
            _log.warning("the room of %s can't be asked: %s", session, error)

    def _everything(self, session: str) -> Sequence[Change]:
        with closing(database.connect(self._path)) as connection, connection:
            connection.execute("BEGIN")
            rows = database.rows_of(connection, session)
            return _changes(connection, session, rows, database.rev_of(connection, session))


def _changes(
    connection: sqlite3.Connection, session: str, touched: Iterable[Entity], rev: int
) -> list[Change]:
    rows = database.rows_of(connection, session)
    return [
        put(kind, key, rev, rows[kind, key]) if (kind, key) in rows else delete(kind, key, rev)
        for kind, key in dict.fromkeys(touched)
    ]
