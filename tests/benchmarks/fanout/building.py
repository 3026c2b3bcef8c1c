"""What the servers are made of: the room bundled by the wrangler it pins, Node's packages."""

from __future__ import annotations

import shutil
from pathlib import Path

from platformdirs import user_cache_path

from vttsync.node import packages
from vttsync.node.bundle import bundle
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
        self.room = bundle(self.node, self._party, folder / "room")
        shutil.copyfile(HERE / _COUNTING, self._party / "src" / _COUNTING)
        self.counting = bundle(self.node, self._party, folder / "counting", f"src/{_COUNTING}")
        self.node_server = self._node_server(folder / "node")

    def _scaffold(self, root: Path) -> Path:
        write.write_all(root, plan_install(root, Answers("bench", "", "party"), force=False))
        party = open_project(root).party
        packages.install_shared(self.node, party, user_cache_path("vttsync-bench") / "room")
        return party

    def _node_server(self, folder: Path) -> Path:
        folder.mkdir()
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copyfile(HERE / name, folder / name)
        packages.install_shared(self.node, folder, user_cache_path("vttsync-bench") / "node")
        return folder
