"""What the servers are made of: the room bundled by the wrangler it pins, Node's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from platformdirs import user_cache_path

from vttsync.node import packages
from vttsync.node.runtime import Node, find_node
from vttsync.project import write
from vttsync.project.folder import open_project
from vttsync.project.install import Answers, plan_install

HERE = Path(__file__).parent
_COUNTING = "counting.ts"


class Workshop:
    """A folder with everything that the servers run.

    Attributes:
        room: the bundle that a deploy would upload.
        counting: the same room, with its rows of SQLite counted.
        node_server: a folder with server.mjs and its packages.
    """

    def __init__(self, folder: Path) -> None:
        self.node: Node = find_node()
        self._party = self._scaffold(folder / "table")
        self.workerd = packages.workerd_binary(self._party)
        self.room = self._bundle(folder / "room")
        shutil.copyfile(HERE / _COUNTING, self._party / "src" / _COUNTING)
        self.counting = self._bundle(folder / "counting", f"src/{_COUNTING}")
        self.node_server = self._node_server(folder / "node")

    def _scaffold(self, root: Path) -> Path:
        write.write_all(root, plan_install(root, Answers("bench", "", "party"), force=False))
        party = open_project(root).party
        packages.install_shared(self.node, party, user_cache_path("vttsync-bench") / "room")
        return party

    def _bundle(self, target: Path, *entry: str) -> Path:
        """Bundle exactly as a deploy does: esbuild with wrangler's own settings."""
        launcher = self._party / "node_modules" / "wrangler" / "bin" / "wrangler.js"
        words = [self.node.binary, launcher, "deploy", *entry, "--dry-run", "--outdir", target]
        env = {
            **os.environ,
            **self.node.variables(),
            "CI": "1",
            "WRANGLER_SEND_METRICS": "false",
            "XDG_CONFIG_HOME": str(target.parent / "config"),
        }
        done = subprocess.run(
            [str(word) for word in words], cwd=self._party, env=env, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"The room could not be bundled:\n{done.stdout}{done.stderr}")
        return next(file for file in target.iterdir() if file.suffix == ".js")

    def _node_server(self, folder: Path) -> Path:
        folder.mkdir()
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copyfile(HERE / name, folder / name)
        packages.install_shared(self.node, folder, user_cache_path("vttsync-bench") / "node")
        return folder
