"""What a browser might have seen, in a few words."""

from __future__ import annotations

from collections.abc import Iterable

from vttsync.polling.naming import request
from vttsync.polling.seen import Asked, Cause, Phase, Place, Seen, Told, What, Window

LOAD = Cause("setInterval", (Place("http://app/table.js", 5, "load"),), Place("http://app/t.js", 9))
NOBODY = Cause()
LIVE, CUT, BACK = (range(0, 20, 2), range(20, 40, 2), range(40, 60, 2))
"""Every 2 s, in a phase of `seen`."""


def what(url: str = "http://app/api/state", method: str = "GET") -> What:
    found = request(method, url, "Fetch")
    assert found
    return found


def asked(
    times: Iterable[float], cause: Cause = LOAD, *, of: What | None = None, failed: bool = False
) -> list[Asked]:
    """Requests at these times, each answered after 0.1 s."""
    of = of or what()
    return [Asked(at, of, cause, at + 0.1, failed) for at in times]


def seen(
    *requests: Iterable[Asked],
    deltas: Iterable[float] = (),
    attempts: Iterable[float] = (),
    back: bool = True,
) -> Seen:
    """Three phases of 20 s each, or two."""
    windows = [Window(Phase.LIVE, 0, 20), Window(Phase.CUT, 20, 40), Window(Phase.BACK, 40, 60)]
    everything = sorted((it for part in requests for it in part), key=lambda it: it.at)
    told = tuple(Told(at, delta=True) for at in deltas)
    return Seen(tuple(windows[: 3 if back else 2]), tuple(everything), told, tuple(attempts))
