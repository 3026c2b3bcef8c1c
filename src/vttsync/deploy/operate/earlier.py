"""Which version a rollback goes to, and whether it can: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vttsync.cloudflare.versions import Version
from vttsync.deploy.operate.history import Entry
from vttsync.errors import Exit, VttsyncError

_SHORTEST = 4  # characters of an id that may stand for it


def choose(
    env: str, past: Sequence[Entry], versions: Mapping[str, Version], wanted: str | None
) -> str:
    """The id of the version to go back to.

    Without `wanted`: the newest version from before the live one that was live, so that going back
    twice goes back further. (wrangler takes the deployment before, which may be the one that was
    just left.)

    Args:
        env: the environment, for the messages.
        past: the deployments, newest first.
        versions: all versions that Cloudflare lists.
        wanted: a version's id, or how it begins.

    Raises:
        VttsyncError: exit 7, when there is nothing to go back to; 2, when `wanted` is no version,
            or several.
    """
    if not past:
        raise VttsyncError(
            "There is nothing to go back to.",
            why="Nothing is deployed.",
            fix=f"Run `vttsync deploy --env {env}`.",
            exit_code=Exit.DEPLOY_FAILED,
        )
    return _named(env, versions, wanted) if wanted else _before(env, past)


def _before(env: str, past: Sequence[Entry]) -> str:
    live = past[0]
    older = [it for it in past if 0 < it.number < live.number]
    if older:
        return max(older, key=lambda it: it.number).version_id
    raise VttsyncError(
        "There is nothing to go back to.",
        why="No version from before the live one is among the last deployments.",
        fix=f"Name one: `vttsync rollback VERSION --env {env}`; `vttsync history` lists them.",
        exit_code=Exit.DEPLOY_FAILED,
    )


def _named(env: str, versions: Mapping[str, Version], wanted: str) -> str:
    text = wanted.strip().lower()
    found = [it for it in versions if it.lower().startswith(text)]
    if len(found) == 1 and len(text) >= _SHORTEST:
        return found[0]
    raise VttsyncError(
        "That is not a version of this Worker." if not found else "Which version?",
        why=f"{len(found)} versions' ids begin so; it takes {_SHORTEST} characters or more.",
        fix=f"`vttsync history --env {env}` lists them.",
        exit_code=Exit.USAGE,
    )


def check_migration(version_id: str, its_tag: str | None, live_tag: str | None) -> None:
    """See that no Durable Object migration lies between; Cloudflare can't undo one.

    A tag that isn't told is taken for the same: Cloudflare itself refuses then.

    Raises:
        VttsyncError: exit 7, when one does.
    """
    if None in (its_tag, live_tag) or its_tag == live_tag:
        return
    raise VttsyncError(
        f"Version {version_id} can't come back; what was live still is.",
        why=f"It is from before the Durable Object migration {live_tag} (it stands at {its_tag}), "
        "and no rollback goes across one.",
        fix="Deploy its code again with the migrations of today.",
        exit_code=Exit.DEPLOY_FAILED,
    )
