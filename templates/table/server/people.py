"""Who asks, and what they may do.

The page only shows what somebody may do; whether they may is decided here, on each request.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Literal, get_args

from .database import Row

Role = Literal["gm", "player", "spectator", "display"]
ROLES: tuple[Role, ...] = get_args(Role)


class RefusedError(Exception):
    """A request that is answered with an error.

    Attributes:
        status: the HTTP status.
        code: for programs.
        found: for a mismatch, what is there instead.
    """

    def __init__(self, status: int, code: str, message: str, found: Row | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.found = status, code, found


@dataclass(frozen=True)
class Person:
    """Somebody at a session's table."""

    session: str
    user: str
    role: Role

    @property
    def is_gm(self) -> bool:
        """Tell whether they run the game."""
        return self.role == "gm"

    def owns(self, row: Row) -> bool:
        """Tell whether a row is theirs to play."""
        return self.role == "player" and row.get("ownerIds", {}).get(self.user) is True

    def may_move(self, token: Row) -> bool:
        """Tell whether they may put a token elsewhere."""
        return self.is_gm or (self.owns(token) and token.get("locked") is not True)

    def must_be_gm(self) -> None:
        """Refuse everybody but the game master, whatever they asked for.

        Raises:
            RefusedError: 403.
        """
        if not self.is_gm:
            raise RefusedError(403, "not_allowed", "Only the game master can do that.")


def log_in(connection: sqlite3.Connection, session: str, user: str, role: str) -> str:
    """Let somebody in under the name and role they gave, which a real app would never do.

    Raises:
        RefusedError: 404, without such a session; 400, when the name or the role is none.
    """
    if (
        connection.execute("SELECT 1 FROM sessions WHERE session = ?", (session,)).fetchone()
        is None
    ):
        raise RefusedError(404, "no_session", "There is no such session on this server.")
    if role not in ROLES:
        raise RefusedError(400, "bad_role", f"The role is one of {', '.join(ROLES)}.")
    if not user.isprintable() or not user.strip() or len(user) > 64:
        raise RefusedError(400, "bad_user", "A name has 1 to 64 printable characters.")
    token = secrets.token_urlsafe(24)
    connection.execute("INSERT INTO logins VALUES (?, ?, ?, ?)", (token, session, user, role))
    return token


def person_of(connection: sqlite3.Connection, session: str, authorization: str) -> Person:
    """Find out who asks, by the token that they got when they logged in.

    Raises:
        RefusedError: 401.
    """
    row = connection.execute(
        "SELECT user, role FROM logins WHERE token = ? AND session = ?",
        (authorization.removeprefix("Bearer "), session),
    ).fetchone()
    if row is None:
        raise RefusedError(401, "log_in", "Log in first.")
    return Person(session, row["user"], row["role"])
