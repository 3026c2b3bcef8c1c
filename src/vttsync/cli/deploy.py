"""`vttsync deploy`: code and secrets to the user's own account, as one version, proved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli import planning
from vttsync.cli.options import Folder, Json, NoProof
from vttsync.cli.reports import Transcript

_NoRollback = Annotated[
    bool, typer.Option("--no-rollback", help="Keep a version that is not proved.")
]
_Survive = Annotated[
    bool | None,
    typer.Option(
        "--survive/--no-survive",
        help="Watch clients that stay connected meanwhile. By default, where vttsync.toml has a "
        "limit for it.",
        show_default=False,
    ),
]
_RequireClean = Annotated[
    bool,
    typer.Option("--require-clean", help="Refuse when files are not as they were committed."),
]


def deploy(  # noqa: PLR0913, PLR0917  (a flag each)
    env: Annotated[str, typer.Option("--env", "-e", help="The environment in wrangler.toml.")],
    plan: planning.Only = False,
    exit_code: planning.ExitCode = False,
    plan_out: planning.Out = None,
    plan_in: planning.In = None,
    lose_data_of: planning.LoseDataOf = None,
    yes: planning.Agreed = False,
    no_proof: NoProof = False,
    no_rollback: _NoRollback = False,
    require_clean: _RequireClean = False,
    survive: _Survive = None,
    transcript: Transcript = None,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Deploy the room to your Cloudflare account and prove it; undo it when the proof fails.

    The account and the token are checked first, and what is live is compared with what would be:
    --plan shows that and deploys nothing. Code and secrets go up as one version. Its broadcast is
    replayed to real clients then, and judged. Exit code 11 says that it was not proved, and that
    what was live before is live again.
    """
    from vttsync.cli.deploying import Wanted, carry_out, look
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    choices = planning.Choices(plan, exit_code, plan_out, plan_in, yes, tuple(lose_data_of or ()))
    choices.check()
    terminal = Terminal("deploy", as_json=json)
    project = open_project(folder)
    wanted = Wanted(choices, not no_proof, not no_rollback, require_clean, survive, transcript)
    if choices.deploys:
        return carry_out(terminal, project, env, wanted)
    return look(terminal, project, env, wanted)
