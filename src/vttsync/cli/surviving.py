"""Clients that stay connected while a deploy goes on (`--survive`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vttsync.broadcast.replay.room import Event, Observe
    from vttsync.broadcast.survival.target import Target
    from vttsync.broadcast.survival.watch import Survivors
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.plan.model import Plan
    from vttsync.output.terminal import Terminal


@contextmanager
def watched(terminal: Terminal, want: Desired, plan: Plan) -> Iterator[Survivors | None]:
    """Let clients be connected to what is live inside the block.

    None, and a warning, where nobody can be: that must not keep anybody from mending a room.
    """
    from vttsync.broadcast.survival.watch import surviving
    from vttsync.errors import VttsyncError

    if plan.now is None:
        yield None
        return
    with ExitStack() as stack:
        survivors = None
        try:
            with terminal.stage("clients that stay") as step:
                target = _target(want, plan.now.version_id)
                survivors = stack.enter_context(surviving(target, left_behind(terminal)))
                step.update(target.url)
        except VttsyncError as error:
            terminal.warn(f"Nobody is watched across the deploy. {error.what} {error.why}".strip())
        yield survivors


def left_behind(terminal: Terminal) -> Observe:
    """Warn of a session that could not be removed; the rest is told by the stages."""
    from vttsync.broadcast.replay.room import LeftBehind

    def listen(event: Event) -> None:
        if isinstance(event, LeftBehind):
            terminal.warn(event.reason)

    return listen


def _target(want: Desired, version_id: str) -> Target:
    from pydantic import SecretStr

    from vttsync.broadcast.survival.target import Target
    from vttsync.deploy.execute.upload import find_url
    from vttsync.node.wrangler import Deployed
    from vttsync.project.secrets import PUBLISH_KEY, TICKET_KEY, previous

    def keys(name: str) -> list[SecretStr]:
        found = (want.secrets.values.get(it) for it in (name, previous(name)))
        return [SecretStr(value) for value in found if value]

    url = want.url or find_url(want, Deployed(version_id, ()))
    return Target(url, keys(PUBLISH_KEY), keys(TICKET_KEY))
