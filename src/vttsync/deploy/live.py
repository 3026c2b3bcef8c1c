"""What serves an environment now, as Cloudflare tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vttsync.cloudflare.api import CloudflareApi
from vttsync.cloudflare.bindings import Bound, read_bound
from vttsync.cloudflare.preflight import live_version
from vttsync.deploy.desired import Desired, declared_secrets, desired
from vttsync.deploy.difference import Difference, differences, rotating, undeclared
from vttsync.project.folder import Project


@dataclass(frozen=True)
class Live:
    """The version that serves most of the traffic, and what it is bound to."""

    version_id: str
    bound: Bound


def read_live(want: Desired) -> Live | None:
    """Ask Cloudflare what is live of the Worker of `want`; None when nothing is.

    Raises:
        VttsyncError: exit 4, when the token may not know; exit 6, not reached.
    """
    worker = want.worker.name
    with CloudflareApi(want.api_base_url, want.token) as api:
        version_id = live_version(api, want.account_id, worker)
        if version_id is None:
            return None
        return Live(version_id, read_bound(api, want.account_id, worker, version_id))


@dataclass(frozen=True)
class Compared:
    """What is declared against what is live.

    Attributes:
        version: what is live; None when nothing is.
        rotating: keys whose previous value the room takes too.
        keeps_variables: whether a deploy leaves variables of the dashboard alone.
    """

    env: str
    worker: str
    version: str | None
    differences: tuple[Difference, ...]
    rotating: tuple[str, ...]
    keeps_variables: bool


def compare(project: Project, env: str, environ: Mapping[str, str]) -> Compared:
    """Compare secrets and variables of `env` with what is deployed, by name.

    Raises:
        VttsyncError: exit 3 (project), 4 (account, token), 6 (not reached).
    """
    want = desired(project, env, environ, with_secrets=False)
    live = read_live(want)
    bound = live.bound if live else None
    return Compared(
        env=env,
        worker=want.worker.name,
        version=live.version_id if live else None,
        differences=differences(declared_secrets(project, env, want.worker), want.worker, bound),
        rotating=rotating(bound) if bound else (),
        keeps_variables=want.worker.keeps_variables,
    )


def prunable(project: Project, want: Desired) -> tuple[str, ...]:
    """The secrets that are deployed and that nobody declares; raises as `compare`."""
    live = read_live(want)
    if live is None:
        return ()
    secrets = declared_secrets(project, want.env, want.worker)
    return undeclared(secrets, want.worker, live.bound)
