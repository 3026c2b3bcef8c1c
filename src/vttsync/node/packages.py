"""The room's npm packages: installed from its lockfile, without running their scripts."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process, space
from vttsync.node.runtime import Node
from vttsync.progress import Stages
from vttsync.temporary import temporary_folder

_TIMEOUT = 600.0
# npm waits 10 and 60 s by default, which is long for a proxy that is not there.
_RETRIES = ("--fetch-retries=3", "--fetch-retry-mintimeout=2000", "--fetch-retry-factor=2")
_CHATTER = re.compile(
    r"A complete log of|Log files were not|syscall |errno |at |\{|\}|\w+: (?:'|-?\d)"
)
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_NO_RIGHT = ("EACCES", "EPERM", "EROFS")
_UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
_UNUSED = 14 * 24 * 3600.0  # seconds after which nobody can still be rehearsing with packages


def ensure(node: Node, party: Path, stage: Stages, *, shared: Path | None = None) -> None:
    """Install the packages where they are missing.

    Args:
        node: whose npm.
        party: whose packages.
        stage: tells of it, when there is something to do.
        shared: the cache to link them from, for a folder that is soon removed.

    Raises:
        VttsyncError: as `install`.
    """
    if is_installed(party):
        return
    with stage("npm packages"):
        if shared:
            install_shared(node, party, shared)
        else:
            install(node, party)


def is_installed(party: Path) -> bool:
    """Whether `node_modules` holds what the lockfile asks of a deploy, by npm's own record."""
    wanted = _packages(party / "package-lock.json")
    present = _packages(party / "node_modules" / ".package-lock.json")
    needed = {
        path: entry["version"]
        for path, entry in wanted.items()
        if path and not any(entry.get(flag) for flag in ("dev", "optional", "devOptional", "link"))
    }
    return bool(needed) and all(
        present.get(path, {}).get("version") == version for path, version in needed.items()
    )


@dataclass(frozen=True)
class Pin:
    """wrangler's version by package.json (maybe a range), by the lockfile, and as installed.

    Empty where there is none.
    """

    declared: str
    locked: str
    installed: str


def wrangler_pin(party: Path) -> Pin:
    """Which wrangler a folder asks for, and which it has."""
    path = "node_modules/wrangler"
    try:
        package = json.loads((party / "package.json").read_bytes())
        wanted = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    except (OSError, ValueError, AttributeError, TypeError):
        wanted = {}
    return Pin(
        declared=str(wanted.get("wrangler", "")),
        locked=str(_packages(party / "package-lock.json").get(path, {}).get("version", "")),
        installed=str(
            _packages(party / "node_modules" / ".package-lock.json")
            .get(path, {})
            .get("version", "")
        ),
    )


def install(node: Node, party: Path) -> None:
    """Run `npm ci` for what a deploy needs; no install script runs, no token is in reach.

    Raises:
        VttsyncError: exit 3 (lockfile), 5 (npm missing, disk) or 6 (registry not reached).
    """
    if not node.npm:
        raise VttsyncError(
            "npm was not found.",
            why=f"Node {node.version} ({node.binary}) has no npm beside it.",
            fix="Install npm, or run `uvx 'vttsync[node]' …`, which brings both.",
            exit_code=Exit.MISSING,
        )
    if not (party / "package-lock.json").is_file():
        raise VttsyncError(
            f"There is no package-lock.json in {party}.",
            why="vttsync installs exactly what the lockfile pins.",
            fix="Run `vttsync init` to get it back.",
            exit_code=Exit.CONFIG,
        )
    # npm's own settings (registry, proxy, certificates) may come from its variables.
    npm_settings = [name for name in os.environ if name.lower().startswith("npm_config_")]
    env = process.clean_environment(
        {**node.variables(), "NO_UPDATE_NOTIFIER": "1"},
        also=[*process.NETWORK, *npm_settings],
    )
    words = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *_RETRIES]
    # The lockfile pins every package by hash, so what npm has seen before needs no second look.
    words.append("--prefer-offline")
    if not _has_dev_packages(party):
        words.append("--omit=dev")
    done = process.run(words, cwd=party, env=env, timeout=_TIMEOUT)
    if done.code != 0:
        raise _npm_failed(done, party)


def _has_dev_packages(party: Path) -> bool:
    """Whether somebody works in this folder: `npm ci --omit=dev` would take their tools away."""
    wanted = _packages(party / "package-lock.json")
    present = _packages(party / "node_modules" / ".package-lock.json")
    return any(path in present and entry.get("dev") for path, entry in wanted.items())


