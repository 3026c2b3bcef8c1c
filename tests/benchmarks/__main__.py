"""The figures of docs/performance.md: ratios of medians, both sides measured in turn in one run."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tests.benchmarks import deploying, rehearsing, starting

BENCHMARKS: dict[str, Callable[[], None]] = {
    "start": starting.measure,
    "deploy": deploying.measure,
    "rehearsal": rehearsing.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in names:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
