"""What the runner of a GitHub Actions job understands: annotations, masks, outputs, a summary.

The forms are those of GitHub's own toolkit (actions/toolkit, packages/core/src/command.ts and
file-command.ts); actions/runner reads them on standard output and standard error alike. Here they
go to standard error, as standard output has the result.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from vttsync import redaction
from vttsync.errors import Exit, Place, VttsyncError

OUTPUTS = {"url": ("url",), "version-id": ("version_id", "version"), "verdict": ("verdict",)}
"""A step's outputs, and which parts of an envelope's result they are."""
# What the runner would take for a command: `::` at a line's start (behind spaces), `##[` anywhere.
_COMMAND = re.compile(r"^(\s*)::|##\[", re.MULTILINE)
_NOTHING = "\u200b"  # no space for the runner, and not to be seen


@dataclass(frozen=True)
class Done:
    """A stage that came to an end, well or not; `seconds` is how long it took."""

    name: str
    seconds: float
    detail: str
    passed: bool


class Job:
    """The job that this process is a step of.

    Attributes:
        stages: all that came to an end so far.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._files = {name: environ.get(f"GITHUB_{name}") for name in ("STEP_SUMMARY", "OUTPUT")}
        self._masked: set[str] = set()
        self._has_wrong = False
        self.stages: list[Done] = []

    def mask(self, value: str) -> None:
        """Let GitHub hide `value` in the job's logs from now on; once."""
        # In a file of the user's the value would stay, as no runner reads it there.
        if value not in self._masked and not _goes_to_a_file(sys.stderr):
            self._masked.add(value)
            with redaction.revealing():
                _issue("add-mask", value)

    def warning(self, title: str, message: str) -> None:
        """Show a warning on the job's page."""
        _issue("warning", message, title=title)

    def failed(self, command: str, error: VttsyncError) -> None:
        """Show on the job's page what went wrong, and in files of the user's, where."""
        labels = (("", error.what), ("why: ", error.why), ("next: ", error.fix))
        told = "\n".join(label + text for label, text in labels if text)
        _issue("error", told, title=f"vttsync {command}".strip())
        for place in error.places:
            self.wrong(command, place.what, place)

    def wrong(self, command: str, what: str, place: Place | None = None) -> None:
        """Show on the job's page that something is wrong, and in a file of the user's, where."""
        self._has_wrong = True
        _issue("error", what, title=f"vttsync {command}", **_where(place))

    def ended(
        self,
        command: str,
        code: Exit,
        result: Mapping[str, Any] | None,
        error: VttsyncError | None,
    ) -> None:
        """Write the step's outputs and its part of the job's summary."""
        from vttsync.output.github_summary import Told, difference, summary  # noqa: PLC0415

        result = result or {}
        told = Told(command, code, result, error, tuple(self.stages))
        first = difference(told)
        if first:
            self.wrong(command, *first)
        elif error is None and code is not Exit.DONE and not self._has_wrong:
            self.wrong(command, f"Differences were found (exit code {int(code)}).")
        outputs = _outputs(result)
        self._append("OUTPUT", "".join(_output(name, outputs[name]) for name in outputs))
        if told.is_worth_it:
            self._append("STEP_SUMMARY", summary(told))

    def _append(self, name: str, text: str) -> None:
        file = self._files[name]
        if not file or not text:
            return
        try:
            with Path(file).open("a", encoding="utf-8") as opened:
                opened.write(redaction.hide(text))
        except OSError as error:
            self.warning("vttsync", f"GITHUB_{name} can't be written: {error.strerror}.")


class Shield:
    """A stream whose text the runner takes for text, whoever wrote it: an app's log, a commit."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (all else is the stream's)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write `text`, with nothing in it that would be a command."""
        self._stream.write(_COMMAND.sub(_broken, text))
        return len(text)


_job: Job | None = None


def begin(environ: Mapping[str, str]) -> None:
    """See whether this process is a step of a job; from now on, such is told to its runner."""
    global _job  # noqa: PLW0603  (one process, one job)
    _job = Job(environ) if environ.get("GITHUB_ACTIONS") == "true" else None
    redaction.own = _job.mask if _job else None


def job() -> Job | None:
    """The job, inside of one."""
    return _job


def _broken(found: re.Match[str]) -> str:
    return "#\u200b#[" if found[0] == "##[" else f"{found[1]}{_NOTHING}::"


def _goes_to_a_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # it is none of the system's
        return False


def _where(place: Place | None) -> dict[str, str]:
    # The runner makes a whole path one of the repository; a part of one, it takes for such.
    if place is None:
        return {}
    return {"file": place.file.absolute().as_posix(), "line": str(place.line)}


def _issue(command: str, message: str, **properties: str) -> None:
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    sys.stderr.write(f"::{command}{' ' if told else ''}{told}::{_data(redaction.hide(message))}\n")
    sys.stderr.flush()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(redaction.hide(text)).replace(":", "%3A").replace(",", "%2C")


def _outputs(result: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, keys in OUTPUTS.items():
        value = next((result[key] for key in keys if isinstance(result.get(key), str)), None)
        if value is not None:
            found[name] = value
    if isinstance(result.get("passed"), bool):
        found.setdefault("verdict", "proved" if result["passed"] else "failed")
    return found


def _output(name: str, value: str) -> str:
    # Random, so that no value can end early and begin an output of its own.
    delimiter = f"ghadelimiter_{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
