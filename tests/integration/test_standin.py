"""Every wrangler command that vttsync or its user may run against the stand-in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vttsync.node import process
from vttsync.node.runtime import Node
from vttsync.rehearsal import StandIn

pytestmark = pytest.mark.slow

WORKER = "vttsync-room-prod"
SECRETS = {"PUBLISH_KEY": "p" * 32 + 'ü"\\', "TICKET_KEY": "t" * 32}

THROWING = """
export * from "./index";
export { default } from "./index";
throw new Error("no boot today");
"""


class Shell:
    """The pinned wrangler, run in the room's folder with the stand-in's account."""

    def __init__(self, node: Node, party: Path, stand_in: StandIn, home: Path) -> None:
        self.node = node
        self.party = party
        self.stand_in = stand_in
        self.home = home
        self.output = home / "output.ndjson"

    def __call__(self, *words: str, stdin: str = "") -> process.Finished:
        self.output.unlink(missing_ok=True)
        own = {
            **self.node.variables(),
            "CI": "1",
            "NO_COLOR": "1",
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_SEND_ERROR_REPORTS": "false",
            "WRANGLER_HIDE_BANNER": "true",
            "WRANGLER_OUTPUT_FILE_PATH": str(self.output),
            "XDG_CONFIG_HOME": str(self.home),
            "CLOUDFLARE_API_TOKEN": self.stand_in.token,
            "CLOUDFLARE_ACCOUNT_ID": self.stand_in.account_id,
            "CLOUDFLARE_API_BASE_URL": self.stand_in.api_url,
        }
        cli = self.party / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
        return process.run(
            [self.node.binary, "--no-warnings", cli, *words],
            cwd=self.party,
            env=process.clean_environment(own),
            timeout=120,
            stdin=stdin,
        )

    def ok(self, *words: str, stdin: str = "") -> str:
        done = self(*words, stdin=stdin)
        assert done.code == 0, done.stdout + done.stderr
        assert self.stand_in.unknown_routes() == []
        return done.stdout

    def deploy(self, *words: str) -> str:
        """Deploy with both secrets; answers the version's id."""
        more = ("--secrets-file", "/dev/stdin", "--durable-objects-code-update-mode", "immediate")
        self.ok("deploy", "--env", "prod", *more, *words, stdin=json.dumps(SECRETS))
        (entry,) = [entry for entry in self.reported() if entry["type"] == "deploy"]
        return str(entry["version_id"])

    def reported(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.output.read_text("utf-8").splitlines()]

    def live(self) -> str:
        boot = self.stand_in.running(WORKER)
        assert boot
        return boot.version_id


@pytest.fixture
def shell(node: Node, party: Path, standin: StandIn, tmp_path: Path) -> Shell:
    return Shell(node, party, standin, tmp_path)


def _methods(stand_in: StandIn, end: str) -> list[str]:
    return [call.method for call in stand_in.calls() if call.path.endswith(end)]


def test_first_and_later_deploys_take_their_two_paths(shell: Shell) -> None:
    first = shell.deploy()
    assert shell.live() == first
    assert _methods(shell.stand_in, f"scripts/{WORKER}") == ["PUT"]
    second = shell.deploy("--tag", "spring")
    assert shell.live() == second != first
    assert _methods(shell.stand_in, f"scripts/{WORKER}") == ["PUT"]
    assert _methods(shell.stand_in, f"{WORKER}/versions") == ["POST"]
    listed = json.loads(shell.ok("versions", "list", "--json", "--env", "prod"))
    assert [version["id"] for version in listed] == [first, second]
    assert listed[1]["annotations"]["workers/tag"] == "spring"


def test_secrets_rollback_status(shell: Shell) -> None:
    first = shell.deploy()
    shell.ok("secret", "put", "PUBLISH_KEY", "--env", "prod", stdin="rotated")
    assert shell.live() != first
    names = {entry["name"] for entry in json.loads(shell.ok("secret", "list", "--env", "prod"))}
    assert names == set(SECRETS)
    shell.ok("rollback", first, "--yes", "--env", "prod")
    assert shell.live() == first
    status = json.loads(shell.ok("deployments", "status", "--json", "--env", "prod"))
    assert status["versions"] == [{"version_id": first, "percentage": 100}]
    assert first in shell.ok("deployments", "list", "--env", "prod")
    shell.ok("secret", "bulk", "--name", "draft", stdin=json.dumps({"A": "b"}))
    assert shell.stand_in.running("draft")


def test_upload_first_and_deploy_later(shell: Shell) -> None:
    first = shell.deploy()
    shell.ok("versions", "upload", "--env", "prod")
    (entry,) = [entry for entry in shell.reported() if entry["type"] == "version-upload"]
    assert shell.live() == first
    shell.ok("versions", "deploy", f"{entry['version_id']}@100", "--yes", "--env", "prod")
    assert shell.live() == entry["version_id"]


def test_who_am_i_and_delete(shell: Shell) -> None:
    shell.deploy()
    (account,) = json.loads(shell.ok("whoami", "--json"))["accounts"]
    assert account["id"] == shell.stand_in.account_id
    shell.ok("delete", "--env", "prod")
    assert shell.stand_in.running(WORKER) is None


def test_missing_secrets_are_listed(shell: Shell) -> None:
    done = shell("deploy", "--env", "prod")
    assert done.code == 1
    assert "PUBLISH_KEY, TICKET_KEY" in done.stderr


def test_a_script_that_throws_fails_the_deploy_and_what_was_live_stays(shell: Shell) -> None:
    first = shell.deploy()
    entry = shell.party / "src" / "throws.ts"
    entry.write_text(THROWING)
    try:
        done = shell("deploy", "src/throws.ts", "--env", "prod")
    finally:
        entry.unlink()
    assert done.code == 1
    assert "no boot today" in done.stderr
    (failed,) = [entry for entry in shell.reported() if entry["type"] == "command-failed"]
    assert failed["code"] == 10021
    assert shell.live() == first
