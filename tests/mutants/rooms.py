"""Rooms in real workerd, right and wrong ones."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.model.rig import Bundle, Rig
from tests.mutants.mutant import Edit
from vttsync.node.quick_bundle import bundle_quickly
from vttsync.project.templates import template_files


class Workshop:
    """Makes rooms of edited source.

    Args:
        folder: where it works.
        right: the room as it is.
        packages: the room's npm packages.
    """

    def __init__(self, folder: Path, right: Bundle, packages: Path) -> None:
        self._folder = folder
        self._right = right
        self._packages = packages

    def bundle(self, name: str, edits: Sequence[Edit]) -> Bundle:
        """Bundle the source with these edits."""
        party, into = self._folder / name, self._folder / f"{name}-out"
        for path, content in template_files("party"):
            (party / path).parent.mkdir(parents=True, exist_ok=True)
            (party / path).write_bytes(content)
        for edit in edits:
            edit.apply(party / "src")
        (party / "node_modules").symlink_to(self._packages, target_is_directory=True)
        assert bundle_quickly(party, "", into), f"{name}: esbuild does not take the edited source"
        shutil.rmtree(party)
        return Bundle(into / "index.js", self._right.compatibility_date, self._right.workerd)

    @asynccontextmanager
    async def room(self, name: str, edits: Sequence[Edit]) -> AsyncIterator[Rig]:
        """Run the room with these edits in a workerd of its own."""
        bundle = await asyncio.to_thread(self.bundle, name, edits)
        rig = Rig(bundle, self._folder / f"{name}-storage")
        try:
            await asyncio.to_thread(rig.deploy)
            yield rig
        finally:
            await asyncio.to_thread(rig.stop)
