"""`vttsync verify-broadcast`: the proof that every client gets what its role may see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli.options import Folder, Json, Script


def verify_broadcast(
    env: Annotated[
        str | None, typer.Option("--env", "-e", help="The environment that was deployed.")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="The room's address, instead of the one that --env was deployed to."),
    ] = None,
    script: Script = None,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Replay a scripted fight to real clients, and judge every message that each one gets.

    One gm, five players and a spectator join a room of its own, which is removed afterwards.
    The keys come from the same variables as for a deploy.
    """
    import os

    from vttsync.broadcast.proof import verify
    from vttsync.broadcast.replay.room import Room
    from vttsync.cli.watching import watch
    from vttsync.deploy.aim import aim
    from vttsync.errors import Exit
    from vttsync.output.terminal import Terminal
    from vttsync.output.verdict import verdict_json, verdict_view

    terminal = Terminal("verify-broadcast", as_json=json)
    target = aim(folder, env=env, url=url, script=script, environ=os.environ)
    terminal.say(f"{target.url}, version {target.version}")
    with terminal.stage("verify broadcast") as step:
        verdict = verify(
            Room(target.url, *target.keys.room_keys()),
            target.script,
            expected_version=target.version,
            observe=watch(step),
        )
        step.update(verdict.summary)
    for warning in verdict.warnings:
        terminal.warn(warning)
    terminal.show(verdict_view(verdict))
    result = {"url": target.url, "version": target.version, **verdict_json(verdict)}
    return terminal.finish(result, exit_code=Exit.DONE if verdict.passed else Exit.VERIFY_FAILED)
