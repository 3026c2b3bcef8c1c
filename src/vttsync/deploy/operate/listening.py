"""Listening to a deployed Worker for as long as somebody wants to."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.preflight import live_version
from vttsync.deploy.desired import Desired
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import find_node
from vttsync.node.tail import Event, Filters, Tail
from vttsync.node.wrangler import Target, Wrangler
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.temporary import temporary_folder

_MOST = 10_000  # events that wait to be shown


@dataclass(frozen=True)
class Listening:
    """A tail under way.

    Attributes:
        heard: hands over what has come since it was last called: events, and wrangler's words.
        check: raises VttsyncError (exit 6), when the tail has ended by itself.
    """

    heard: Callable[[], Iterator[Event | str]]
    check: Callable[[], None]


@contextmanager
def listen(project: Project, want: Desired, filters: Filters, stage: Stages) -> Iterator[Listening]:
    """Listen to the Worker of `want` inside the block.

    Raises:
        VttsyncError: exit 3, when it isn't deployed; 4 (token), 5 (Node), 6 (not reached).
    """
    _check_deployed(want)
    node = find_node()
    packages.ensure(node, project.party, stage)
    waiting: queue.Queue[Event | str] = queue.Queue(_MOST)

    def hear(it: Event | str) -> None:
        with suppress(queue.Full):  # nobody reads: the terminal is held
            waiting.put_nowait(it)

    target = Target(want.account_id, want.token.value, want.api_base_url)
    with temporary_folder("vttsync-logs-") as home:
        wrangler = Wrangler(node, project.party, target)
        tail = Tail(wrangler, want.env, filters, home, hear, hear)
        try:
            yield Listening(lambda: _all(waiting), lambda: _check(tail))
        finally:
            tail.stop()


def _check_deployed(want: Desired) -> None:
    with CloudflareApi(want.api_base_url, want.token) as api:
        if live_version(api, want.account_id, want.worker.name):
            return
    raise VttsyncError(
        f"{want.worker.name} is not deployed.",
        why="There is nothing to listen to.",
        fix=f"Run `vttsync deploy --env {want.env}` first.",
        exit_code=Exit.CONFIG,
    )


def _all(waiting: queue.Queue[Event | str]) -> Iterator[Event | str]:
    with suppress(queue.Empty):
        while True:
            yield waiting.get_nowait()


def _check(tail: Tail) -> None:
    if tail.alive():
        return
    tail.stop()
    raise VttsyncError(
        "`wrangler tail` has ended.",
        why=tail.last_words(),
        fix="Say it again. The token needs the permission Workers Tail: Read "
        "(`vttsync help cloudflare`).",
        exit_code=Exit.UNREACHABLE,
    )
