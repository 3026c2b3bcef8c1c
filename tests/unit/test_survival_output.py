from __future__ import annotations

import io
import re
from dataclasses import replace

from rich.console import Console

from vttsync.broadcast.survival.survival import Fault, Problem, Stay, Survival
from vttsync.output.survival import survival_json, survival_view

STAY = Stay("gm", 1, (0.41,), (), (), ("v1", "v2"), passed=True)
GOOD = Survival((STAY, replace(STAY, name="spectator", drops=0, away=())), (), 21, 0.6, limit=5.0)
LOST = replace(STAY, name="player 1", missing=(7, 8), passed=False)
PROBLEM = Problem(Fault.NEW_STREAM, "player 1", "was greeted with another epoch")
BAD = replace(GOOD, clients=(STAY, LOST), problems=(PROBLEM,) * 11)


def drawn(survival: Survival, width: int = 80) -> str:
    file = io.StringIO()
    Console(file=file, width=width, no_color=True).print(survival_view(survival))
    return file.getvalue()


def test_who_survived_fits_80_columns() -> None:
    lines = drawn(GOOD).splitlines()

    assert re.sub(" +", " ", lines[0]) == "stayed connected dropped back after missing twice result"
    assert lines[2].split() == ["gm", "1x", "0.4", "s", "0", "0", "ok"]
    assert lines[3].split() == ["spectator", "never", "0", "0", "ok"]
    told = "survived  1 of 2 clients dropped, back within 0.4 s, none of 21 publishes lost"
    assert lines[-1] == told
    assert max(map(len, lines)) <= 80


def test_what_was_wrong_is_told_and_not_without_end() -> None:
    text = drawn(BAD)

    assert text.count("NEW STREAM  player 1: was greeted with another epoch\n") == 8
    assert "and 3 more\n" in text
    assert "WRONG" in text
    assert "not survived  2 of 2 clients dropped, back within 0.4 s, 11 problems\n" in text


def test_a_machine_reads_all_of_it() -> None:
    told = survival_json(BAD)

    assert told["passed"] is False
    assert told["summary"] == BAD.summary
    assert told["clients"][1]["missing"] == (7, 8)
    assert told["problems"][0] == {
        "fault": "new_stream",
        "who": "player 1",
        "what": "was greeted with another epoch",
    }
    assert told["limit"] == 5.0
