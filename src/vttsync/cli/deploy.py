"""`vttsync deploy`: code and secrets to the user's own account, as one version, proved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli.options import Folder, Json

_NoProof = Annotated[
    bool,
    typer.Option("--no-proof", help="Don't replay the broadcast; see that it answers."),
]
_NoRollback = Annotated[
    bool, typer.Option("--no-rollback", help="Keep a version that is not proved.")
]
_RequireClean = Annotated[
    bool,
    typer.Option("--require-clean", help="Refuse when files are not as they were committed."),
]


def deploy(
    env: Annotated[str, typer.Option("--env", "-e", help="The environment in wrangler.toml.")],
    no_proof: _NoProof = False,
    no_rollback: _NoRollback = False,
    require_clean: _RequireClean = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Deploy the room to your Cloudflare account and prove it; undo it when the proof fails.

    The account and the token are checked first; code and secrets go up as one version. Its
    broadcast is replayed to real clients then, and judged. Exit code 11 says that it was not
    proved, and that what was live before is live again.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.deploying import Wanted, carry_out, settle_rotations
    from vttsync.cli.ending import report
    from vttsync.cli.proof import Proving
    from vttsync.deploy.lock import locked
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("deploy", as_json=json)
    project = open_project(folder)
    proving = None if no_proof else Proving(terminal, project, env)
    wanted = Wanted(proving, undo=not no_rollback, require_clean=require_clean)
    with (
        locked(project.state, env, "vttsync deploy"),
        reached(project, env, os.environ, terminal) as want,
    ):
        ending = carry_out(terminal, project, want, wanted)
        settle_rotations(project, want, ending)
    return report(terminal, ending, proving.verdicts if proving else [])
