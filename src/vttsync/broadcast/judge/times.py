"""How long it took until one client was told."""

from __future__ import annotations

import math
from collections.abc import Iterator

from vttsync.broadcast.judge.reading import Reading


def latencies(reading: Reading) -> Iterator[float]:
    """Yield seconds, one for each publish that was told right, from when it was due."""
    wrong = {mismatch.received for mismatch in reading.mismatches}
    for place, paired in reading.pairs.items():
        wanted = reading.wanted[place]
        if wanted.message.type != "delta" or wanted.missed or paired in wrong:
            continue
        at = reading.heard.messages[paired].at
        for publish in wanted.publishes:
            if not _lagged(reading, due := reading.case.answers[publish].due, at):
                yield at - due


def _lagged(reading: Reading, due: float, at: float) -> bool:
    """Tell whether a message had to wait for a client that read nothing on purpose."""
    return any(due <= end and begin <= at for begin, end in reading.log.lags)


def reconnects(reading: Reading) -> Iterator[float]:
    """Yield seconds, each time from connecting again to having all that was missed."""
    messages, comebacks = reading.heard.messages, reading.log.comebacks
    for comeback in comebacks:
        after = [
            messages[paired].at
            for place, paired in reading.pairs.items()
            if reading.wanted[place].missed and messages[paired].at >= comeback.at
        ]
        until = min((other.at for other in comebacks if other.at > comeback.at), default=math.inf)
        if here := [at for at in after if at < until]:
            yield max(here) - comeback.at
