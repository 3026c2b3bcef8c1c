"""The stand-in's API over HTTP, without workerd: for commands that ask and don't deploy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.unit.rehearsal.cloud import ACCOUNT, Cloud
from vttsync.rehearsal.api.server import Server

WORKER = "my-table-prod"


class Served(Cloud):
    """An account whose API has an address; its Worker is called as the tests' project's."""

    url = ""

    def variables(self) -> dict[str, str]:
        return {
            "CLOUDFLARE_API_BASE_URL": self.url,
            "CLOUDFLARE_API_TOKEN": self.token,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        }

    def names(self) -> set[str]:
        """What the live version is bound to."""
        return {binding.name for binding in self.store.get(WORKER).live.bindings}

    def edit_on_dashboard(self, *bindings: Mapping[str, object]) -> None:
        """Give the Worker these bindings and keep its others, as the dashboard does."""
        new = {str(it["name"]) for it in bindings}
        kept = [{"name": name, "type": "inherit"} for name in sorted(self.names() - new)]
        settings = json.dumps({"bindings": [*kept, *bindings]})
        path = self.at(f"scripts/{WORKER}/settings")
        assert self("PATCH", path, files=[("settings", (None, settings))]).status == 200


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """An empty account, for as long as the block lasts."""
    cloud = Served(folder)
    with Server(cloud.api) as server:
        cloud.url = server.url
        yield cloud
