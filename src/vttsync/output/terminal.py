"""Results on stdout, everything else on stderr; one envelope for machines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from vttsync import __version__
from vttsync.errors import Exit, Place, VttsyncError
from vttsync.interrupts import interrupts
from vttsync.output import github
from vttsync.redaction import hide, revealing

_PLAIN = 5.0  # seconds between two lines of progress where there is no terminal
_RATE = 8  # pictures of it per second where there is one


@dataclass
class Stage:
    """One step of long work: its name, how it went, and how long it took in seconds.

    Attributes:
        board: shown below it in a terminal while it lasts; in a log, as text behind the detail.
    """

    name: str
    seconds: float = 0.0
    detail: str = ""
    board: RenderableType | None = None
    _began: float = field(default_factory=time.monotonic, repr=False)
    _said: float = field(default_factory=time.monotonic, repr=False)
    _line: Callable[[str], None] | None = field(default=None, repr=False)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots"), repr=False)

    def update(self, detail: str) -> None:
        """Say how far the work is; the last word stays in the closing line."""
        self.detail = detail
        now = time.monotonic()
        if self._line and now >= self._said + _PLAIN:
            self._said = now
            board = f"  ({self.board})" if self.board else ""
            self._line(f"{self.name:<25}{now - self._began:6.1f} s  {detail}{board}")

    def __rich__(self) -> RenderableType:
        self._spinner.update(text=_stage_text(self.name, hide(self.detail)))
        return Group(self._spinner, self.board) if self.board else self._spinner


class Terminal:
    """Where one command writes: people read text, machines read one JSON envelope.

    Args:
        command: the command's name, for the envelope.
        as_json: print the envelope on stdout instead of text, and no progress on stderr.
    """

    def __init__(self, command: str, *, as_json: bool = False) -> None:
        self.command = command
        self.as_json = as_json
        self.stages: list[Stage] = []
        self.finished = False
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    @property
    def interactive(self) -> bool:
        """Whether somebody is there to answer a question."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.as_json

    def say(self, message: RenderableType = "") -> None:
        """Tell a person something on stderr."""
        if not self.as_json:
            self._err.print(_hidden(message))

    def warn(self, message: str) -> None:
        """Tell a person something that may need their attention, on stderr."""
        if job := github.job():
            job.warning(f"vttsync {self.command}", message)
        elif not self.as_json:
            self._err.print(Text.assemble((self._mark("!", "!"), "yellow"), " ", hide(message)))

    def point_out(self, what: str, place: Place | None = None) -> None:
        """In a job, show that a part of the result is wrong, and in which line of the user's."""
        if job := github.job():
            job.wrong(self.command, what, place)

    def show(self, result: RenderableType) -> None:
        """Print a part of the result that people read, on stdout."""
        if not self.as_json:
            self._out.print(_hidden(result))

    def reveal(self, text: str) -> None:
        """Print `text` on stdout as it is, with the secrets in it; ends no line."""
        with revealing():
            sys.stdout.write(text)
            sys.stdout.flush()

    def line(self, text: str) -> None:
        """Print a line of what has no end on stdout, for a machine."""
        sys.stdout.write(f"{hide(text)}\n")
        sys.stdout.flush()

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Show that `name` is under way, then how it ended and how long it took."""
        shown = self._err.is_terminal and not self.as_json
        stage = Stage(name, _line=None if shown or self.as_json else self._still)
        started = time.monotonic()
        try:
            if shown:
                with Live(stage, console=self._err, transient=True, refresh_per_second=_RATE):
                    yield stage
            else:
                yield stage
        except BaseException:
            stage.seconds = time.monotonic() - started
            self._close(stage, passed=False)
            raise
        stage.seconds = time.monotonic() - started
        self.stages.append(stage)
        self._close(stage, passed=True)

    def stage_times(self) -> list[dict[str, object]]:
        """The finished stages in order: name, seconds and detail, for the envelope."""
        return [
            {"name": stage.name, "seconds": round(stage.seconds, 3), "detail": stage.detail}
            for stage in self.stages
        ]

    def finish(self, result: Mapping[str, Any], *, exit_code: Exit = Exit.DONE) -> Exit:
        """Print the envelope where a machine reads it, and hand back the exit code."""
        interrupts.settle()
        self.finished = True
        if job := github.job():
            job.ended(self.command, exit_code, result, None)
        if self.as_json:
            _print_envelope(self.command, exit_code, result=result)
        return exit_code

    def fail(self, error: VttsyncError, result: Mapping[str, Any] | None = None) -> Exit:
        """Say what happened, why, and what to do next; hand back the exit code.

        `result` is what there is to tell all the same, for the envelope.
        """
        interrupts.settle()
        job = github.job()
        if job:
            job.failed(self.command, error)
            job.ended(self.command, error.exit_code, result, error)
        if self.as_json:
            told = {"what": error.what, "why": error.why, "fix": error.fix, **error.facts}
            _print_envelope(self.command, error.exit_code, result=result, error=told)
        elif not job:
            self._err.print(
                Text.assemble((self._mark("✗", "x"), "bold red"), " ", hide(error.what))
            )
            for label, sentence in (("why", error.why), ("next", error.fix)):
                if sentence:
                    self._err.print(Text.assemble((f"  {label:>4}  ", "dim"), hide(sentence)))
        return error.exit_code

    def _still(self, line: str) -> None:
        """Tell a log that something is under way."""
        self._err.print(Text.assemble((f"{self._mark('…', '.')} {hide(line)}", "dim")))

    def _close(self, stage: Stage, *, passed: bool) -> None:
        if job := github.job():
            job.stages.append(github.Done(stage.name, stage.seconds, stage.detail, passed))
        if self.as_json:
            return
        mark = self._mark("✓", "+") if passed else self._mark("✗", "x")
        line = Text.assemble((mark, "green" if passed else "red"), " ", f"{stage.name:<25}")
        line.append(f"{stage.seconds:6.1f} s", "dim")
        if stage.detail:
            line.append(f"  {hide(stage.detail)}", "dim")
        self._err.print(line)

    def _mark(self, symbol: str, plain: str) -> str:
        return plain if self._err.options.ascii_only else symbol


def _console(file: TextIO) -> Console:
    # Text is shown as it is: `[env.prod]` is no markup. Lines in a log are not broken.
    return Console(
        file=cast("TextIO", github.Shield(file)) if github.job() else file,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not file.isatty(),
    )


def _hidden(message: RenderableType) -> RenderableType:
    # Here as well as where it is written: a terminal's line may end inside of a secret.
    return hide(message) if isinstance(message, str) else message


def _stage_text(name: str, detail: str) -> Text:
    return Text.assemble(name, (f"  {detail}" if detail else "", "dim"))


def _print_envelope(
    command: str,
    exit_code: Exit,
    *,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, object] | None = None,
) -> None:
    envelope = {
        "vttsync": __version__,
        "command": command,
        "ok": exit_code is Exit.DONE,
        "exit_code": int(exit_code),
        "result": result,
        "error": error,
    }
    # Escaped to ASCII, so that no locale's encoding can break a pipeline.
    sys.stdout.write(hide(json.dumps(envelope, indent=2)) + "\n")
    sys.stdout.flush()
