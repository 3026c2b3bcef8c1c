"""The files that a proof's verdict goes into, where its user asks for them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.record import Record
    from vttsync.output.terminal import Terminal

Html = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write a page: timeline, latencies, differences side by side.",
        show_default=False,
    ),
]
Junit = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write JUnit XML.", show_default=False),
]
Hdr = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write the latencies as an HdrHistogram log.", show_default=False
    ),
]
Transcript = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Keep all that the proof sent and received, for `verify-broadcast judge`; gzipped "
        "when its name ends in .gz.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Reports:
    """Where each of them goes, if anywhere."""

    html: Path | None = None
    junit: Path | None = None
    hdr: Path | None = None
    transcript: Path | None = None

    @property
    def places(self) -> Mapping[str, Path]:
        """By their options' names, those that are asked for."""
        found = {f"--{field.name}": getattr(self, field.name) for field in fields(self)}
        return {option: path for option, path in found.items() if path is not None}

    def check(self, *, read: Path | None = None) -> Reports:
        """See that all can be written, and not over `read`, before anything is sent.

        Raises:
            VttsyncError: exit 2, naming the one that can't.
        """
        from vttsync.output.files import check_places

        check_places(self.places, read=read)
        return self

    def write(self, record: Record, verdict: Verdict) -> None:
        """Write them; where one can't be written, the others are all the same.

        Raises:
            VttsyncError: exit 5, naming the first that can't.
        """
        from vttsync.errors import VttsyncError
        from vttsync.output.files import write_whole

        failed = []
        for option, path in self.places.items():
            try:
                write_whole(path, _WRITERS[option](record, verdict, path))
            except VttsyncError as error:
                failed.append(error)
        if failed:
            raise failed[0]


def finish(terminal: Terminal, record: Record, verdict: Verdict, reports: Reports) -> int:
    """Show the verdict, write the reports, and hand back the exit code.

    Raises:
        VttsyncError: exit 5, when a report on a proof that passed can't be written.
    """
    from vttsync.errors import Exit, VttsyncError
    from vttsync.output.verdict import verdict_json, verdict_view

    for warning in verdict.warnings:
        terminal.warn(warning)
    terminal.say()
    terminal.show(verdict_view(verdict))
    try:
        reports.write(record, verdict)
    except VttsyncError as error:
        if verdict.passed:
            raise
        terminal.warn(str(error))  # what failed before is what counts
    about = {"url": record.about.url, "version": record.about.version}
    code = Exit.DONE if verdict.passed else Exit.VERIFY_FAILED
    return terminal.finish({**about, **verdict_json(verdict)}, exit_code=code)


def _html(record: Record, verdict: Verdict, _path: Path) -> bytes:
    from vttsync.output.broadcast_page import broadcast_page
    from vttsync.redaction import hide

    return hide(broadcast_page(record, verdict)).encode()


def _junit(record: Record, verdict: Verdict, _path: Path) -> bytes:
    from vttsync.output.junit import junit_xml
    from vttsync.redaction import hide

    return hide(junit_xml(record, verdict)).encode()


def _hdr(record: Record, verdict: Verdict, _path: Path) -> bytes:
    from vttsync.broadcast.histogram import Histogram, write_log

    seconds = record.seconds
    began = record.about.when.timestamp() - seconds
    return write_log({"": Histogram(verdict.samples)}, began=began, seconds=seconds).encode()


def _transcript(record: Record, _verdict: Verdict, path: Path) -> bytes:
    from vttsync.broadcast.transcripts import encoded

    return encoded(record, packed=path.suffix == ".gz")


_WRITERS = {"--html": _html, "--junit": _junit, "--hdr": _hdr, "--transcript": _transcript}
