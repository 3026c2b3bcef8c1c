"""The sessions that vttsync makes for itself: one place that names them, and knows them again."""

from __future__ import annotations

import re
import secrets
from typing import Literal

Purpose = Literal["verify", "beside", "survive"]
_OURS = re.compile(r"vttsync-(?:verify|beside|survive)-[0-9a-f]{16}")


def fresh_session(purpose: Purpose = "verify") -> str:
    """Name a session that nobody has used: 64 random bits; old objects may run old code."""
    return f"vttsync-{purpose}-{secrets.token_hex(8)}"


def is_ours(session: str) -> bool:
    """Whether the name is of the form that `fresh_session` gives."""
    return _OURS.fullmatch(session) is not None
