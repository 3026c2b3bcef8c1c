from __future__ import annotations

import io

import pytest
from rich.console import Console

from vttsync.broadcast.judge.verdict import ClientResult, Difference, Latency, Reason, Verdict
from vttsync.errors import Exit, VttsyncError
from vttsync.output.terminal import Terminal
from vttsync.output.verdict import verdict_view

LATENCY = Latency(p50=4.0, p99=9.5, max=12.0)
GOOD = Verdict((), (ClientResult("gm", "gm", False, 30, 30, LATENCY, True),), LATENCY, 32)
LEAK = Difference(
    reason=Reason.LEAKED,
    who="player 2",
    step="Vesk moves",
    line=71,
    expected=None,
    got={"type": "delta", "name": "Vesk the Quiet"},
    means="A hidden token reached a player.",
    position=3.0,
)
BAD = Verdict(
    (LEAK, LEAK), (ClientResult("player 2", "player", False, 29, 30, None, False),), None, 32
)


def _drawn(verdict: Verdict, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(verdict_view(verdict))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_good_verdict_fits_80_columns() -> None:
    text = _drawn(GOOD)
    assert "latency   p50 4.0 ms, p99 9.5 ms, max 12.0 ms, from publish to receipt\n" in text
    assert "verified  32 publishes; every client got exactly what it may see\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_in_a_narrow_terminal_the_table_has_fewer_columns() -> None:
    text = _drawn(GOOD, 40)
    assert "…" not in text
    assert text.splitlines()[0].split() == ["client", "expected", "received", "result"]
    assert text.splitlines()[2].split() == ["gm", "30", "30", "ok"]


def test_a_bad_verdict_shows_the_first_difference_side_by_side() -> None:
    text = _drawn(BAD)
    assert "LEAKED  player 2, line 71, Vesk moves" in text
    assert any("nothing" in line and "{" in line for line in text.splitlines())
    assert "Vesk the Quiet" in text
    assert "A hidden token reached a player." in text
    assert "not verified  2 differences." in text
    assert "verified  32" not in text


def test_results_go_to_stdout_and_the_rest_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal("deploy")
    with terminal.stage("upload") as step:
        step.update("half")
        step.update("done")
    terminal.warn("mind the gap")
    terminal.show("url  https://x")
    captured = capsys.readouterr()
    assert captured.out == "url  https://x\n"
    assert "✓ upload" in captured.err
    assert captured.err.count("done") == 1
    assert "half" not in captured.err
    assert "! mind the gap" in captured.err


def test_a_stage_that_fails_is_marked_and_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal("deploy")
    with pytest.raises(RuntimeError), terminal.stage("upload"):
        raise RuntimeError
    assert "✗ upload" in capsys.readouterr().err
    assert terminal.stage_times() == []


def test_what_looks_like_markup_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    error = VttsyncError("[env.prod] is wrong", why="[red]", exit_code=Exit.CONFIG)
    terminal = Terminal("deploy")
    terminal.fail(error)
    terminal.say("see [env.prod]")
    assert capsys.readouterr().err.count("[env.prod]") == 2
