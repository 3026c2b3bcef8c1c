"""`vttsync verify-broadcast`: the proof that every client gets what its role may see."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vttsync.cli.crowd import Clients, Out, Rooms, ShardOption, StartAt
from vttsync.cli.options import Env, Folder, Hooks, Json, Script, Url, is_alone
from vttsync.cli.recording import For, Force, Session, ToRecord
from vttsync.cli.reports import Hdr, Html, Junit, Transcript
from vttsync.cli.sweeping import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.record import Record
    from vttsync.broadcast.replay.room import Hook
    from vttsync.cli.reports import Reports
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal


def verify_broadcast(  # noqa: PLR0913  (one for each thing that can be said)
    context: typer.Context,
    env: Env = None, url: Url = None, script: Script = None, folder: Folder = Path(),
    *, html: Html = None, junit: Junit = None, hdr: Hdr = None, transcript: Transcript = None,
    record: ToRecord = None, session: Session = None, seconds: For = None,
    force: Force = False, sweep: Sweep = False, clients: Clients = None, rooms: Rooms = None,
    shard: ShardOption = None, start_at: StartAt = None, out: Out = None,
    hook: Hooks, json: Json = False,
) -> int:  # fmt: skip
    """Replay a scripted fight to real clients, and judge every message that each one gets.

    They join a room of its own, which is removed afterwards. The keys come from the same variables
    as for a deploy. `vttsync help verify-broadcast` shows the reports, `vttsync help crowds` what
    --clients does.
    """
    if not is_alone(context):
        return 0

    from vttsync.cli.account import answering
    from vttsync.cli.crowd import parse_order
    from vttsync.cli.errands import errand
    from vttsync.cli.hooks import parse_hooks
    from vttsync.cli.recording import recorder
    from vttsync.cli.reports import Reports
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast", as_json=json)
    hooks, reports = parse_hooks(hook), Reports(html, junit, hdr, transcript).check()
    order = parse_order(clients, rooms, shard, start_at, out)
    wanted = recorder(record, session, seconds, force=force)
    besides = [*reports.places, *(["--hook"] if hooks else [])]
    instead = errand(order, out, wanted, sweep=sweep, besides=besides)
    with answering(folder, env, url, os.environ, terminal) as address:
        target = _aim(folder, env, address, script)
        tell = (instead or partial(_prove, hooks, reports))(terminal, target)
    return tell()


def _aim(folder: Path, env: str | None, url: str | None, script: Path | None) -> Aim:
    from vttsync.broadcast.proof import read_plan
    from vttsync.deploy.prove.aim import aim

    return aim(
        folder, env=env, url=url, script=script, environ=os.environ, check_script=read_plan
    )  # fmt: skip


def _prove(
    hooks: Mapping[str, Hook], reports: Reports, terminal: Terminal, target: Aim
) -> Callable[[], int]:
    from vttsync.cli.reports import finish

    return partial(finish, terminal, *_verdict(terminal, target, hooks), reports)


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
