"""An account on the stand-in's API without network and without workerd."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from vttsync.rehearsal.api.app import Api
from vttsync.rehearsal.api.auth import Persona, new_token
from vttsync.rehearsal.api.desk import Account, Terms
from vttsync.rehearsal.api.weather import Weather
from vttsync.rehearsal.edge.edge import Boot, BootError, Bundle
from vttsync.rehearsal.store import Store

ACCOUNT = "0123456789abcdef0123456789abcdef"
MODULE = "application/javascript+module"


@dataclass
class FakeEdge:
    """Remembers what runs; a version whose main module says so does not start."""

    live: dict[str, str] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)

    def check(self, bundle: Bundle) -> Boot:
        for module in bundle.version.modules:
            content = (bundle.modules / module.file).read_bytes()
            if content.startswith(b"throw"):
                raise BootError("Uncaught Error: no boot today")
        self.checked.append(bundle.version.id)
        return Boot(bundle.worker, bundle.version.id, 0.012)

    def deploy(self, bundle: Bundle) -> Boot:
        boot = self.check(bundle)
        self.live[bundle.worker] = bundle.version.id
        return boot

    def remove(self, worker: str) -> None:
        self.live.pop(worker, None)

    def url(self, worker: str) -> str:
        return "http://127.0.0.1:4321" if worker in self.live else ""


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any

    @property
    def result(self) -> Any:
        assert self.body["success"] is True, self.body
        return self.body["result"]

    @property
    def codes(self) -> list[int]:
        return [error["code"] for error in self.body["errors"]]


class Cloud:
    """The API with one valid token, spoken to as wrangler speaks to it."""

    def __init__(
        self, folder: Path, terms: Terms | None = None, weather: Weather | None = None
    ) -> None:
        self.edge = FakeEdge()
        self.token = new_token()
        self.tokens = {persona: new_token() for persona in Persona}
        self.owned = new_token(account_owned=True)
        personas = {token: persona for persona, token in self.tokens.items()}
        personas |= {self.token: Persona.VALID, self.owned: Persona.VALID}
        del personas[self.tokens[Persona.UNKNOWN]]
        self.store = Store(folder)
        self.api = Api(Account(ACCOUNT, self.store, self.edge, terms or Terms()), personas, weather)

    def __call__(self, method: str, path: str, *, auth: str | None = None, **kwargs: Any) -> Reply:
        header = f"Bearer {self.token}" if auth is None else auth
        headers: dict[str, str] = {"authorization": header} if header else {}
        headers |= kwargs.pop("headers", {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.api)
            base = "http://api.invalid/client/v4"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, headers=headers, **kwargs)

        response = asyncio.run(send())
        body = response.json()
        assert set(body) >= {"success", "errors", "messages", "result"}
        return Reply(response.status_code, body)

    def at(self, path: str) -> str:
        return f"/accounts/{ACCOUNT}/workers/{path}"

    def script(self, method: str, path: str = "", **kwargs: Any) -> Reply:
        """A call about the Worker called room."""
        return self(method, self.at(f"scripts/room{path}"), **kwargs)

    def upload(
        self,
        code: str = "export default {}",
        *,
        to: str = "room",
        path: str = "",
        method: str = "PUT",
        strict: bool = False,
        **metadata: Any,
    ) -> Reply:
        query = {"bindings_inherit": "strict"} if strict else {}
        files = form({"index.js": code.encode()}, {"main_module": "index.js", **metadata})
        return self(method, self.at(f"scripts/{to}{path}"), files=files, params=query)

    def upload_version(self, code: str = "export default {}", **metadata: Any) -> Reply:
        """Upload without deploying, as `wrangler deploy` does from the second time on."""
        return self.upload(code, path="/versions", method="POST", **metadata)

    def deploy(self, version_id: str, *, force: bool = False, **body: Any) -> Reply:
        share = {"version_id": version_id, "percentage": 100}
        query = {"force": "true"} if force else {}
        body = {"strategy": "percentage", "versions": [share], **body}
        return self.script("POST", "/deployments", json=body, params=query)


def form(modules: Mapping[str, bytes], metadata: Mapping[str, object]) -> list[tuple[str, Any]]:
    """The upload form as wrangler builds it: metadata without a file name, modules with one."""
    parts: list[tuple[str, Any]] = [("metadata", (None, json.dumps(metadata)))]
    return parts + [(name, (name, content, MODULE)) for name, content in modules.items()]


def secret(name: str, text: str) -> dict[str, str]:
    return {"type": "secret_text", "name": name, "text": text}
