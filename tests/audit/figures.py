"""The figures in docs/audit.md: the labelled set, and public repositories nobody tuned to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tests.audit.scoring import Compared, Score, compare

_HERE = Path(__file__).parent
_FIRST = _HERE / "first_sight.json"
_UNSEEN = _HERE / "unseen.json"


def labelled(now: Compared) -> str:
    """Each form of the apps that were labelled before the audit was run: at first sight, and now.

    Args:
        now: what is made of these apps today; see `blind`.
    """
    told = json.loads(_FIRST.read_text("utf-8"))["scores"]
    first = {form: Score(form, *counts) for form, counts in told.items()}
    rows = [_row(first[it.form], it) for it in now.scores]
    before, after = _sum(first.values()), _sum(now.scores)
    other = f"{before.misjudged} at first, {after.misjudged} now."
    return "\n".join(
        [
            "| form | polls | precision, first | recall, first | precision, now | recall, now |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            _row(before, after),
            "",
            f"Another verdict than the label's: {other}",
        ]
    )


def blind() -> Compared:
    """Those apps, audited now."""
    return compare(apps=frozenset(json.loads(_FIRST.read_text("utf-8"))["apps"]))


def whole(compared: Compared) -> str:
    """The whole set today, in a sentence."""
    total = _sum(compared.scores)
    return (
        f"{total.polls} polls and {compared.negatives} that are none: "
        f"precision {total.precision:.2f}, recall {total.recall:.2f}, "
        f"{total.misjudged} with another verdict than the label's."
    )


def unseen() -> str:
    """The public repositories, each as it was at first sight, and all of them after mending."""
    told = json.loads(_UNSEEN.read_text("utf-8"))
    first, now = ([_score(each[when]) for each in told] for when in ("first", "now"))
    before, after = _sum(first), _sum(now)
    rows = [
        f"| {each['name']} | {each['files']} | {it.polls} | {it.found} | {it.missed} | {it.false} |"
        for each, it in zip(told, first, strict=True)
    ]
    total = (
        f"Precision {before.precision:.2f}, recall {before.recall:.2f}; "
        f"after mending {after.precision:.2f} and {after.recall:.2f}."
    )
    return "\n".join(
        [
            "| repository | files | polls | found | missed | found, but none |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            total,
        ]
    )


def _score(counts: list[int]) -> Score:
    """What was found, missed, and found but is none."""
    found, missed, false = counts
    return Score("", found, missed, false, misjudged=0)


def _row(first: Score, now: Score) -> str:
    figures = (first.precision, first.recall, now.precision, now.recall)
    return f"| {now.form} | {now.polls} | {' | '.join(f'{it:.2f}' for it in figures)} |"


def _sum(scores: Iterable[Score]) -> Score:
    every = list(scores)
    found, missed, false, misjudged = (
        sum(getattr(it, name) for it in every) for name in ("found", "missed", "false", "misjudged")
    )
    return Score("**all**", found, missed, false, misjudged)


def main() -> None:
    """Print them, and each disagreement with a label."""
    compared = compare()
    told = [labelled(blind()), whole(compared), "\n".join(compared.told), unseen()]
    print("\n\n".join(told))  # noqa: T201


if __name__ == "__main__":
    main()
