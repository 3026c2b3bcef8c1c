"""What a deploy does that somebody has to agree to: pure."""

from __future__ import annotations

from collections.abc import Collection

from vttsync.deploy.plan.model import Plan
from vttsync.errors import Exit, VttsyncError


def risks(plan: Plan) -> list[str]:
    """What `--yes` agrees to, as the ends of “this deploy would …”."""
    edits = [f"undo the edit of {it.kind.value} {it.name}" for it in plan.drift]
    return [*edits, *(f"take {host} from another Worker" for host in plan.takes)]


def check_data(plan: Plan, agreed: Collection[str] = ()) -> None:
    """See that no rooms are lost but those of the classes in `agreed`.

    Raises:
        VttsyncError: exit 9, naming the classes and the flags.
    """
    lost = [name for name in plan.loses if name not in agreed]
    if not lost:
        return
    flags = " ".join(f"--lose-data-of {name}" for name in lost)
    raise VttsyncError(
        f"This deploy would lose the rooms of {' and '.join(lost)}, and all that they stored.",
        why="A migration deletes the class, or no binding leads to it any more. Nothing brings "
        "the data back, no rollback either. Nothing was deployed.",
        fix="To give a class another name and keep its rooms, add a migration with "
        f"renamed_classes. If they may be lost, say {flags}.",
        exit_code=Exit.DECISION_NEEDED,
    )


def check_harmless(plan: Plan) -> None:
    """See that `plan` needs nobody's word.

    Raises:
        VttsyncError: exit 9, when it does; nothing has changed.
    """
    told = [*(f"lose the rooms of {name}" for name in plan.loses), *risks(plan)]
    if told:
        raise VttsyncError(
            f"The deploy that this needs would {', '.join(told)}.",
            why="Somebody has to agree to that first; nothing was deployed.",
            fix=f"`vttsync deploy --env {plan.env}` asks; do that first.",
            exit_code=Exit.DECISION_NEEDED,
        )
