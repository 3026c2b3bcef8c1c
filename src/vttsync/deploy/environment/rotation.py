"""A key that changes while everybody goes on: for a time, the room takes the one before too.

Whether a rotation is under way stands at Cloudflare, where every machine finds it: the live
version has the secret NAME_PREVIOUS, which later deploys keep (wrangler's `keep_bindings`).
NAME_PREVIOUS beside the key on this machine is the note of a rotation that may not be live yet:
written first, and removed when the deploy answers, so that nothing is lost in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vttsync.cloudflare.bindings import NotLatestError
from vttsync.deploy.desired import Desired, renewed
from vttsync.deploy.difference import rotating
from vttsync.deploy.environment.removal import remove
from vttsync.deploy.execute.run import Outcome, deploy
from vttsync.deploy.live import read_live
from vttsync.errors import Exit, VttsyncError
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.project.secrets import PUBLISH_KEY, ROOM_KEYS, TICKET_KEY, new_key, previous
from vttsync.project.sources import Sources, Variable


@dataclass(frozen=True)
class Rotated:
    """A rotation that has begun; `publish_keys` and `ticket_keys` are those that must do now."""

    outcome: Outcome
    publish_keys: tuple[str, ...] = field(repr=False)
    ticket_keys: tuple[str, ...] = field(repr=False)


def check_name(name: str, env: str) -> str:
    """Return `name` when it is a key that can be rotated; raises VttsyncError (exit 2)."""
    if name in ROOM_KEYS:
        return name
    raise VttsyncError(
        f"{name} can't be rotated.",
        why=f"The room knows a previous value of {' and '.join(ROOM_KEYS)} only.",
        fix=f"Replace it with `vttsync env set {name} --env {env}`, then deploy.",
        exit_code=Exit.USAGE,
    )


def rotate(
    project: Project, want: Desired, environ: Mapping[str, str], name: str, stage: Stages
) -> Rotated:
    """Give the key `name` of `want` a new value, and deploy it together with the one before.

    Interrupted anywhere, it goes on where it was when it is called again.

    Raises:
        VttsyncError: exit 3 (project; no place for the new key), 9 (a rotation is under way),
            and all that a deploy raises.
    """
    sources = project.sources(want.env, environ)
    _begin(sources, name, want)
    want = renewed(project, want, environ)
    outcome = deploy(project, want, stage)
    settle(sources, want)
    return Rotated(outcome, _values(want, PUBLISH_KEY), _values(want, TICKET_KEY))


def _values(want: Desired, name: str) -> tuple[str, ...]:
    found = (want.secrets.values.get(key) for key in (name, previous(name)))
    return tuple(value for value in found if value)


def _begin(sources: Sources, name: str, want: Desired) -> None:
    """Keep the value in force as the previous one, then a new one in its place."""
    live = read_live(want)
    if live is None:
        raise VttsyncError(
            f"There is no {name} to rotate.",
            why=f"{want.worker.name} is not deployed yet.",
            fix=f"`vttsync env set {name} --env {want.env}` changes it, without more ado.",
            exit_code=Exit.CONFIG,
        )
    sources.store(name)
    found = sources.find(name)
    if found is None or isinstance(found.place, Variable):
        raise _outvoted(name, sources)
    kept = sources.store(previous(name)).get()
    if kept is None and name in rotating(live.bound):
        raise _under_way(name, want.env)
    if kept is None:
        sources.keep(previous(name), found.value)
    if kept in (None, found.value):
        sources.keep(name, new_key())


def _under_way(name: str, env: str) -> VttsyncError:
    return VttsyncError(
        f"{name} is being rotated already.",
        why="The room takes the key before it too; another one would lock out whoever uses that.",
        fix=f"When nobody does, say `vttsync env rotate {name} --env {env} --finish`.",
        exit_code=Exit.DECISION_NEEDED,
    )


def _outvoted(name: str, sources: Sources) -> VttsyncError:
    variable = sources.variable(name)
    return VttsyncError(
        f"A new {name} would have no effect here.",
        why=f"The variable {variable} is set, and counts before {sources.store(name).told}.",
        fix=f"Unset it; `vttsync env set {name} --env {sources.env}` puts a value into "
        f"{sources.store(name).told}.",
        exit_code=Exit.CONFIG,
    )


def settle(sources: Sources, want: Desired) -> None:
    """Remove the notes of rotations that `want`, which is live, has brought about."""
    for key in ROOM_KEYS:
        found = sources.find_previous(key) if previous(key) in want.secrets.values else None
        if found and not isinstance(found.place, Variable):
            found.place.put(None)


def finish(
    project: Project, want: Desired, environ: Mapping[str, str], name: str, stage: Stages
) -> str:
    """Take the previous value of the key `name` from the room; tell the version that is live.

    After a rollback, a version with code and secrets is deployed first: what is live can't be
    edited then.

    Raises:
        VttsyncError: exit 3, when `name` isn't being rotated, and all that a deploy raises.
    """
    live = read_live(want)
    if live is None or name not in rotating(live.bound):
        raise VttsyncError(
            f"{name} is not being rotated.",
            why=f"{want.worker.name} has no {previous(name)}.",
            fix=f"`vttsync env rotate {name} --env {want.env}` begins.",
            exit_code=Exit.CONFIG,
        )
    try:
        return remove(project, want, [previous(name)], stage)
    except NotLatestError:
        deploy(project, renewed(project, want, environ), stage)
        return remove(project, want, [previous(name)], stage)
