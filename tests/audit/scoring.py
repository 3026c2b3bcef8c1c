"""The labelled set: what is written in it, what the audit finds, and how well they agree.

A line that begins something which repeats ends in a label: `//= interval ungated` (form and
verdict), or `//= none`; in Python `#=`, in pages `<!--= … -->`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vttsync.audit.audit import audit
from vttsync.audit.site import Form

SET = Path(__file__).parent / "set"
_LABEL = re.compile(r"(?://|#|<!--)= (?P<form>\w+)(?: (?P<verdict>[a-z ]+?))? *(?:-->)?$")
FORMS = {
    "interval": Form.INTERVAL,
    "timeout": Form.TIMEOUT,
    "loop": Form.LOOP,
    "hook": Form.HOOK,
    "wrapper": Form.WRAPPER,
    "option": Form.OPTION,
    "stream": Form.STREAM,
    "markup": Form.MARKUP,
    "python": Form.PYTHON,
}


@dataclass(frozen=True)
class Score:
    """One form's figures.

    Attributes:
        found: polls that were found, of those that are there.
        missed: those that weren't.
        false: findings that are none.
        misjudged: found, with another verdict than the label's.
    """

    form: str
    found: int
    missed: int
    false: int
    misjudged: int

    @property
    def polls(self) -> int:
        """How many there are."""
        return self.found + self.missed

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


@dataclass(frozen=True)
class Compared:
    """The whole set.

    Attributes:
        scores: of each form.
        negatives: how many labels say `none`.
        told: each disagreement, in a sentence.
    """

    scores: tuple[Score, ...]
    negatives: int
    told: tuple[str, ...]


def labels(folder: Path = SET) -> dict[tuple[str, int], tuple[str, str]]:
    """Form and verdict of each label, by path and line."""
    return dict(_labels(folder))


def _labels(folder: Path) -> Iterator[tuple[tuple[str, int], tuple[str, str]]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            found = _LABEL.search(line.rstrip())
            if found:
                place = path.relative_to(folder).as_posix(), number
                yield place, (found["form"], found["verdict"] or "")


def compare(folder: Path = SET, apps: frozenset[str] = frozenset()) -> Compared:
    """Audit the set, each of its folders as an app, and count.

    Args:
        folder: the set.
        apps: which of its folders; all of them when empty.
    """
    chosen = apps or {path.name for path in folder.iterdir() if path.is_dir()}
    known = labels(folder)
    expected = {at: label for at, label in known.items() if at[0].split("/")[0] in chosen}
    counts: Counter[tuple[str, str]] = Counter()
    told, seen = [], set()
    for app in (folder / name for name in sorted(chosen)):
        for it in audit(app).findings:
            place = f"{app.name}/{it.path}", it.line
            form, verdict = expected.get(place, ("unlabelled", ""))
            seen.add(place)
            where = f"{place[0]}:{it.line}"
            if form in FORMS:
                counts[form, "found"] += 1
                if verdict != it.verdict.value:
                    counts[form, "misjudged"] += 1
                    told.append(f"{where} is {verdict}, and was called {it.verdict.value}")
            else:
                counts[_short(it.form), "false"] += 1
                told.append(f"{where} is no poll ({form}): {it.excerpt}")
    for place, (form, _verdict) in expected.items():
        if form in FORMS and place not in seen:
            counts[form, "missed"] += 1
            told.append(f"{place[0]}:{place[1]} was missed")
    kinds = ("found", "missed", "false", "misjudged")
    scores = tuple(Score(form, *(counts[form, kind] for kind in kinds)) for form in FORMS)
    negatives = sum(form == "none" for form, _ in expected.values())
    return Compared(scores, negatives, tuple(told))


def _short(form: Form) -> str:
    return next(name for name, known in FORMS.items() if known is form)
