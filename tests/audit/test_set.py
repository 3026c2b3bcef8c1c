"""How well polls are told from what isn't one, on the labelled set."""

from __future__ import annotations

from pathlib import Path

from tests.audit import figures, scoring


def test_precision_and_recall_on_the_labelled_set() -> None:
    compared = scoring.compare()
    found, missed, false, misjudged = (
        sum(getattr(it, name) for it in compared.scores)
        for name in ("found", "missed", "false", "misjudged")
    )
    assert found / (found + false) >= 0.9, compared.told
    assert found / (found + missed) >= 0.95, compared.told
    assert misjudged <= found // 20, compared.told


def test_every_form_is_in_the_set_and_so_is_what_is_none() -> None:
    compared = scoring.compare()
    assert [it.form for it in compared.scores if not it.found + it.missed] == []


def test_the_score_counts_each_kind_of_mistake(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.ts").write_text(
        "setInterval(() => fetch('/a'), 1); //= interval ungated\n"
        "setInterval(() => fetch('/b'), 1); //= interval throttled\n"
        "setInterval(() => fetch('/c'), 1); //= none\n"
        "setInterval(() => tick(), 1); //= interval ungated\n"
        "setInterval(() => fetch('/d'), 1);\n"
    )
    compared = scoring.compare(tmp_path)
    (interval,) = (it for it in compared.scores if it.form == "interval")
    assert (interval.found, interval.missed, interval.false, interval.misjudged) == (2, 1, 2, 1)
    assert (interval.precision, interval.recall) == (0.5, 2 / 3)
    assert len(compared.told) == 4


def test_the_set_is_big_enough_and_was_labelled_before_the_audit_was_run() -> None:
    compared = figures.blind()
    assert sum(it.polls for it in compared.scores) >= 120
    assert compared.negatives >= 200
    assert scoring.compare().negatives > compared.negatives


def test_the_docs_have_the_figures_that_the_command_prints() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")
    assert figures.labelled(figures.blind()) in docs
    assert figures.whole(scoring.compare()) in " ".join(docs.split())
    assert figures.unseen() in docs
