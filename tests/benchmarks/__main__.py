"""The figures of docs/performance.md: ratios of medians, both sides measured in turn in one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from tests.benchmarks import (
    auditing,
    deploying,
    doctoring,
    following,
    judging,
    proving,
    rehearsing,
    rooms,
    starting,
    verdicts,
)
from tests.benchmarks.artillery import comparing as artillery
from tests.benchmarks.crowds import comparing as crowds

BENCHMARKS: dict[str, Callable[[], None]] = {
    "start": starting.measure,
    "deploy": deploying.measure,
    "proof": verdicts.measure,
    "doctor": doctoring.measure,
    "rehearsal": rehearsing.measure,
    "audit": auditing.measure,
    "room": rooms.measure,
    "polling": following.measure,
    "judging": judging.measure,
    "crowd": crowds.receive,
}
# Asked for by name: `make proofs` takes half an hour and more; `artillery` installs 470 MB.
LONG: dict[str, Callable[[], None]] = {"proofs": proving.measure, "artillery": artillery.measure}
# `room` and `polling` are all of theirs.
PARTS: dict[str, Callable[[], None]] = {
    name: partial(whole.measure, [name]) for whole in (rooms, following) for name in whole.PARTS
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    known = BENCHMARKS | LONG | PARTS
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in names:
        known[name]()


if __name__ == "__main__":
    main()
