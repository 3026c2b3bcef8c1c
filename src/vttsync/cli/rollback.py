"""`vttsync rollback`: a version from before, live again and proved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import ChosenEnv, Folder, Json, NoProof, Yes

if TYPE_CHECKING:
    from vttsync.cli.proof import Proving
    from vttsync.cloudflare.deployments import SecretsChangedError
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.operate.going_back import Way
    from vttsync.deploy.prove.proofs import Proof
    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project

_Version = Annotated[
    str | None,
    typer.Argument(
        metavar="[VERSION]",
        help="A version's id, or how it begins. Without it: the one that was live before.",
        show_default=False,
    ),
]


def rollback(
    env: ChosenEnv,
    version: _Version = None,
    no_proof: NoProof = False,
    yes: Yes = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Bring a version from before live again, and prove it as a deploy is proved.

    What the rooms have stored stays as it is. No rollback goes across a Durable Object migration;
    where secrets would change with the version, it asks first.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.proof import Proving
    from vttsync.deploy.execute.lock import locked
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("rollback", as_json=json)
    project = open_project(folder)
    proving = None if no_proof else Proving(terminal, project, env)
    with (
        locked(project.state, env, "vttsync rollback"),
        reached(project, env, os.environ, terminal, with_secrets=not no_proof) as want,
    ):
        way, proof = _carry_out(terminal, project, want, version, proving, yes=yes)
    return _report(terminal, way, proof, proving)


def _carry_out(
    terminal: Terminal,
    project: Project,
    want: Desired,
    version: str | None,
    proving: Proving | None,
    *,
    yes: bool,
) -> tuple[Way, Proof | None]:
    from functools import partial

    from vttsync.cli.deploying import patience_of
    from vttsync.deploy.operate.going_back import find_way, go_back, prove_way

    way = find_way(project, want, version)

    def agree(error: SecretsChangedError) -> None:
        _agree(terminal, way, error, yes=yes)

    patience = patience_of(project, want.env)
    terminal.say(f"live now {way.before}; going back to {way.receipt.version_id}")
    go_back(project, want, way, terminal.stage, agree=agree, patience=patience)
    if proving is None:
        return way, None
    return way, prove_way(project, want, way, partial(proving.prove, want), patience)


def _agree(terminal: Terminal, way: Way, error: SecretsChangedError, *, yes: bool) -> None:
    from vttsync.cli.asking import make_sure

    question = (
        f"Changed since version {way.receipt.version_id} was deployed: {error.names}. Change back?"
    )
    make_sure(terminal, question, yes=yes)


def _report(terminal: Terminal, way: Way, proof: Proof | None, proving: Proving | None) -> int:
    from dataclasses import asdict

    from vttsync.output.verdict import verdict_json, verdict_view

    verdicts = proving.verdicts if proving else []
    for verdict in verdicts:
        if not verdict.passed:
            terminal.show(verdict_view(verdict))
    terminal.show(f"url      {way.receipt.url}")
    terminal.show(f"version  {way.receipt.version_id}")
    result = {
        **asdict(way.receipt),
        "proof": asdict(proof) if proof else None,
        "broadcasts": [verdict_json(verdict) for verdict in verdicts],
        "stages": terminal.stage_times(),
    }
    if proof and not proof.passed:
        return terminal.fail(_not_proved(way, proof), result)
    terminal.show(f"verdict  {f'proved: {proof.summary}' if proof else 'not proved'}")
    return terminal.finish(result)


def _not_proved(way: Way, proof: Proof) -> VttsyncError:
    from vttsync.errors import Exit, VttsyncError

    env = way.receipt.env
    return VttsyncError(
        f"Version {way.receipt.version_id} is live again, and not proved.",
        why=proof.summary,
        fix=f"`vttsync logs --env {env}` shows what it does; `vttsync history --env {env}` lists "
        "other versions to go back to.",
        exit_code=Exit.VERIFY_FAILED,
    )
