"""`vttsync deploy`: code and secrets to the user's own account, as one version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli.options import Folder, Json


def deploy(
    env: Annotated[str, typer.Option("--env", "-e", help="The environment in wrangler.toml.")],
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Deploy the room to your Cloudflare account and wait until the new version answers.

    The account and the token are checked first; code and secrets go up as one version.
    """
    import os
    from dataclasses import asdict

    from vttsync.deploy.desired import desired
    from vttsync.deploy.rotation import settle
    from vttsync.deploy.run import deploy as run_deploy
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("deploy", as_json=json)
    project = open_project(folder)
    want = desired(project, env, os.environ)
    terminal.say(f"{want.worker.name} → account {want.account_id} (from {want.account_origin})")
    terminal.say(f"token from {want.token_origin}")
    outcome = run_deploy(project, want, terminal.stage)
    settle(project.sources(env, os.environ), want)
    for note in outcome.notes:
        terminal.warn(note)
    terminal.show(f"url      {outcome.receipt.url}")
    terminal.show(f"version  {outcome.receipt.version_id}")
    return terminal.finish(
        {**asdict(outcome.receipt), "stages": terminal.stage_times(), "notes": outcome.notes}
    )
