"""A deploy in its order: check → plan → upload → prove → keep, or go back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vttsync.cli.planning import Choices
    from vttsync.cli.proof import Proving
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.patience import Patience
    from vttsync.deploy.proving import Ending
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


@dataclass(frozen=True)
class Wanted:
    """What the command line asks of a deploy.

    Attributes:
        choices: about the plan.
        prove: whether its broadcast is replayed; else, that it answers will do.
        undo: whether a version that is not proved is taken back.
        require_clean: whether all must be committed.
    """

    choices: Choices
    prove: bool
    undo: bool
    require_clean: bool


def deploy_env(terminal: Terminal, project: Project, env: str, wanted: Wanted) -> int:
    """Deploy `env` of `project`, alone; tell how it ended.

    Raises:
        VttsyncError: as `carry_out`; exit 7, when another deploy of it is under way here.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.ending import report
    from vttsync.cli.proof import Proving
    from vttsync.deploy.lock import locked

    proving = Proving(terminal, project, env) if wanted.prove else None
    with (
        locked(project.state, env, "vttsync deploy"),
        reached(project, env, os.environ, terminal) as want,
    ):
        ending = carry_out(terminal, project, want, wanted, proving)
        settle_rotations(project, want, ending)
    return report(terminal, ending, proving.verdicts if proving else [])


def carry_out(
    terminal: Terminal, project: Project, want: Desired, wanted: Wanted, proving: Proving | None
) -> Ending:
    """Check, plan, upload and prove.

    Raises:
        VttsyncError: exit 2 to 7, 9 or 130; from the upload on, saying what is live.
    """
    from functools import partial

    from vttsync.cli import planning
    from vttsync.deploy.commit import check_clean, read_commit
    from vttsync.deploy.proving import Terms, deploy_and_prove
    from vttsync.deploy.run import prepare

    commit = read_commit(project.root)
    if wanted.require_clean:
        check_clean(commit)
    elif commit and commit.changed:
        terminal.warn(f"{len(commit.changed)} files are not as they were committed.")
    ready = prepare(project, want, terminal.stage)
    plan = planning.make(terminal, project, want, ready, wanted.choices)
    planning.agree(terminal, plan, wanted.choices)
    terms = Terms(
        prove=partial(proving.prove, want) if proving else None,
        undo=wanted.undo,
        commit=commit,
        patience=patience_of(project, want.env),
    )
    return deploy_and_prove(project, want, ready, plan, terminal.stage, terms)


def patience_of(project: Project, env: str) -> Patience:
    """How long a deploy of `env` waits, as far as vttsync.toml says it."""
    from vttsync.deploy.patience import Patience

    table = project.config.env.get(env)
    said = table.limits.answers_within if table else None
    return Patience(health=said) if said else Patience()


def settle_rotations(project: Project, want: Desired, ending: Ending) -> None:
    """Remove the notes of rotations that are live with this deploy."""
    import os

    from vttsync.deploy.proving import End
    from vttsync.deploy.rotation import settle

    if ending.end in (End.PROVED, End.UNPROVED, End.FAILED):
        settle(project.sources(want.env, os.environ), want)
