"""What hangs on a Worker: the rooms that stored something, and the Workers that use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vttsync.cloudflare.api import Answer, CloudflareApi

_PAGE = 100
_OBJECTS = 1000  # the most that one call lists
_CALLS = 20


def count_rooms(api: CloudflareApi, account_id: str, worker: str) -> int | None:
    """How many Durable Objects of `worker` have stored data; at 20,000 the counting ends.

    None, when the token may not know.

    Raises:
        VttsyncError: exit 6, not reached.
    """
    base = f"/accounts/{account_id}/workers/durable_objects/namespaces"
    total = 0
    for page in range(1, _CALLS + 1):
        answer = api.get(base, {"page": str(page), "per_page": str(_PAGE)})
        if answer.status != 200:
            return None
        for row in answer.rows():
            if row.get("script") == worker:
                total += sum(1 for _ in _stored(api, f"{base}/{row.get('id')}/objects"))
        if len(answer.rows()) < _PAGE:
            break
    return total


def _stored(api: CloudflareApi, path: str) -> Iterator[dict[str, Any]]:
    params = {"limit": str(_OBJECTS)}
    for _ in range(_CALLS):
        answer = api.get(path, params)
        yield from (row for row in answer.rows() if row.get("hasStoredData"))
        cursor = _cursor(answer)
        if not cursor:
            return
        params["cursor"] = cursor


def _cursor(answer: Answer) -> str:
    # Its documentation has it in both places.
    after = (answer.info.get("cursors") or {}).get("after")
    return str(after or answer.info.get("cursor") or "")


def users(api: CloudflareApi, account_id: str, worker: str) -> tuple[str, ...]:
    """The names of what would break without `worker`; empty too, when the token may not know.

    It is what wrangler 4.156 asks before it deletes (`checkAndConfirmForceDeleteIfNecessary`).

    Raises:
        VttsyncError: exit 6, not reached.
    """
    base = f"/accounts/{account_id}/workers"
    told = api.get(f"{base}/scripts/{worker}/references").fields()
    rows = [*((told.get("services") or {}).get("incoming") or ())]
    rows += told.get("durable_objects") or ()
    rows += told.get("dispatch_outbounds") or ()
    tails = api.get(f"{base}/tails/by-consumer/{worker}").rows()
    rows += [it.get("producer") or {} for it in tails]
    found = [it.get("script") or it.get("service") or it.get("namespace") for it in rows]
    if (told.get("services") or {}).get("pages_function"):
        found.append("a Pages project")
    return tuple(sorted({str(name) for name in found if name and name != worker}))
