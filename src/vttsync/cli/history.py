"""`vttsync history`: who deployed what, when, and what was proved of it."""

from __future__ import annotations

from pathlib import Path

from vttsync.cli.options import ChosenEnv, Folder, Json


def history(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """List the last deployments of an environment, newest first.

    Cloudflare tells who, when and which version, whatever tool deployed it; the commit is told by
    vttsync's own deploys, and what was proved is known where it was proved.
    """
    import os
    from dataclasses import asdict

    from vttsync.cli.account import reached
    from vttsync.deploy.operate.history import read_history
    from vttsync.output.history import HistoryView
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("history", as_json=json)
    project = open_project(folder)
    with reached(project, env, os.environ, terminal, with_secrets=False) as want:
        past = read_history(project, want)
    if past:
        terminal.show(HistoryView(past))
    else:
        terminal.say(f"Nothing of {want.worker.name} was deployed yet.")
    told = {"env": env, "worker": want.worker.name, "deployments": [asdict(it) for it in past]}
    return terminal.finish(told)
