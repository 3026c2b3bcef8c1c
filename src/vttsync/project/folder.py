"""A vttsync project, opened: its configuration and where its parts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.keychain import Keychain
from vttsync.project.config import FILE_NAME, Config, read_config
from vttsync.project.secrets import ROOM_KEYS
from vttsync.project.sources import Sources
from vttsync.project.wrangler_toml import Worker, read_worker


@dataclass(frozen=True)
class Project:
    """The user's folder.

    Attributes:
        root: the folder that holds vttsync.toml, absolute.
        config: what vttsync.toml says.
        state: where vttsync keeps what it must remember between commands; ignored by git.
    """

    root: Path
    config: Config
    state: Path

    @property
    def party(self) -> Path:
        """The folder of the wrangler project."""
        return self.root / self.config.party

    @property
    def script(self) -> Path | None:
        """The broadcast script that vttsync.toml names, absolute."""
        script = self.config.broadcast.script
        return self.root / script if script else None

    def worker(self, env: str) -> Worker:
        """The Worker of environment `env`; raises VttsyncError (exit 3) when there is none."""
        return read_worker(self.party, env)

    def sources(
        self, env: str, environ: Mapping[str, str], keychain: Keychain | None = None
    ) -> Sources:
        """Where the secrets of environment `env` come from.

        Raises:
            VttsyncError: exit 3, when there is no such environment, or it would share a room's
                key with another one.
        """
        worker = self.worker(env).name
        shared = [name for name in ROOM_KEYS if self._shared_file(name, env)]
        if shared:
            raise VttsyncError(
                f"Every environment would have the same {' and '.join(shared)}.",
                why=f"{FILE_NAME} names a file under [secrets], where all environments read it.",
                fix=f'Name one for each: `{shared[0]} = {{ file = ".vttsync/{env}.env" }}` under '
                f"[env.{env}.secrets].",
                exit_code=Exit.CONFIG,
            )
        declared = self.config.sources(env)
        return Sources(declared, environ, self.root, env, worker, keychain or Keychain())

    def _shared_file(self, name: str, env: str) -> bool:
        source = self.config.sources(env).get(name)
        others = [self.config.sources(other) for other in self.config.env if other != env]
        theirs = {found.file for found in (other.get(name) for other in others) if found}
        return bool(source and source.file and source.file in theirs)


def open_project(root: Path) -> Project:
    """Open the project in `root`; raises VttsyncError (exit 3) when it is none or wrong."""
    root = root.resolve()
    project = Project(root, read_config(root), root / ".vttsync")
    if project.script and not project.script.is_file():
        raise VttsyncError(
            f"There is no broadcast script {project.config.broadcast.script}.",
            why=f"{FILE_NAME} names it, as `script` under [broadcast].",
            fix="Correct the path there, or remove the line to use the fight that comes with "
            "vttsync.",
            exit_code=Exit.CONFIG,
        )
    return project
