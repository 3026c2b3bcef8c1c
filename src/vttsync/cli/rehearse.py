"""`vttsync rehearse`: from nothing to a proven deploy, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vttsync.cli.options import Json, Keep, RehearsedEnv, RehearsedFolder, Script

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal
    from vttsync.rehearsal.pipeline import Rehearsed, Stand, WaysIn


def rehearse(
    folder: RehearsedFolder = None,
    env: RehearsedEnv = "prod",
    script: Script = None,
    keep: Keep = False,
    json: Json = False,
) -> int:
    """Scaffold, deploy, prove, rotate a key, roll back and prove again, without an account.

    The real wrangler uploads to a stand-in of Cloudflare's API on this machine, and the real
    workerd runs what was uploaded. Nothing reaches Cloudflare; the packages come from npm.
    """
    from vttsync.cli.holding import hold
    from vttsync.output.terminal import Terminal
    from vttsync.rehearsal import pipeline

    terminal = Terminal("rehearse", as_json=json)
    with pipeline.set_up(folder, env, script, terminal.stage) as stand:
        rehearsed = _rehearsed(terminal, stand)
        if keep:
            ways_in = pipeline.ways_in(stand, rehearsed.receipt.url)
            return hold(terminal, lambda: _report_kept(terminal, rehearsed, ways_in, folder))
    return _report(terminal, rehearsed, None)


def _rehearsed(terminal: Terminal, stand: Stand) -> Rehearsed:
    from vttsync.cli.watching import watch
    from vttsync.output.verdict import verdict_view
    from vttsync.rehearsal import pipeline

    try:
        return pipeline.rehearse(stand, terminal.stage, watch)
    except pipeline.NotProvedError as failed:
        terminal.say()
        terminal.show(verdict_view(failed.verdict))
        raise


def _report(terminal: Terminal, rehearsed: Rehearsed, ways_in: WaysIn | None) -> int:
    from dataclasses import asdict

    from vttsync.output.verdict import verdict_json, verdict_view

    terminal.say()
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
            "ways_in": asdict(ways_in) if ways_in else None,
            "stages": terminal.stage_times(),
            "seconds": round(total, 3),
        }
    )


def _report_kept(
    terminal: Terminal, rehearsed: Rehearsed, ways_in: WaysIn, folder: Path | None
) -> int:
    code = _report(terminal, rehearsed, ways_in)
    _tell_ways_in(terminal, ways_in, folder)
    return code


def _tell_ways_in(terminal: Terminal, ways_in: WaysIn, folder: Path | None) -> None:
    import shlex
    import sys

    terminal.say(
        "\nThe room runs until Ctrl-C (SIGTERM, where a script started it with &).\n"
        "Tickets last ten minutes; the keys are made up.\n"
        f"  health   {ways_in.health}\n"
        f"  gm       {ways_in.gm}\n"
        f"  player   {ways_in.player}\n"
        f"  publish  {ways_in.publish}  (POST, Authorization: Bearer <publish key>)\n"
        "From another terminal:"
    )
    for name, value in ways_in.variables.items():
        line = f'$env:{name} = "{value}"' if sys.platform == "win32" else f"export {name}={value}"
        terminal.say(f"  {line}")
    where = f" --project {shlex.quote(str(folder))}" if folder else ""
    terminal.say(f"  vttsync verify-broadcast --url {ways_in.url}{where}")
