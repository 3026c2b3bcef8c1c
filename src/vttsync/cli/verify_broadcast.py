"""`vttsync verify-broadcast`: the proof that every client gets what its role may see."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vttsync.cli.options import Env, Folder, Hooks, Json, Script, Url, is_alone
from vttsync.cli.recording import For, Force, Session, ToRecord
from vttsync.cli.reports import Hdr, Html, Junit, Transcript
from vttsync.cli.sweeping import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.record import Record
    from vttsync.broadcast.replay.room import Hook
    from vttsync.cli.recording import Recorder
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal


def verify_broadcast(  # noqa: PLR0913  (one for each thing that can be said)
    context: typer.Context,
    env: Env = None, url: Url = None, script: Script = None, folder: Folder = Path(),
    *, html: Html = None, junit: Junit = None, hdr: Hdr = None, transcript: Transcript = None,
    record: ToRecord = None, session: Session = None, seconds: For = None,
    force: Force = False, sweep: Sweep = False, hook: Hooks, json: Json = False,
) -> int:  # fmt: skip
    """Replay a scripted fight to real clients, and judge every message that each one gets.

    They join a room of its own, which is removed afterwards. The keys come from the same variables
    as for a deploy. `vttsync help verify-broadcast` shows the reports.
    """
    if not is_alone(context):
        return 0

    from vttsync.broadcast.proof import read_plan
    from vttsync.cli.account import answering
    from vttsync.cli.hooks import parse_hooks
    from vttsync.cli.recording import recorder
    from vttsync.cli.reports import Reports, finish
    from vttsync.deploy.prove.aim import aim
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast", as_json=json)
    wanted = recorder(record, session, seconds, force=force, sweep=sweep)
    hooks, reports = parse_hooks(hook), Reports(html, junit, hdr, transcript).check()
    with answering(folder, env, url, os.environ, terminal) as address:
        target = aim(
            folder, env=env, url=address, script=script,
            environ=os.environ, check_script=read_plan,
        )  # fmt: skip
        if sweep or wanted:
            tell = _instead(terminal, target, wanted)
        else:
            tell = partial(finish, terminal, *_verdict(terminal, target, hooks), reports)
    return tell()


def _instead(terminal: Terminal, target: Aim, wanted: Recorder | None) -> Callable[[], int]:
    """Record, or sweep; what it gives back tells of it."""
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli import recording, sweeping
    from vttsync.errors import Exit

    publish_key, ticket_key = target.keys.room_keys()
    if wanted:
        room = Room(target.url, publish_key, ticket_key, wanted.session)
        return partial(terminal.finish, recording.record(terminal, room, wanted))
    told, gone = sweeping.sweep(terminal, target.url, publish_key.get_secret_value())
    code = Exit.DONE if gone else Exit.UNREACHABLE
    return partial(terminal.finish, told, exit_code=code)


def _verdict(terminal: Terminal, target: Aim, hooks: Mapping[str, Hook]) -> tuple[Record, Verdict]:
    from vttsync.broadcast import proof
    from vttsync.broadcast.forecast import forecast
    from vttsync.broadcast.record import judged
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli.watching import watch

    terminal.say(f"{target.url}, version {target.version}")
    terminal.say(forecast(proof.read_plan(target.script)).told)
    with terminal.stage("verify broadcast") as step:
        room = Room(target.url, *target.keys.room_keys(), hooks=hooks)
        record = proof.record(
            room, target.script, expected_version=target.version, observe=watch(step)
        )
        verdict = judged(record)
        step.update(verdict.summary)
    return record, verdict
