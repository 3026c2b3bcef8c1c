"""Routes about Durable Objects: the account's classes, and the objects of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from vttsync.rehearsal.api.answers import Answer, paged, refusal
from vttsync.rehearsal.api.desk import Account, Ask, Handler
from vttsync.rehearsal.model import DurableClass, Worker

_LIMIT = 1000
_SMALLEST_LIMIT = 10


def _classes(account: Account) -> Iterator[tuple[Worker, str, DurableClass]]:
    for worker in account.store.workers():
        for name, entry in worker.classes.items():
            yield worker, name, entry


def _namespaces(account: Account, ask: Ask) -> Answer:
    found = [
        {
            "id": entry.unique_key,
            "name": f"{worker.name}_{name}",
            "script": worker.name,
            "class": name,
            "use_sqlite": entry.sqlite,
        }
        for worker, name, entry in _classes(account)
    ]
    return paged(found, ask.query)


def _objects(account: Account, ask: Ask) -> Answer:
    """The class's objects, by id; the cursor is the last one's."""
    for worker, _name, entry in _classes(account):
        if entry.unique_key == ask.params["namespace"]:
            folder = account.store.bundle(worker.name, worker.live).storage / entry.unique_key
            return _page(folder, ask)
    # The code stands in for one that no published source names.
    raise refusal(404, 10066, "Durable Object namespace not found")


def _page(folder: Path, ask: Ask) -> Answer:
    text = ask.query.get("limit", str(_LIMIT))
    if not text.isdecimal():
        raise refusal(400, 10001, "Invalid query parameter: limit")
    limit, after = max(int(text), _SMALLEST_LIMIT), ask.query.get("cursor", "")
    files = sorted(it for it in folder.glob("*.sqlite") if len(it.stem) == 64 and it.stem > after)
    shown = [{"id": it.stem, "hasStoredData": _has_data(it)} for it in files[:limit]]
    cursor = files[limit - 1].stem if len(files) > limit else ""
    return replace(Answer(shown), info={"count": len(shown), "cursor": cursor})


def _has_data(file: Path) -> bool:
    """Whether the object stored anything; workerd's own tables don't count."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            query = "SELECT 1 FROM sqlite_master WHERE name NOT GLOB '_cf_*' LIMIT 1"
            return database.execute(query).fetchone() is not None
    except sqlite3.Error:  # held by workerd at this moment
        return True


_N = "/accounts/{account}/workers/durable_objects/namespaces"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", _N, _namespaces),
    ("GET", f"{_N}/{{namespace}}/objects", _objects),
]
