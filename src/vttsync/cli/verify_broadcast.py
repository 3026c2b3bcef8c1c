"""`vttsync verify-broadcast`: the proof that every client gets what its role may see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vttsync.cli.options import Env, Folder, Hooks, Json, Script, Url, is_alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.replay.room import Hook
    from vttsync.deploy.prove.aim import Aim
    from vttsync.output.terminal import Terminal


def verify_broadcast(
    context: typer.Context,
    env: Env = None,
    url: Url = None,
    script: Script = None,
    folder: Folder = Path(),
    *,
    hook: Hooks,
    json: Json = False,
) -> int:
    """Replay a scripted fight to real clients, and judge every message that each one gets.

    One gm, five players and a spectator join a room of its own, which is removed afterwards.
    The keys come from the same variables as for a deploy.
    """
    if not is_alone(context):
        return 0

    import os

    from vttsync.broadcast.proof import read_plan
    from vttsync.cli.account import answering
    from vttsync.cli.hooks import parse_hooks
    from vttsync.deploy.prove.aim import aim
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast", as_json=json)
    hooks = parse_hooks(hook)
    with answering(folder, env, url, os.environ, terminal) as address:
        target = aim(
            folder, env=env, url=address, script=script,
            environ=os.environ, check_script=read_plan,
        )  # fmt: skip
        verdict = _verdict(terminal, target, hooks)
    return _report(terminal, target, verdict)


def _verdict(terminal: Terminal, target: Aim, hooks: Mapping[str, Hook]) -> Verdict:
    from vttsync.broadcast.proof import verify
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli.watching import watch

    terminal.say(f"{target.url}, version {target.version}")
    with terminal.stage("verify broadcast") as step:
        room = Room(target.url, *target.keys.room_keys(), hooks=hooks)
        verdict = verify(room, target.script, expected_version=target.version, observe=watch(step))
        step.update(verdict.summary)
    return verdict


def _report(terminal: Terminal, target: Aim, verdict: Verdict) -> int:
    from vttsync.errors import Exit
    from vttsync.output.verdict import verdict_json, verdict_view

    for warning in verdict.warnings:
        terminal.warn(warning)
    terminal.say()
    terminal.show(verdict_view(verdict))
    result = {"url": target.url, "version": target.version, **verdict_json(verdict)}
    return terminal.finish(result, exit_code=Exit.DONE if verdict.passed else Exit.VERIFY_FAILED)
