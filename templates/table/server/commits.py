"""Reading and changing a session, each in a transaction of its own."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import database, seed
from .database import Entity
from .game import Game, Touched
from .people import Person, log_in, person_of
from .publishing import Publishing
from .views import answer_of, view_of


class Sessions:
    """All sessions of one database, used in one thread: a transaction takes about a millisecond.

    Args:
        path: the database.
        publishing: the way to the room; None, to live on polling alone.
    """

    def __init__(self, path: Path, publishing: Publishing | None) -> None:
        self._path = path
        self._publishing = publishing
        self._connection: sqlite3.Connection

    def open(self) -> None:
        """Open the database, in the thread that will use it, and make what isn't there."""
        self._connection = database.connect(self._path)
        database.create(self._connection)
        if self._publishing:
            self._publishing.create(self._connection)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def begin(self, session: str) -> bool:
        """Begin a session, unless it is there; tell whether it is new."""
        with self._transaction() as connection:
            if session in self._named(connection):
                return False
            seed.begin(connection, session)
            self._publish(connection, session, database.rows_of(connection, session))
        return True

    def names(self) -> list[str]:
        """Name the sessions there are."""
        with self._transaction() as connection:
            return self._named(connection)

    def log_in(self, session: str, user: str, role: str) -> str:
        """Let somebody in, and give them the token that says so from then on.

        Raises:
            RefusedError: see `people.log_in`.
        """
        with self._transaction() as connection:
            return log_in(connection, session, user, role)

    def person(self, session: str, authorization: str) -> Person:
        """Find out who asks.

        Raises:
            RefusedError: 401.
        """
        with self._transaction() as connection:
            return person_of(connection, session, authorization)

    def state(self, person: Person) -> dict[str, Any]:
        """Answer a poll: all that somebody may see, and how many commits the room waits for."""
        with self._transaction() as connection:
            view = view_of(database.rows_of(connection, person.session), person)
            pending = (
                self._publishing.pending(connection, person.session) if self._publishing else 0
            )
            return {"entities": answer_of(view), "pending": pending}

    def play(self, person: Person, act: Callable[[Game], Touched]) -> float:
        """Do something at the table, commit it, and tell when, in ms since 1970.

        Raises:
            RefusedError: whatever `act` refuses; then nothing has changed.
        """
        with self._transaction() as connection:
            touched = act(Game(connection, person))
            self._publish(connection, person.session, touched)
            return time.time() * 1000

    def begin_again(self, person: Person) -> float:
        """Put the session back to its start.

        Raises:
            RefusedError: 403, for all but the game master.
        """
        person.must_be_gm()
        with self._transaction() as connection:
            before = seed.begin_again(connection, person.session)
            now = database.rows_of(connection, person.session)
            self._publish(connection, person.session, [*before, *now])
            return time.time() * 1000

    def _publish(
        self, connection: sqlite3.Connection, session: str, touched: Iterable[Entity]
    ) -> None:
        """Number a commit, and leave it in the outbox: the line that made the table realtime."""
        connection.execute("UPDATE sessions SET rev = rev + 1 WHERE session = ?", (session,))
        if self._publishing:
            rev = database.rev_of(connection, session)
            self._publishing.add(connection, session, touched, rev)

    def _named(self, connection: sqlite3.Connection) -> list[str]:
        return [row["session"] for row in connection.execute("SELECT session FROM sessions")]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
