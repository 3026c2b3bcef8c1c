"""What a deployed version finds in its `env`: by name and type, and the values of variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vttsync.cloudflare.api import Answer, CloudflareApi
from vttsync.errors import Exit, VttsyncError

_SECRETS = ("secret_text", "secret_key")
_VARIABLES = ("plain_text", "json")
# The latest version of the Worker, or of its settings, isn't the one that is live.
_NOT_LIVE = (10215, 10214)


@dataclass(frozen=True)
class Bound:
    """The secrets and variables of one version.

    Attributes:
        secrets: their names; Cloudflare gives no value back.
        variables: with their values, as wrangler.toml may hold them.
    """

    secrets: frozenset[str]
    variables: dict[str, object]


class NotLatestError(VttsyncError):
    """Secrets can't be edited while the latest version isn't the one that is live."""

    def __init__(self) -> None:
        super().__init__(
            "The Worker's secrets can't be edited now.",
            why="Its latest version is not the one that is live, as after a rollback; Cloudflare "
            "edits the latest only.",
            fix="Deploy first, then try again.",
            exit_code=Exit.DEPLOY_FAILED,
        )


def read_bound(api: CloudflareApi, account_id: str, worker: str, version_id: str) -> Bound:
    """Ask what the version `version_id` of `worker` is bound to.

    Raises:
        VttsyncError: exit 4, when Cloudflare doesn't tell; exit 6, not reached.
    """
    path = f"/accounts/{account_id}/workers/scripts/{worker}/versions/{version_id}"
    answer = api.get(path)
    if answer.status != 200:
        raise _refused(f"What version {version_id} of {worker} is bound to is not told.", answer)
    bindings: list[dict[str, Any]] = (answer.result or {}).get("resources", {}).get("bindings", [])
    return Bound(
        frozenset(str(it["name"]) for it in bindings if it["type"] in _SECRETS),
        {
            str(it["name"]): it.get("text", it.get("json"))
            for it in bindings
            if it["type"] in _VARIABLES
        },
    )


def delete_secrets(api: CloudflareApi, account_id: str, worker: str, names: Iterable[str]) -> None:
    """Take secrets from `worker`, all in one new version that goes live at once.

    Raises:
        NotLatestError: exit 7, the latest version isn't live.
        VttsyncError: exit 4, when Cloudflare refuses; exit 6, not reached.
    """
    path = f"/accounts/{account_id}/workers/scripts/{worker}/secrets-bulk"
    answer = api.patch(path, {"secrets": dict.fromkeys(names)})
    if answer.code in _NOT_LIVE:
        raise NotLatestError
    if answer.status != 200:
        raise _refused(f"The secrets of {worker} could not be removed.", answer)


def _refused(what: str, answer: Answer) -> VttsyncError:
    return VttsyncError(
        what,
        why=f"Cloudflare answered {answer}.",
        fix="Run `vttsync doctor` with the same --env; it looks at the token and its permissions.",
        exit_code=Exit.CREDENTIALS,
    )
