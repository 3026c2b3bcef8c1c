"""`vttsync env diff`, `prune`, `rotate`: an environment as it is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import ChosenEnv, Folder, Json, Yes

if TYPE_CHECKING:
    from vttsync.deploy.live import Compared
    from vttsync.output.terminal import Terminal

_Key = Annotated[str, typer.Argument(metavar="NAME", help="PUBLISH_KEY or TICKET_KEY.")]
_Finish = Annotated[
    bool,
    typer.Option("--finish", help="End a rotation: the room takes the new key only."),
]


def env_diff(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Compare secrets and variables, as declared here, with what is deployed, by name.

    Exit code 10 says that they differ. Of secrets, Cloudflare tells the names only; variables
    that somebody changed on the dashboard are found by their values, which are not shown.
    """
    import os
    from dataclasses import asdict

    from vttsync.cli.account import reached
    from vttsync.deploy.live import compare
    from vttsync.errors import Exit
    from vttsync.output.table import columns
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("env diff", as_json=json)
    project = open_project(folder)
    with reached(project, env, os.environ, terminal, with_secrets=False) as want:
        compared = compare(project, want)
    terminal.show(columns((it.name, it.kind, it.drift.value) for it in compared.differences))
    _explain(terminal, compared)
    code = Exit.DIFFERENCES if compared.differences else Exit.DONE
    return terminal.finish(asdict(compared), exit_code=code)


def _explain(terminal: Terminal, compared: Compared) -> None:
    from vttsync.deploy.difference import SECRET, VARIABLE, Drift

    env = f"--env {compared.env}"
    found = {(it.kind, it.drift) for it in compared.differences}
    if compared.version is None:
        terminal.say(f"Nothing of {compared.worker} is deployed yet.")
    elif not found:
        terminal.say(f"{compared.worker} is as declared.")
    if (SECRET, Drift.EXTRA) in found:
        terminal.say(f"`vttsync env prune {env}` removes secrets that nobody declares.")
    if (VARIABLE, Drift.CHANGED) in found:
        terminal.say("The next deploy sets variables to what wrangler.toml says.")
    if (VARIABLE, Drift.EXTRA) in found and not compared.keeps_variables:
        terminal.say(
            "The next deploy removes variables that wrangler.toml doesn't have (unless it says "
            "keep_vars = true)."
        )
    for key in compared.rotating:
        terminal.say(f"{key} is being rotated; `vttsync env rotate {key} {env} --finish` ends it.")


def env_prune(env: ChosenEnv, yes: Yes = False, folder: Folder = Path(), json: Json = False) -> int:
    """Remove deployed secrets that nobody declares any more; asks first.

    What vttsync.toml or wrangler.toml names stays, and so does the previous value of a key that
    is being rotated. All go in one new version of the Worker.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.asking import make_sure
    from vttsync.deploy.environment.removal import remove
    from vttsync.deploy.execute.lock import locked
    from vttsync.deploy.live import prunable
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("env prune", as_json=json)
    project = open_project(folder)
    with (
        locked(project.state, env, "vttsync env prune"),
        reached(project, env, os.environ, terminal, with_secrets=False) as want,
    ):
        names, version = prunable(project, want), None
        if names:
            question = f"Remove {', '.join(names)} from {want.worker.name}?"
            make_sure(terminal, question, yes=yes)
            version = remove(project, want, names, terminal.stage)
        else:
            terminal.say(f"{want.worker.name} has no secret that nobody declares.")
    return terminal.finish({"env": env, "removed": names, "version": version})


def env_rotate(
    name: _Key,
    env: ChosenEnv,
    finish: _Finish = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Change a key of the room; until --finish, the room takes the one before it, too.

    Nobody is refused in between: deploy the new key, give it to your app server, and finish when
    nothing uses the old one any more. Code and keys go up as one version.
    """
    from vttsync.deploy.environment.rotation import check_name
    from vttsync.output.terminal import Terminal

    terminal = Terminal("env rotate", as_json=json)
    key = check_name(name, env)
    if finish:
        return _finish(terminal, folder, env, key)
    return _begin(terminal, folder, env, key)


def _begin(terminal: Terminal, folder: Path, env: str, key: str) -> int:
    import os

    from vttsync.broadcast.keys import check_taken
    from vttsync.cli.account import reached
    from vttsync.deploy.environment.rotation import rotate
    from vttsync.deploy.execute.lock import locked
    from vttsync.project.folder import open_project

    project = open_project(folder)
    with (
        locked(project.state, env, "vttsync env rotate"),
        reached(project, env, os.environ, terminal) as want,
    ):
        rotated = rotate(project, want, os.environ, key, terminal.stage)
        receipt = rotated.outcome.receipt
        for note in rotated.outcome.notes:
            terminal.warn(note)
        with terminal.stage("both keys") as step:
            check_taken(receipt.url, rotated.publish_keys, rotated.ticket_keys)
            step.update("the room takes the new and the one before")
    terminal.say(
        f"Give the new key to your app server (`vttsync env export --env {env}`). When nothing "
        f"uses the one before, say `vttsync env rotate {key} --env {env} --finish`."
    )
    return terminal.finish(
        {"env": env, "key": key, "version": receipt.version_id, "stages": terminal.stage_times()}
    )


def _finish(terminal: Terminal, folder: Path, env: str, key: str) -> int:
    import os

    from vttsync.cli.account import reached
    from vttsync.deploy.environment.rotation import finish
    from vttsync.deploy.execute.lock import locked
    from vttsync.project.folder import open_project

    project = open_project(folder)
    with (
        locked(project.state, env, "vttsync env rotate"),
        reached(project, env, os.environ, terminal, with_secrets=False) as want,
    ):
        version = finish(project, want, os.environ, key, terminal.stage)
    terminal.say(f"{key} is rotated: the room takes the new one only.")
    return terminal.finish(
        {"env": env, "key": key, "version": version, "stages": terminal.stage_times()}
    )
