"""The plan of a deploy on the command line: shown, kept, compared, and agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.examine import Ready
    from vttsync.deploy.plan.model import Plan
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project

Only = Annotated[bool, typer.Option("--plan", help="Show what a deploy would change; do nothing.")]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="With --plan: exit with 10 when anything would change.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep the plan in FILE; deploy nothing.", show_default=False),
]
In = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Deploy exactly what the plan in FILE says, or nothing.",
        show_default=False,
    ),
]
LoseDataOf = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CLASS",
        help="Agree that the rooms of this Durable Object class are lost. May be repeated.",
        show_default=False,
    ),
]
Agreed = Annotated[
    bool,
    typer.Option(
        "--yes", help="Undo edits made on the dashboard, and take host names from other Workers."
    ),
]


@dataclass(frozen=True)
class Choices:
    """What the flags say about the plan.

    Attributes:
        only: deploy nothing.
        out: where to keep the plan; `into`, where the one to apply is.
        yes: edits by hand may be undone, and host names taken.
        lose: the classes whose rooms may be lost.
    """

    only: bool = False
    exit_code: bool = False
    out: Path | None = None
    into: Path | None = None
    yes: bool = False
    lose: tuple[str, ...] = ()

    @property
    def deploys(self) -> bool:
        """Whether anything is done with the plan but to look at it."""
        return not (self.only or self.out)

    def check(self) -> None:
        """See that they make sense together.

        Raises:
            VttsyncError: exit 2.
        """
        from vttsync.errors import Exit, VttsyncError

        if self.exit_code and self.deploys:
            what, fix = "--exit-code is about a plan.", "Add --plan, which deploys nothing."
        elif self.into and not self.deploys:
            what, fix = "--plan-in deploys.", "Leave out --plan and --plan-out, or --plan-in."
        else:
            return
        raise VttsyncError(what, fix=fix, exit_code=Exit.USAGE)


def make(
    terminal: Terminal, project: Project, want: Desired, choices: Choices
) -> tuple[Ready, Plan]:
    """Check and plan a deploy of `want`, and show it; keep it, or compare it with the one kept.

    Raises:
        VttsyncError: exit 2 (a plan for something else), 3 to 6, 9 (a plan that no longer holds);
            nothing has changed.
    """
    from vttsync.deploy.execute.run import prepare
    from vttsync.deploy.plan import file
    from vttsync.deploy.plan.planning import plan_deploy
    from vttsync.output.plan import plan_view

    saved = file.read_plan(choices.into) if choices.into else None
    if choices.into and saved:
        file.check_belongs(choices.into, saved, want)
    ready, code = prepare(project, want, terminal.stage)
    with terminal.stage("plan") as step:
        plan = plan_deploy(project, want, ready, code)
        step.update(_count(plan))
    # Of a plan alone, it is the result; else it is on the way to one.
    (terminal.say if choices.deploys else terminal.show)(plan_view(plan))
    if choices.into and saved:
        file.check_holds(choices.into, saved, plan)
    if choices.out:
        file.write_plan(choices.out, plan)
        terminal.say(f"Kept in {choices.out}; `--plan-in {choices.out}` deploys exactly that.")
    return ready, plan


def finish(terminal: Terminal, plan: Plan, choices: Choices) -> int:
    """Hand back what the command ends with, when the plan is all that was asked for."""
    from vttsync.errors import Exit
    from vttsync.output.plan import plan_json

    code = Exit.DIFFERENCES if choices.exit_code and plan.differs else Exit.DONE
    return terminal.finish({"plan": plan_json(plan)}, exit_code=code)


def agree(terminal: Terminal, plan: Plan, choices: Choices) -> None:
    """See that somebody agrees to what can't be undone; most deploys have nothing of that kind.

    Raises:
        VttsyncError: exit 9, when nobody does; nothing has changed.
    """
    from vttsync.cli.asking import make_sure
    from vttsync.deploy.plan.risks import check_data, risks

    check_data(plan, choices.lose)
    for name in sorted(set(choices.lose) - set(plan.loses)):
        terminal.warn(f"--lose-data-of {name}: this deploy loses nothing of it; leave it out")
    told = risks(plan)
    if told:
        keep = "To keep an edit, write it into wrangler.toml." if plan.drift else ""
        question = f"This deploy would {', '.join(told)}. Go on?"
        make_sure(terminal, question, yes=choices.yes, instead=keep)


def _count(plan: Plan) -> str:
    count = len(plan.changes)
    return f"{count} change{'' if count == 1 else 's'}" if count else "no changes"
