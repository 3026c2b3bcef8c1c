"""`vttsync rehearse`: from nothing to a proven deploy, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json, Script

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal
    from vttsync.rehearsal.pipeline import Rehearsed


def rehearse(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--project",
            "-C",
            metavar="DIR",
            help="Rehearse the project in this folder, not a fresh one.",
            show_default=False,
        ),
    ] = None,
    env: Annotated[str, typer.Option("--env", "-e", help="The environment to rehearse.")] = "prod",
    script: Script = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Leave the room running until Ctrl-C, and say how to reach it."
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Scaffold, deploy, prove, rotate a key, roll back and prove again, without an account.

    The real wrangler uploads to a stand-in of Cloudflare's API on this machine, and the real
    workerd runs what was uploaded. Nothing reaches Cloudflare; the packages come from npm.
    """
    from vttsync.cli.watching import watch
    from vttsync.output.terminal import Terminal
    from vttsync.output.verdict import verdict_view
    from vttsync.rehearsal import pipeline

    terminal = Terminal("rehearse", as_json=json)
    with pipeline.set_up(folder, env, terminal.stage) as stand:
        try:
            rehearsed = pipeline.rehearse(stand, script, terminal.stage, watch)
        except pipeline.NotProvedError as failed:
            terminal.show(verdict_view(failed.verdict))
            raise
        ways_in = pipeline.ways_in(stand, rehearsed.receipt.url) if keep else {}
        code = _report(terminal, rehearsed, ways_in)
        if keep:
            _hold(terminal, ways_in)
    return code


def _report(terminal: Terminal, rehearsed: Rehearsed, ways_in: dict[str, str]) -> int:
    from dataclasses import asdict

    from vttsync.output.verdict import verdict_json, verdict_view

    terminal.show(verdict_view(rehearsed.verdicts[-1]))
    total = sum(stage.seconds for stage in terminal.stages)
    terminal.show(
        f"rehearsed in {total:.1f} s: deployed, proved, key rotated, rolled back, proved again"
    )
    return terminal.finish(
        {
            "deploy": asdict(rehearsed.receipt),
            "rotated": asdict(rehearsed.rotated),
            "verdicts": [verdict_json(verdict) for verdict in rehearsed.verdicts],
            "calls": rehearsed.calls,
            "ways_in": ways_in,
            "stages": terminal.stage_times(),
            "seconds": round(total, 3),
        }
    )


def _hold(terminal: Terminal, ways_in: dict[str, str]) -> None:
    """Keep the room up until Ctrl-C, which is the way to end it and no failure."""
    import sys
    import time

    sys.stdout.flush()
    try:
        terminal.say(
            "\nThe room runs until Ctrl-C. Tickets last ten minutes; the keys are made up."
        )
        for name, value in ways_in.items():
            terminal.say(f"  {name:<15} {value}")
        while True:
            time.sleep(3600)  # unlike an event's wait, Ctrl-C ends it on Windows too
    except KeyboardInterrupt:
        terminal.say("Stopped.")
