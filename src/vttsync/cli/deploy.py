"""`vttsync deploy`: code and secrets to the user's own account, as one version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli import planning
from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from vttsync.deploy.desired import Desired
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


def deploy(  # noqa: PLR0913, PLR0917  (a flag each)
    env: Annotated[str, typer.Option("--env", "-e", help="The environment in wrangler.toml.")],
    plan: planning.Only = False,
    exit_code: planning.ExitCode = False,
    plan_out: planning.Out = None,
    plan_in: planning.In = None,
    lose_data_of: planning.LoseDataOf = None,
    yes: planning.Agreed = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Deploy the room to your Cloudflare account and wait until the new version answers.

    The account and the token are checked first, and what is live is compared with what would be:
    --plan shows that and deploys nothing. Code and secrets go up as one version.
    """
    import os

    from vttsync.deploy.desired import desired
    from vttsync.deploy.run import prepare
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    choices = planning.Choices(plan, exit_code, plan_out, plan_in, yes, tuple(lose_data_of or ()))
    choices.check()
    terminal = Terminal("deploy", as_json=json)
    project = open_project(folder)
    want = desired(project, env, os.environ)
    terminal.say(f"{want.worker.name} → account {want.account_id} (from {want.account_origin})")
    terminal.say(f"token from {want.token_origin}")
    ready = prepare(project, want, terminal.stage)
    made = planning.make(terminal, project, want, ready, choices)
    if not choices.deploys:
        return planning.finish(terminal, made, choices)
    planning.agree(terminal, made, choices)
    return _execute(terminal, project, want)


def _execute(terminal: Terminal, project: Project, want: Desired) -> int:
    import os
    from dataclasses import asdict

    from vttsync.deploy.rotation import settle
    from vttsync.deploy.run import deploy as run_deploy

    outcome = run_deploy(project, want, terminal.stage)
    settle(project.sources(want.env, os.environ), want)
    for note in outcome.notes:
        terminal.warn(note)
    terminal.show(f"url      {outcome.receipt.url}")
    terminal.show(f"version  {outcome.receipt.version_id}")
    return terminal.finish(
        {**asdict(outcome.receipt), "stages": terminal.stage_times(), "notes": outcome.notes}
    )
