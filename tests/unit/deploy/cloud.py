"""Cloudflare as far as a deploy asks it, and what should be live there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pytest_httpx import HTTPXMock

from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired
from vttsync.deploy.patience import Patience
from vttsync.progress import Step
from vttsync.project.secrets import Secrets
from vttsync.project.wrangler_toml import Worker

API = "https://api.example.test/client/v4"
URL = "https://my-table-prod.crow.example.test"
ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "cfut_" + "a" * 43
IMPATIENT = Patience(health=0, settling=0)
UPLOADED = """live("new", tag);
tell({type: "deploy", version_id: "new", targets: ["w.example.test"]});"""


class _Step:
    def update(self, detail: str) -> None:
        pass


@contextmanager
def nowhere(_name: str) -> Iterator[Step]:
    yield _Step()


WANT = Desired(
    env="prod",
    worker=Worker("my-table-prod", (), None, workers_dev=False),
    account_id=ACCOUNT,
    account_origin="a test",
    token=read_token(TOKEN),
    token_origin="a test",
    api_base_url=API,
    secrets=Secrets({"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}),
    url=URL,
)


class Cloud:
    """Cloudflare and the edge, as far as a deploy asks them.

    The project's wrangler writes what it deploys to `live.json`, with the tag that it was given.

    Attributes:
        deployments: id, version and the version's tag, newest first.
        answers: which version a room's address gives, when it is not the live one.
        broken: the version that never answers.
        then: what somebody else deploys when the new version is live.
        refused: what a POST of a deployment is answered with.
    """

    def __init__(self, httpx_mock: HTTPXMock, party: Path) -> None:
        self.deployments: list[tuple[str, str, str]] = []
        self.answers: str | None = None
        self.broken = ""
        self.then = ""
        self._silent: Path | None = None
        self.refused: dict[str, object] | None = None
        self.url: str | None = None
        self._written = party / "live.json"
        httpx_mock.add_callback(self._answer, is_optional=True, is_reusable=True)

    def serve(self, version: str, tag: str = "") -> None:
        self.deployments.insert(0, (f"deployment of {version}", version, tag))

    def silent_after(self, path: Path) -> None:
        """Don't tell what is live any more, once there is a file `path`."""
        self._silent = path

    def live(self) -> list[tuple[str, str, str]]:
        if self._written.exists():
            told = json.loads(self._written.read_text())
            self._written.unlink()
            self.serve(told["version"], told["tag"])
        return self.deployments

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if str(request.url).startswith(URL):
            return self._room(path)
        if path.endswith("/deployments"):
            return self._deployments(request)
        return self._of_the_worker(path)

    def _of_the_worker(self, path: str) -> httpx.Response:
        if "/versions/" in path:
            version = path.rpartition("/")[2]
            tags = {known: tag for _, known, tag in self.live()}
            notes = {"workers/tag": tags.get(version, "")}
            resources: dict[str, object] = {"bindings": []}
            return _ok({"id": version, "annotations": notes, "resources": resources})
        if path.endswith("/versions"):
            notes = {"workers/triggered_by": "version_upload"}
            items = [{"id": version, "annotations": notes} for _, version, _ in self.live()]
            return _ok({"items": items})
        if path.endswith("/workers/workers/my-table-prod"):
            return _ok({"subdomain": {"enabled": bool(self.url), "url": self.url}})
        return _of_the_checks(path)

    def _room(self, path: str) -> httpx.Response:
        version = self.answers or self.live()[0][1]
        if self.then and path.startswith("/parties/"):
            self.serve(self.then)
            self.then = ""
        if version == self.broken:
            return httpx.Response(500)
        return httpx.Response(200, json={"protocol": 1, "version": version})

    def _deployments(self, request: httpx.Request) -> httpx.Response:
        if self._silent and self._silent.exists():
            return httpx.Response(503, headers={"retry-after": "999"})
        if request.method == "POST":
            if self.refused:
                return httpx.Response(400, json={"errors": [self.refused]})
            self.serve(json.loads(request.content)["versions"][0]["version_id"])
        told = [
            {"id": key, "versions": [{"version_id": version, "percentage": 100}]}
            for key, version, _ in self.live()
        ]
        return _ok({"deployments": told})


def _of_the_checks(path: str) -> httpx.Response:
    if path.endswith("/secrets-bulk"):
        return httpx.Response(404, json={"errors": [{"code": 10007}]})
    if path.endswith(("/services/my-table-prod", "/my-table-prod/secrets")):
        return httpx.Response(404, json={"errors": [{"code": 10090}]})
    return _ok({"status": "active"})


def _ok(result: dict[str, object]) -> httpx.Response:
    return httpx.Response(200, json={"result": result})
