"""Print which script finds which wrong room, and what it says; with `--play`, having played all.

The table in docs/judge.md is what `python -m tests.mutants.table` prints.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.mutants.every import MUTANTS
from tests.mutants.mutant import Mutant
from tests.mutants.play import staged
from vttsync.broadcast.judge.verdict import Verdict


def table() -> str:
    """The mutants, sorted by what is said of them."""
    rows = sorted(MUTANTS, key=lambda mutant: (mutant.reason, mutant.script, mutant.name))
    lines = ["| a room, or a proxy before it, that | is told as | by |", "| --- | --- | --- |"]
    lines += [f"| {it.does} | `{it.reason}` | `{it.script}.toml` |" for it in rows]
    return "\n".join(lines) + "\n"


def play() -> int:
    """Play every script to its mutant; print those that were not caught, and count those that were."""
    with (
        tempfile.TemporaryDirectory(prefix="vttsync-mutants-") as folder,
        staged(Path(folder)) as stage,
    ):
        outcomes = stage.play(MUTANTS)
    missed = [it for it in MUTANTS if not _is_caught(it, outcomes[it.name])]
    for it in missed:
        print(f"{it.name}: {outcomes[it.name]!r}"[:500], file=sys.stderr)
    print(f"\n{len(MUTANTS) - len(missed)} of {len(MUTANTS)} caught, each for the right reason")
    return 1 if missed else 0


def _is_caught(mutant: Mutant, outcome: object) -> bool:
    if not isinstance(outcome, Verdict) or outcome.passed:
        return False
    first = outcome.differences[0]
    return first.reason is mutant.reason and mutant.shown in repr(first)


if __name__ == "__main__":
    print(table(), end="")
    sys.exit(play() if "--play" in sys.argv else 0)
