"""Rooms and networks that are slow, or odd, within what the protocol allows: none may be refused."""

from __future__ import annotations

import random

from tests.mutants.mutant import EAGER, Edit, Late, Meddler, Mutant, Out
from vttsync.broadcast.judge.verdict import Reason


class Jitter(Meddler):
    """Every message takes another time, in order all the same."""

    def __init__(self, most: float) -> None:
        self._most, self._random = most, random.Random(7)  # noqa: S311

    def down(self, who: str, text: str) -> list[Out]:
        return [Late(self._random.uniform(0, self._most)), text]


def odd(name: str, does: str, *edits: Edit, script: str = "smoke") -> Mutant:
    # No reason is right: it is here to be let pass.
    return Mutant(name, does, Reason.SLOW, script, edits)


GENTLE: tuple[Mutant, ...] = (
    Mutant("nothing", "changes nothing", Reason.SLOW),
    Mutant("nothing-lost", "changes nothing", Reason.SLOW, "reconnect"),
    Mutant("nothing-hidden", "changes nothing", Reason.SLOW, "secrets"),
    Mutant("jitter", "holds each message up to 0.3 s", Reason.SLOW, meddler=lambda: Jitter(0.3)),
    Mutant(
        "jitter-lost",
        "holds each message up to 0.2 s",
        Reason.SLOW,
        "reconnect",
        meddler=lambda: Jitter(0.2),
    ),
    odd("batches", "tells several changes as one wherever it can", EAGER),
    odd("batches-lost", "tells several changes as one wherever it can", EAGER, script="reconnect"),
    odd("batches-hidden", "tells several changes as one wherever it can", EAGER, script="secrets"),
    odd(
        "parts",
        "sends snapshots in many parts",
        Edit("limits.ts", "frameBytes: 512 * 1024", "frameBytes: 3 * 1024"),
    ),
    odd(
        "few-rows",
        "has hardly any row in memory",
        Edit("limits.ts", "recentRows: 200", "recentRows: 2"),
        script="reconnect",
    ),
)
"""Reasons are never asked for."""
