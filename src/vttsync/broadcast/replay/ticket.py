"""Tickets: the short-lived signed tokens that clients connect with."""

from __future__ import annotations

import time

import jwt

from vttsync.broadcast.actions import Role

AUDIENCE = "vttsync"
LIFETIME = 600
"""Seconds. A replay joins within the first few; nothing needs a ticket for longer."""


def mint(key: str, *, session: str, role: Role, user: str, now: float | None = None) -> str:
    """Sign a ticket (JWT, HS256) that lets one user into one session.

    Args:
        key: the room's `TICKET_KEY`.
        session: the session it is for.
        role: what the user may see.
        user: the user's id.
        now: seconds since 1970; the clock's by default.
    """
    issued = int(time.time() if now is None else now)
    claims = {
        "aud": AUDIENCE,
        "sid": session,
        "role": role,
        "sub": user,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
    return jwt.encode(claims, key, algorithm="HS256")
