"""`vttsync verify-broadcast judge`: a kept transcript, judged again without a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json
from vttsync.cli.reports import Hdr, Html, Junit

if TYPE_CHECKING:
    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.record import Record
    from vttsync.output.terminal import Terminal

_File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="What --transcript wrote.", show_default=False),
]


def judge(
    file: _File, html: Html = None, junit: Junit = None, hdr: Hdr = None, json: Json = False
) -> int:
    """Judge a kept transcript again: the same verdict, reports and exit code, without a network.

    The script, and what it pulled in, are in the transcript.
    """
    from vttsync.broadcast.transcripts import read_record
    from vttsync.cli.reports import Reports, finish
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast judge", as_json=json)
    reports = Reports(html, junit, hdr).check(read=file)
    record = read_record(file)
    return finish(terminal, record, _judge(terminal, record), reports)


def _judge(terminal: Terminal, record: Record) -> Verdict:
    from vttsync.broadcast.record import judged

    about = record.about
    terminal.say(f"{record.plan.title}, {about.url}, version {about.version}, {about.at}")
    with terminal.stage("judge") as step:
        verdict = judged(record)
        step.update(verdict.summary)
    return verdict