def install_shared(node: Node, party: Path, cache: Path) -> None:
    """Give `party` its packages by a link into `cache`, installed there once for each lockfile.

    For folders that are soon thrown away: installing anew takes longer than all that follows.
    Where links can't be made or `cache` can't be written, the packages are installed in `party`.

    Raises:
        VttsyncError: as `install`.
    """
    lockfile = (party / "package-lock.json").read_bytes()
    home = cache / "packages" / hashlib.sha256(lockfile).hexdigest()[:16]
    link = party / "node_modules"
    try:
        # First, as Windows wants a right for it: 221 MB in the cache would be in vain.
        link.symlink_to(home / "node_modules", target_is_directory=True)
        if not is_installed(home):
            _fill(node, party, home)
        os.utime(home)
    except OSError:
        link.unlink(missing_ok=True)
        install(node, party)


def _fill(node: Node, party: Path, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder("new-", home.parent) as new:
        fresh = new / home.name
        fresh.mkdir()
        for file in ("package.json", "package-lock.json"):
            shutil.copyfile(party / file, fresh / file)
        install(node, fresh)
        if is_installed(home):  # somebody else was faster
            return
        shutil.rmtree(home, ignore_errors=True)  # broken, if it is there
        fresh.rename(home)
    for other in home.parent.iterdir():  # of other releases of vttsync, or left by a kill -9
        with suppress(OSError):  # somebody else was faster
            if time.time() - other.stat().st_mtime > _UNUSED:
                shutil.rmtree(other)


def _npm_failed(done: process.Finished, party: Path) -> VttsyncError:
    why = _told(done.stderr) or "It said nothing."
    if done.timed_out:
        why = f"It did not finish within {_TIMEOUT:.0f} s."
    if done.timed_out or any(code in done.stderr for code in _UNREACHABLE):
        proxies = [name for name in _PROXIES if os.environ.get(name)]
        way = f"the proxy in {', '.join(proxies)}" if proxies else "the network"
        fix = f"Check {way} and npm's registry setting, then try again."
        return VttsyncError(
            "npm could not fetch packages.", why=why, fix=fix, exit_code=Exit.UNREACHABLE
        )
    if "EUSAGE" in done.stderr:
        fix = f"Run `npm install` in {party} to bring the lockfile up to date."
        return VttsyncError("npm ci failed.", why=why, fix=fix, exit_code=Exit.CONFIG)
    fix = f"Mend what npm names, then try again (it ran in {party})."
    full = space.full([party, Path.home(), space.temporary_folder()])
    if full or "ENOSPC" in done.stderr:
        fix = f"Make room in {full or 'the folder that npm names'}, then try again."
    elif any(code in done.stderr for code in _NO_RIGHT):
        fix = (
            "Give yourself the right to write there, or name another cache for npm in "
            "NPM_CONFIG_CACHE, then try again."
        )
    return VttsyncError("npm ci failed.", why=why, fix=fix, exit_code=Exit.MISSING)


def _told(stderr: str) -> str:
    lines = (
        line.removeprefix("npm error").strip()
        for line in stderr.splitlines()
        if line.startswith("npm error")
    )
    return " ".join([line for line in lines if line and not _CHATTER.match(line)][:4])


def workerd_binary(party: Path) -> Path:
    """Where npm put workerd's executable for this machine.

    Raises:
        VttsyncError: exit 5, when it is not there.
    """
    system = {"linux": "linux", "darwin": "darwin", "win32": "windows"}.get(sys.platform, "")
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "64"
    executable = "workerd.exe" if system == "windows" else "workerd"
    package = party / "node_modules" / "@cloudflare" / f"workerd-{system}-{machine}"
    binary = package / "bin" / executable
    if binary.is_file():
        return binary
    raise VttsyncError(
        f"workerd is not installed for this machine ({sys.platform}, {platform.machine()}).",
        why=f"npm left no {package.name} in {party / 'node_modules'}.",
        fix="Run `npm ci` in that folder; workerd exists for Linux (glibc), macOS and Windows.",
        exit_code=Exit.MISSING,
    )


def _packages(lockfile: Path) -> dict[str, dict[str, Any]]:
    try:
        packages: dict[str, dict[str, Any]] = json.loads(lockfile.read_bytes())["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return packages
