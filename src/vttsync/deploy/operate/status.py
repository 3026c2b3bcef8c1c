"""Looking at a deployed room: at Cloudflare, from outside, and from inside."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from vttsync import web
from vttsync.background import Started
from vttsync.cloudflare.api import CloudflareApi
from vttsync.deploy.desired import Desired, declared_secrets
from vttsync.deploy.difference import rotating
from vttsync.deploy.health import Health, read_health
from vttsync.deploy.operate.condition import Seen
from vttsync.deploy.operate.history import Entry, read_history
from vttsync.deploy.plan.drift import drift
from vttsync.deploy.plan.reading import Live, read_account
from vttsync.deploy.where import find_address
from vttsync.project.folder import Project
from vttsync.project.secrets import PUBLISH_KEY
from vttsync.sessions import fresh_session


def look(project: Project, want: Desired, environ: Mapping[str, str]) -> Seen:
    """See what is live of `want`, and how it is; changes nothing but a room that it removes.

    Raises:
        VttsyncError: exit 3 (project), 4 (the token may not know), 6 (Cloudflare not reached).
    """
    reading = Started(partial(read_account, want))
    past, read = read_history(project, want), reading.result()
    if not past or read.live is None:
        return Seen(want.env, want.worker.name, None)
    return _seen(project, want, environ, past[0], read.live)


def _seen(
    project: Project, want: Desired, environ: Mapping[str, str], entry: Entry, live: Live
) -> Seen:
    with CloudflareApi(want.api_base_url, want.token) as api:
        url = find_address(api, project, want)
    found = project.sources(want.env, environ).find(PUBLISH_KEY)
    asked = _ask(url, found.value if found else None) if url else _Asked("")
    declared = declared_secrets(project, want.env, want.worker)
    return Seen(
        env=want.env,
        worker=want.worker.name,
        live=entry,
        url=url,
        outside=asked.outside,
        inside=asked.inside,
        missing=tuple(it for it in declared if it not in live.version.bound.secrets),
        rotating=rotating(live.version.bound),
        drift=drift(live),
    )


@dataclass(frozen=True)
class _Asked:
    outside: Health | str
    inside: Health | str | None = None


def _ask(url: str, publish_key: str | None) -> _Asked:
    with web.client(url) as client:
        outside = _once(client, "/health")
    if not publish_key:
        return _Asked(outside)
    room = f"/parties/session/{fresh_session()}"
    with web.client(url, {"authorization": f"Bearer {publish_key}"}) as client:
        inside = _once(client, f"{room}/health")
        with suppress(web.TransportError):
            client.delete(room)
    return _Asked(outside, inside)


def _once(client: web.Client, path: str) -> Health | str:
    try:
        return read_health(client, path)
    except web.TransportError as error:
        return f"no answer ({type(error).__name__}: {error})".replace(": )", ")")
