"""When a client connects again, as the browser client does (`docs/protocol.md` has the closes)."""

from __future__ import annotations

_LONGEST = 30.0
_NEVER = {4403, 4404, 4409}
_SLOW_DOWN = 4429


def backoff(attempt: int, random: float) -> float:
    """Full jitter: seconds before the nth attempt in a row, up to min(30, 0.5 · 2ⁿ).

    Args:
        attempt: from 1.
        random: from 0 up to 1. A deploy closes every socket at once; they must not come back so.
    """
    return random * min(_LONGEST, 0.5 * 2.0 ** min(attempt, 10))


def again_after(close: int, error: str | None) -> float | None:
    """Seconds on top of backing off after a connection ended; None: never again.

    Args:
        close: the close code.
        error: the code of the error frame before it, if one came.
    """
    if close in _NEVER:
        return None
    if close == _SLOW_DOWN:
        return 30.0 if error == "full" else 10.0
    return 0.0
