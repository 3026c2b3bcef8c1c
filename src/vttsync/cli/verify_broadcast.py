"""`vttsync verify-broadcast`: the proof that every client gets what its role may see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vttsync.cli.options import Env, Folder, Hooks, Json, Script, Url, is_alone
from vttsync.cli.reports import Hdr, Html, Junit, Transcript

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.record import Record
    from vttsync.broadcast.replay.room import Hook
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal


def verify_broadcast(  # noqa: PLR0913, PLR0917  (one for each thing that can be said)
    context: typer.Context,
    env: Env = None,
    url: Url = None,
    script: Script = None,
    folder: Folder = Path(),
    html: Html = None,
    junit: Junit = None,
    hdr: Hdr = None,
    transcript: Transcript = None,
    *,
    hook: Hooks,
    json: Json = False,
) -> int:
    """Replay a scripted fight to real clients, and judge every message that each one gets.

    They join a room of its own, which is removed afterwards. The keys come from the same variables
    as for a deploy. `vttsync help verify-broadcast` shows the reports.
    """
    if not is_alone(context):
        return 0

    import os

    from vttsync.broadcast.proof import read_plan
    from vttsync.cli.account import answering
    from vttsync.cli.hooks import parse_hooks
    from vttsync.cli.reports import Reports, finish
    from vttsync.deploy.prove.aim import aim
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast", as_json=json)
    hooks, reports = parse_hooks(hook), Reports(html, junit, hdr, transcript).check()
    with answering(folder, env, url, os.environ, terminal) as address:
        target = aim(
            folder, env=env, url=address, script=script,
            environ=os.environ, check_script=read_plan,
        )  # fmt: skip
        record, verdict = _verdict(terminal, target, hooks)
    return finish(terminal, record, verdict, reports)


def _verdict(terminal: Terminal, target: Aim, hooks: Mapping[str, Hook]) -> tuple[Record, Verdict]:
    from vttsync.broadcast import proof
    from vttsync.broadcast.record import judged
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli.watching import watch

    terminal.say(f"{target.url}, version {target.version}")
    with terminal.stage("verify broadcast") as step:
        room = Room(target.url, *target.keys.room_keys(), hooks=hooks)
        record = proof.record(
            room, target.script, expected_version=target.version, observe=watch(step)
        )
        verdict = judged(record)
        step.update(verdict.summary)
    return record, verdict
