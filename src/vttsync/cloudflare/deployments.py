"""A version that was uploaded before, made live again."""

from __future__ import annotations

from vttsync.cloudflare.api import CloudflareApi
from vttsync.errors import Exit, VttsyncError

_SECRETS_CHANGED = 10220
_NAMED = "have changed: "  # wrangler 4.156 reads the names behind these words, too


class SecretsChangedError(VttsyncError):
    """Secrets have changed since that version was deployed: going back would bring theirs back.

    Attributes:
        names: which, as Cloudflare lists them; all that it said, where it lists none.
    """

    def __init__(self, version_id: str, told: str) -> None:
        super().__init__(
            f"Version {version_id} has other secrets than the live one.",
            why=f"Cloudflare says: {told}. Going back would bring the old ones back.",
            fix="Deploy the old code with today's secrets, or say "
            f"`vttsync rollback {version_id} --yes` with the same --env to have those back, too.",
            exit_code=Exit.DEPLOY_FAILED,
        )
        self.names = told.rpartition(_NAMED)[2]


def make_live(
    api: CloudflareApi, account_id: str, worker: str, version_id: str,
    *, message: str, over_secrets: bool,
) -> None:  # fmt: skip
    """Send all traffic to the version `version_id` of `worker`; rooms that run take it at once.

    Not by wrangler: without a terminal it says yes when secrets have changed (4.156,
    `versionsRollbackCommand`).

    Args:
        api: Cloudflare.
        account_id: whose Worker it is.
        worker: its name.
        version_id: which of its versions.
        message: what the deployment says of itself.
        over_secrets: whether it may bring other secrets back.

    Raises:
        SecretsChangedError: exit 7, nothing has changed.
        VttsyncError: exit 7, when Cloudflare refuses; exit 6, not reached.
    """
    answer = api.post(
        f"/accounts/{account_id}/workers/scripts/{worker}/deployments",
        {
            "strategy": "percentage",
            "versions": [{"version_id": version_id, "percentage": 100}],
            "annotations": {"workers/message": message},
            "code_update_strategy": {"mode": "immediate"},
        },
        {"force": "true"} if over_secrets else {},
    )
    if answer.code == _SECRETS_CHANGED:
        raise SecretsChangedError(version_id, answer.message.rstrip("."))
    if answer.status != 200:
        raise VttsyncError(
            f"Cloudflare refuses to make version {version_id} live.",
            why=f"It answered {answer}.",
            fix="Run `vttsync doctor` with the same --env; it looks at the token.",
            exit_code=Exit.DEPLOY_FAILED,
        )
