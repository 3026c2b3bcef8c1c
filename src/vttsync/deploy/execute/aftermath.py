"""What is live after something went wrong: asked of Cloudflare, never guessed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from vttsync.background import Started
from vttsync.deploy.desired import Desired
from vttsync.deploy.patience import Patience
from vttsync.deploy.plan.model import Now
from vttsync.deploy.plan.now import read_now
from vttsync.errors import Exit, VttsyncError
from vttsync.interrupts import interrupts


@dataclass(frozen=True)
class Attempt:
    """A deploy under way.

    Attributes:
        want: what should be live.
        before: the version that was live before; None when there was none.
        tag: by which the new version is recognised; "" when an old one is to be live.
        patience: how long to wait.
    """

    want: Desired
    before: str | None
    tag: str
    patience: Patience


@dataclass(frozen=True)
class Standing:
    """What is live.

    Attributes:
        known: whether Cloudflare could be asked.
        now: None when nothing is live, or not known.
    """

    known: bool
    now: Now | None = None


def look(attempt: Attempt, *, settled: bool = True) -> Standing:
    """Ask what is live; twice, unless all is `settled`: what was cut off may still take effect."""
    found = _ask(attempt)
    moved = found.known and (found.now.version_id if found.now else None) != attempt.before
    if settled or moved:
        return found
    time.sleep(attempt.patience.settling)
    return _ask(attempt)


def _ask(attempt: Attempt) -> Standing:
    try:
        now = Started(partial(read_now, attempt.want)).result(attempt.patience.asking)
    except (VttsyncError, TimeoutError):
        return Standing(known=False)
    return Standing(known=True, now=now)


def is_ours(standing: Standing, attempt: Attempt) -> bool:
    """Whether the version of this attempt is the one that is live."""
    return standing.now is not None and standing.now.tag == attempt.tag != ""


def told(standing: Standing, attempt: Attempt) -> str:
    """Say what is live, in a sentence."""
    if not standing.known:
        return (
            "What is live now is not known, as Cloudflare could not be asked: `vttsync status "
            f"--env {attempt.want.env}` asks again."
        )
    if standing.now is None:
        return "Nothing is live."
    version = standing.now.version_id
    if version == attempt.before:
        return "What was live is still live."
    if not attempt.tag:
        return f"Version {version} is live now."
    whose = "the new one" if is_ours(standing, attempt) else "which another deploy has brought"
    return f"Version {version} is live now, {whose}."


@contextmanager
def telling(attempt: Attempt, during: str) -> Iterator[None]:
    """Let whatever ends the block early say what is live then; an interrupt too.

    Args:
        attempt: the deploy under way.
        during: what is under way, such as "the upload".

    Raises:
        VttsyncError: the one that came, saying so; exit 130 after an interrupt.
    """
    try:
        yield
    except (VttsyncError, KeyboardInterrupt) as raised:
        error = raised if isinstance(raised, VttsyncError) else _interrupted(during)
        if "live" in error.facts:
            raise
        try:
            with interrupts.held():
                standing = look(attempt, settled=_settled(raised))
        except KeyboardInterrupt:  # it came meanwhile, and has waited
            error = _interrupted(during)
        add(error, standing, attempt)
        if error is raised:
            raise
        raise error from None


def _settled(raised: BaseException) -> bool:
    """Whether nothing can take effect any more that hasn't."""
    return isinstance(raised, VttsyncError) and bool(getattr(raised, "answered", True))


def _interrupted(during: str) -> VttsyncError:
    return VttsyncError(
        f"Interrupted during {during}; what was started has been stopped.",
        why="Ctrl-C was pressed, the terminal was closed, or something sent SIGTERM.",
        fix="Run the same command again when you like.",
        exit_code=Exit.INTERRUPTED,
    )


def add(error: VttsyncError, standing: Standing, attempt: Attempt) -> None:
    """Let `error` say what is live, to people and to machines."""
    error.fix = f"{told(standing, attempt)} {error.fix}".strip()
    error.facts = {**error.facts, "live": facts(standing, attempt)}


def new_version(error: VttsyncError) -> str | None:
    """The version that the deploy has brought live all the same, by what `error` says."""
    live = error.facts.get("live")
    if isinstance(live, dict) and live["new"]:
        return str(live["version_id"])
    return None


def facts(standing: Standing, attempt: Attempt) -> dict[str, object]:
    """What is live, for the envelope: whether that is known, which version, whether it is new."""
    return {
        "known": standing.known,
        "version_id": standing.now.version_id if standing.now else None,
        "new": is_ours(standing, attempt),
    }
