"""The account that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

    Raises:
        VttsyncError: exit 3 (project), 4 (account id, token or secrets missing or malformed).
    """
    from vttsync.deploy.desired import desired

    want = desired(project, env, environ, with_secrets=with_secrets)
    terminal.say(f"{want.worker.name} → account {want.account_id} (from {want.account_origin})")
    terminal.say(f"token from {want.token_origin}")
    yield want
