"""What ends a replay, in the words of whoever started it."""

from __future__ import annotations

from vttsync.broadcast.actions import Call, Plan
from vttsync.errors import Exit, VttsyncError


def no_hook(plan: Plan, call: Call) -> VttsyncError:
    """Say that nobody says how to do what a step names."""
    return VttsyncError(
        f'{plan.script}:{call.line}: nothing says what the hook "{call.name}" does.',
        fix=f"Say --hook {call.name}=COMMAND, or leave the step out.",
        exit_code=Exit.USAGE,
    )


def no_answer(what: str, seconds: float) -> VttsyncError:
    """Say that what was asked got no answer in time."""
    return VttsyncError(
        f"The room did not answer within {seconds:g} s ({what}).",
        fix="Try again; if it stays so, look at the Worker's logs.",
        exit_code=Exit.UNREACHABLE,
    )


def keys_refused(what: str, secret: str, how: str) -> VttsyncError:
    """Say that the room does not take a key."""
    return VttsyncError(
        f"The room does not accept the {what}.",
        why=f"{how.capitalize()}: the deployed {secret} is another one.",
        fix=f"Set {secret} to the same value here and in the deployed Worker.",
        exit_code=Exit.CREDENTIALS,
    )


def clock_wrong(ahead: float) -> VttsyncError:
    """Say that tickets were refused since this machine's clock is so many seconds ahead."""
    told = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'}"
    return VttsyncError(
        "The room refuses every ticket, as this machine's clock is wrong.",
        why=f"It is {told} the room's; 30 s are allowed, and tickets are good for minutes.",
        fix="Set this machine's clock, best from the network (NTP), then try again.",
        exit_code=Exit.CREDENTIALS,
    )
