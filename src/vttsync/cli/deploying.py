"""A deploy in its order: check → plan → agree → upload → prove → keep, or go back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vttsync.cli.planning import Choices

if TYPE_CHECKING:
    from vttsync.cli.proof import Proving
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.patience import Patience
    from vttsync.deploy.prove.proving import Ending
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


@dataclass(frozen=True)
class Wanted:
    """What the command line asks of a deploy.

    Attributes:
        choices: about the plan.
        proof: whether the broadcast is replayed; else, that the version answers will do.
        undo: whether a version that is not proved is taken back.
        require_clean: whether all must be committed.
        survive: whether clients stay connected meanwhile; None: where there is a limit for it.
    """

    choices: Choices
    proof: bool
    undo: bool
    require_clean: bool
    survive: bool | None = None


def look(terminal: Terminal, project: Project, env: str, wanted: Wanted) -> int:
    """Show what a deploy would change; raises as `carry_out`, but for what comes after a plan."""
    import os

    from vttsync.cli import planning
    from vttsync.cli.account import reached

    with reached(project, env, os.environ, terminal) as want:
        _, plan = planning.make(terminal, project, want, wanted.choices)
    return planning.finish(terminal, plan, wanted.choices)


def carry_out(terminal: Terminal, project: Project, env: str, wanted: Wanted) -> int:
    """Check, plan, upload and prove; hand back the exit code.

    Raises:
        VttsyncError: exit 2 to 7, 9 or 130; from the upload on, saying what is live.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.ending import report
    from vttsync.cli.proof import Proving
    from vttsync.deploy.execute.lock import locked

    proving = Proving(terminal, project, env) if wanted.proof else None
    with (
        locked(project.state, env, "vttsync deploy"),
        reached(project, env, os.environ, terminal) as want,
    ):
        ending = _deploy(terminal, project, want, wanted, proving)
        _settle_rotations(project, want, ending)
    return report(terminal, ending, proving)


def _deploy(
    terminal: Terminal, project: Project, want: Desired, wanted: Wanted, proving: Proving | None
) -> Ending:
    from functools import partial

    from vttsync.cli import planning
    from vttsync.cli.surviving import watched
    from vttsync.deploy.execute.commit import check_clean, read_commit
    from vttsync.deploy.prove.proving import Terms, deploy_and_prove

    commit = read_commit(project.root)
    if wanted.require_clean:
        check_clean(commit)
    elif commit and commit.changed:
        terminal.warn(f"{commit.counted} not as committed")
    ready, plan = planning.make(terminal, project, want, wanted.choices)
    planning.agree(terminal, plan, wanted.choices)
    terms = Terms(
        prove=partial(proving.prove, want) if proving else None,
        undo=wanted.undo,
        commit=commit,
        patience=patience_of(project, want.env),
    )
    if proving is None or not _survives(project, want.env, wanted):
        return deploy_and_prove(project, want, ready, plan, terminal.stage, terms)
    with watched(terminal, want, plan) as proving.survivors:
        return deploy_and_prove(project, want, ready, plan, terminal.stage, terms)


def _survives(project: Project, env: str, wanted: Wanted) -> bool:
    table = project.config.env.get(env)
    limited = table is not None and table.limits.back_within is not None
    return limited if wanted.survive is None else wanted.survive


def patience_of(project: Project, env: str) -> Patience:
    """How long a deploy of `env` waits, as far as vttsync.toml says it."""
    from vttsync.deploy.patience import Patience

    table = project.config.env.get(env)
    said = table.limits.answers_within if table else None
    return Patience(health=said) if said else Patience()


def _settle_rotations(project: Project, want: Desired, ending: Ending) -> None:
    """Remove the notes of rotations that are live with this deploy."""
    import os

    from vttsync.deploy.environment.rotation import settle
    from vttsync.deploy.prove.proving import End

    if ending.end in (End.PROVED, End.UNPROVED, End.FAILED):
        settle(project.sources(want.env, os.environ), want)
