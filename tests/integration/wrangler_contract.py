"""What the pinned wrangler does when vttsync drives it: words in; calls, entries, exit code out.

`python -m tests.integration.wrangler_contract` writes down what is seen, after an upgrade.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from vttsync.node import packages, process
from vttsync.node.runtime import Node, find_node
from vttsync.node.wrangler import Target, Wrangler, command
from vttsync.project.templates import template_files
from vttsync.rehearsal.api import line
from vttsync.rehearsal.api.app import PREFIX
from vttsync.rehearsal.api.weather import Storm, Trouble, Weather
from vttsync.rehearsal.standin import StandIn

PAGE = Path(__file__).with_name("wrangler_contract.json")
_KEYS = {"PUBLISH_KEY": "p" * 40, "TICKET_KEY": "t" * 40}
_DEPLOY = (
    "deploy", "--env", "prod", "--config", "wrangler.toml", "--secrets-file", "/dev/stdin",
    "--durable-objects-code-update-mode", "immediate", "--tag", "vttsync-0123456789ab",
    "--message", "a message",
)  # fmt: skip
_DELETE = ("delete", "--env", "prod", "--config", "wrangler.toml")
_TRIGGERS = ("triggers", "deploy", "--env", "prod", "--config", "wrangler.toml")
_BUNDLE = (
    "deploy",
    "--dry-run",
    "--outdir",
    "BUNDLE",
    "--config",
    "wrangler.toml",
    "--env",
    "prod",
)
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_METADATA = re.compile(rb'name="metadata"\r\n\r\n(.*?)\r\n--', re.DOTALL)
_VARIES = (
    "timestamp", "log_file_path", "bundle_size", "message", "command_line_args",
    "package_dependencies",
)  # fmt: skip


class _Ear(Weather):
    """Fair weather that keeps every call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[object] = []

    async def pass_on(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        request = await line.request(receive)
        body = b"".join(message.get("body", b"") for message in request)
        self.calls.append(_call(scope, body))
        await super().pass_on(app, scope, line.replayed(request, receive), send)


def _call(scope: Scope, body: bytes) -> object:
    path = _ID.sub("ID", scope["path"].removeprefix(PREFIX))
    query = dict(parse_qsl(scope["query_string"].decode()))
    call, more = f"{scope['method']} {path}", {"query": query, "sends": _sent(body)}
    given = {name: value for name, value in more.items() if value}
    return {"call": call, **given} if given else call


def _sent(body: bytes) -> object:
    """The keys of what is sent, and of an upload's metadata all that is no secret."""
    found = _METADATA.search(body)
    try:
        sent = json.loads(found[1] if found else body)
    except ValueError:
        return None
    sent.pop("observability", None)
    for binding in sent.get("bindings", []):
        binding.pop("text", None)
    return _plain(sent)


def _plain(value: object) -> object:
    """The value without what differs each time."""
    if isinstance(value, Mapping):
        return {
            key: f"<{type(it).__name__}>" if key in _VARIES else _plain(it)
            for key, it in sorted(value.items())
        }
    if isinstance(value, list):
        return [_plain(it) for it in value]
    return _ID.sub("ID", value) if isinstance(value, str) else value


class _Stage:
    """wrangler, on an account of its own."""

    def __init__(self, node: Node, party: Path, standin: StandIn, ear: _Ear, home: Path) -> None:
        target = Target(standin.account_id, standin.token, standin.api_url)
        self._wrangler = Wrangler(node, party, target)
        self._ear = ear
        self._home = home
        self.party = party

    def run(
        self, words: Sequence[str], *storms: Storm, secrets: Mapping[str, str] = _KEYS
    ) -> dict[str, Any]:
        """What one run does."""
        self._ear.calls.clear()
        self._ear.storms[:] = storms
        output = self._home / "output.ndjson"
        output.unlink(missing_ok=True)
        given = [str(self._home / "bundle") if word == "BUNDLE" else word for word in words]
        done = process.run(
            [*command(self._wrangler.node, self.party), *given],
            cwd=self.party,
            env=self._wrangler.environment(self._home, output),
            timeout=120,
            stdin=json.dumps(dict(secrets)),
        )
        lines = output.read_text("utf-8").splitlines() if output.exists() else []
        return {
            "words": " ".join(words),
            "exit": done.code,
            "entries": [_plain(json.loads(entry)) for entry in lines],
            "calls": list(self._ear.calls),
        }


def observe(node: Node, party: Path) -> dict[str, Any]:
    """Everything, as it is written down."""
    ear = _Ear()
    with (
        tempfile.TemporaryDirectory() as name,
        StandIn(
            Path(name, "account"), workerd=lambda: packages.workerd_binary(party), weather=ear
        ) as standin,
    ):
        stage = _Stage(node, party, standin, ear, Path(name))
        upload, deployment = ("/versions", "POST"), ("/deployments", "POST")
        seen = {
            "a bundle": stage.run(_BUNDLE),
            "a first deploy, of which a secret is missing": stage.run(_DEPLOY, secrets={}),
            "a first deploy": stage.run(_DEPLOY),
            "another deploy": stage.run(_DEPLOY),
            "addresses": stage.run(_TRIGGERS),
            "an upload that fails with 500": stage.run(_DEPLOY, Storm(Trouble.FAILING, *upload)),
            "an upload that is reset": stage.run(_DEPLOY, Storm(Trouble.RESET, *upload)),
            "an upload that is limited": stage.run(_DEPLOY, Storm(Trouble.LIMITED, *upload)),
            "an upload that a firewall blocks": stage.run(_DEPLOY, Storm(Trouble.BLOCKED, *upload)),
            "a deployment that fails": stage.run(_DEPLOY, Storm(Trouble.FAILING, *deployment)),
            "a deployment whose answer is lost": stage.run(
                _DEPLOY, Storm(Trouble.LOST, *deployment)
            ),
            "code that does not start": _broken(stage),
            "a deletion, without a question": stage.run(_DELETE),
        }
        unknown = standin.unknown_routes()
    pinned = packages.wrangler_pin(party).installed
    return {"wrangler": pinned, "unknown routes": unknown, "runs": seen}


def _broken(stage: _Stage) -> dict[str, Any]:
    index = stage.party / "src" / "index.ts"
    good = index.read_text("utf-8")
    index.write_text(f"throw new Error('not today');\n{good}", "utf-8")
    try:
        return stage.run(_DEPLOY)
    finally:
        index.write_text(good, "utf-8")


def main() -> None:
    """Write the page."""
    node = find_node()
    with tempfile.TemporaryDirectory() as name:
        for path, content in template_files("party"):
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        packages.install(node, Path(name))
        PAGE.write_text(json.dumps(observe(node, Path(name)), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
