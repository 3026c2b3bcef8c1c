"""Tickets: the short-lived signed tokens that clients connect with."""

from __future__ import annotations

import time
from typing import Literal

import jwt

from vttsync_publisher.changes import check_session

Role = Literal["gm", "player", "spectator", "display"]

_ROLES = ("gm", "player", "spectator", "display")
_LONGEST_USER = 128  # UTF-16 code units, as the room counts


def mint_ticket(
    key: str, *, session: str, role: Role, user: str, lifetime: int = 60, now: float | None = None
) -> str:
    """Sign a ticket (JWT, HS256) that lets one user connect to one session.

    Ask your own database first whether they may, and as what.

    Args:
        key: the room's `TICKET_KEY`.
        session: the session it is for.
        role: what the user may see.
        user: the user's id; other clients are told it along with cursors.
        lifetime: seconds in which a connection can be opened; it may stay open longer.
        now: seconds since 1970; the clock's by default.

    Raises:
        ValueError: a name that can't be one.
    """
    if role not in _ROLES:
        raise ValueError(f"{role!r} is no role: gm, player, spectator or display")
    if not 1 <= len(user.encode("utf-16-le")) // 2 <= _LONGEST_USER:
        raise ValueError("a user's id has 1 to 128 characters")
    issued = int(time.time() if now is None else now)
    claims = {"aud": "vttsync", "sid": check_session(session), "role": role, "sub": user}
    return jwt.encode({**claims, "iat": issued, "exp": issued + lifetime}, key, algorithm="HS256")
