"""Driving the pinned wrangler: explicit account, token and API, results from its output file."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync import web
from vttsync.errors import Exit, VttsyncError
from vttsync.node import process, space
from vttsync.node.runtime import Node
from vttsync.redaction import redact
from vttsync.temporary import temporary_folder

_TIMEOUT = 300.0
_DEPLOY = "wrangler could not deploy."
_ROLL_BACK = "wrangler could not roll back."


@dataclass(frozen=True)
class Target:
    """Whose account wrangler works on, and through which API; the token is never shown."""

    account_id: str
    token: str
    api_base_url: str

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Target({self.account_id}, {self.api_base_url})"


@dataclass(frozen=True)
class Deployed:
    """What wrangler's output file says of a deploy.

    Attributes:
        targets: host names (workers.dev, custom domains) and route patterns, without a scheme.
    """

    version_id: str
    targets: tuple[str, ...]


class WranglerError(VttsyncError):
    """wrangler failed, or told no result. What is live then is for its caller to find out."""

    def __init__(self, what: str, *, why: str, full: Path | None = None) -> None:
        fix = f"Make room in {full}" if full else "Mend the cause"
        exit_code = Exit.MISSING if full else Exit.DEPLOY_FAILED
        super().__init__(what, why=why, fix=f"{fix}, then try again.", exit_code=exit_code)


@dataclass(frozen=True)
class Wrangler:
    """The wrangler of one party folder, working on an account."""

    node: Node
    party: Path
    target: Target

    def deploy(self, env: str, secrets: Mapping[str, str]) -> Deployed:
        """Upload code and secrets as one version and send all traffic to it.

        Running rooms take the new code at once: they keep the old for up to 300 s otherwise
        (wrangler 4.141, workers-sdk#15658).

        Raises:
            WranglerError: exit 7, when wrangler fails or reports no version; 5, when a disk is
                full.
        """
        with _secrets_file(secrets) as (path, stdin):
            words = ["deploy", "--env", env, "--config", "wrangler.toml"]
            words += ["--secrets-file", path, "--durable-objects-code-update-mode", "immediate"]
            entries = self._run(_DEPLOY, words, stdin=stdin, secrets=tuple(secrets.values()))
        entry = next((entry for entry in entries if entry.get("type") == "deploy"), {})
        version = entry.get("version_id")
        if not isinstance(version, str) or not version:
            raise WranglerError(_DEPLOY, why="It reported no version id.")
        targets = tuple(str(target).split(" ")[0] for target in entry.get("targets") or ())
        return Deployed(version, targets)

    def rollback(self, env: str, version_id: str) -> None:
        """Send all traffic back to `version_id`, by name: "the previous" may be a secret's edit.

        Raises:
            WranglerError: exit 7, when wrangler fails; 5, when a disk is full.
        """
        words = ["rollback", version_id, "--env", env, "--config", "wrangler.toml", "--yes"]
        self._run(_ROLL_BACK, [*words, "--message", f"vttsync: back to {version_id}"])

    def _run(
        self,
        failed: str,
        words: Sequence[str],
        *,
        stdin: str | None = None,
        secrets: tuple[str, ...] = (),
    ) -> list[dict[str, Any]]:
        with temporary_folder("vttsync-wrangler-") as home:
            output = home / "output.ndjson"
            # An empty one: a project's .env could bring a global key, which beats the token.
            (no_variables := home / "empty.env").touch()
            done = process.run(
                [*command(self.node, self.party), *words, "--env-file", no_variables],
                cwd=self.party,
                env=self._environment(home, output),
                timeout=_TIMEOUT,
                stdin=stdin,
            )
            entries = _read_output(output)
        if done.code != 0:
            why = f"It did not finish within {_TIMEOUT:.0f} s." if done.timed_out else ""
            why = why or _reason(entries, done)
            full = space.full([space.temporary_folder(), self.party])
            why = f"There is no space left in {full} ({why})" if full else why
            raise WranglerError(failed, why=redact(why, (self.target.token, *secrets)), full=full)
        return entries

    def _environment(self, home: Path, output: Path) -> dict[str, str]:
        own = {
            **quiet(self.node, home),
            "CLOUDFLARE_ACCOUNT_ID": self.target.account_id,
            "CLOUDFLARE_API_TOKEN": self.target.token,
            "CLOUDFLARE_API_BASE_URL": self.target.api_base_url,
            "WRANGLER_OUTPUT_FILE_PATH": str(output),
        }
        # A proxy is for the way out; an API on this machine must not be asked for through one.
        way_out = () if web.is_loopback(self.target.api_base_url) else process.NETWORK
        return process.clean_environment(own, also=way_out)


def command(node: Node, party: Path) -> list[str | Path]:
    """The words that start the wrangler in `party`.

    Without its launcher (`bin/wrangler.js`), which only spawns this file again: one process
    fewer to wait for and to stop.
    """
    cli = party / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
    return [node.binary, "--no-warnings", cli]


def quiet(node: Node, home: Path) -> dict[str, str]:
    """Variables that keep wrangler to itself: no telemetry, no look for updates, `home` for notes.

    The banner is what looks for updates (wrangler 4.156, `printWranglerBanner`).
    """
    return {
        **node.variables(),
        "CI": "1",
        "NO_COLOR": "1",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_HIDE_BANNER": "true",
        "XDG_CONFIG_HOME": str(home),
    }


@contextmanager
def _secrets_file(secrets: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Hand the secrets over as JSON: dotenv would expand `$NAME` in them."""
    text = json.dumps(dict(secrets))
    if Path("/dev/stdin").exists():
        yield "/dev/stdin", text
        return
    with _private_file(text) as name:  # Windows has no such file
        yield name, None


@contextmanager
def _private_file(text: str) -> Iterator[str]:
    """A file that this user alone can read (mkstemp), gone after the block."""
    handle, name = tempfile.mkstemp(suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)


def _read_output(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    entries = []
    for line in lines:
        try:
            entries.append(json.loads(line))
        except ValueError:  # cut off, when wrangler was stopped
            continue
    return [entry for entry in entries if isinstance(entry, dict)]


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CHATTER = ("If you think this is a bug", "newer version of Wrangler", "🪵", "╵", "│")


def plain(text: str) -> str:
    """The text without colours: wrangler colours its errors whatever NO_COLOR says."""
    return _COLOUR.sub("", text)


def complaint(lines: Iterable[str]) -> str:
    """What wrangler's lines say went wrong, as one sentence or two."""
    stripped = (plain(line).strip() for line in lines)
    return " ".join(
        line.replace("✘ [ERROR] ", "")
        for line in stripped
        if line and not any(mark in line for mark in _CHATTER)
    )


def _reason(entries: list[dict[str, Any]], done: process.Finished) -> str:
    """What to tell a person; nothing is decided by wrangler's prose."""
    told = complaint(done.stderr.splitlines())
    failed = next((entry for entry in entries if entry.get("type") == "command-failed"), {})
    return told or str(failed.get("message") or f"It ended with code {done.code}, silently.")
