"""The account that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vttsync.deploy.desired import Desired
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


@contextmanager
def reached(
    project: Project,
    env: str,
    environ: Mapping[str, str],
    terminal: Terminal,
    *,
    with_secrets: bool = True,
) -> Iterator[Desired]:
    """Say what `env` of `project` should be, while its account can be reached.

    That of the rehearsal is on this machine, and runs as long as the block.

    Raises:
        VttsyncError: exit 3 (project), 4 (account id, token or secrets missing or malformed).
    """
    from vttsync.deploy.desired import desired
    from vttsync.project.wrangler_toml import REHEARSAL

    if env == REHEARSAL:
        from vttsync.rehearsal.kept import kept  # not for a deploy, which would wait for it

        with kept(project, terminal.stage, with_secrets=with_secrets) as want:
            terminal.say(f"{want.worker.name} → {want.account_origin}, up while this command works")
            yield want
        return
    want = desired(project, env, environ, with_secrets=with_secrets)
    terminal.say(f"{want.worker.name} → account {want.account_id} (from {want.account_origin})")
    terminal.say(f"token from {want.token_origin}")
    yield want


@contextmanager
def rehearsed(
    folder: Path, env: str | None, environ: Mapping[str, str], terminal: Terminal
) -> Iterator[Desired | None]:
    """Let the rehearsal's account answer inside the block, where `env` is the rehearsal.

    Raises:
        VttsyncError: exit 3 (project).
    """
    from vttsync.project.folder import open_project
    from vttsync.project.wrangler_toml import REHEARSAL

    if env != REHEARSAL:
        yield None
        return
    with reached(open_project(folder), env, environ, terminal) as want:
        yield want


@contextmanager
def answering(
    folder: Path, env: str | None, url: str | None, environ: Mapping[str, str], terminal: Terminal
) -> Iterator[str | None]:
    """Say the room's address as far as it is given; the rehearsal's room answers in the block.

    Raises:
        VttsyncError: exit 2, when it is malformed; 3, when nothing is deployed to the rehearsal.
    """
    from vttsync.cli.options import given_address

    with rehearsed(folder, env, environ, terminal) as want:
        if want is None:
            yield given_address(url, environ)
            return
        from vttsync.rehearsal.kept import room_url

        # VTTSYNC_URL names a room elsewhere; the rehearsal's keys are not for it.
        yield given_address(url, {}) or room_url(want)
