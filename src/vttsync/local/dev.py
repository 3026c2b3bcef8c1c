"""The room of a project on this machine, loaded anew whenever its code changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.local import port
from vttsync.local.answering import answers
from vttsync.local.keys import local_keys
from vttsync.local.only_one import only_one
from vttsync.local.variables import variables
from vttsync.node import packages
from vttsync.node.dev_server import DevServer
from vttsync.node.runtime import Node, find_node
from vttsync.progress import Stages
from vttsync.project import dotenv, private
from vttsync.project.folder import Project
from vttsync.project.wrangler_toml import check_readable
from vttsync.temporary import temporary_folder

ENV_FILE = ".env.local"
_HEADING = "vttsync dev: the room on this machine"
_PATIENCE = 60.0
Hear = Callable[[str], object]


@dataclass(frozen=True)
class Served:
    """A room that answers.

    Attributes:
        url: where, without a slash at the end.
        usual: whether that is where it usually is.
        variables: what the app's server and page need to reach it.
        env_file: the file that holds them now.
        changed: whether it had to be changed for that.
        check: raises VttsyncError (exit 3) when the room has ended.
    """

    url: str
    usual: bool
    variables: dict[str, str]
    env_file: Path
    changed: bool
    check: Callable[[], None]


@contextmanager
def serve(project: Project, wanted: int | None, stage: Stages, hear: Hear) -> Iterator[Served]:
    """Run the project's room inside the block, under `wrangler dev`.

    `.dev.vars` and `.env.local` are judged before anything starts, and the second is written when
    the room answers.

    Args:
        project: whose room.
        wanted: the port of 127.0.0.1 to answer at; None chooses.
        stage: tells how far it is.
        hear: called with each line that wrangler and the room print, on a thread of its own.

    Raises:
        VttsyncError: exit 3 (project, files, a room that doesn't start), 5 (Node, npm, the port,
            another `vttsync dev` in this folder), 6 (npm's registry).
    """
    check_readable(project.party)
    env_file = project.root / ENV_FILE
    private.check_own(env_file)
    with only_one(project.state / "dev.lock", _another(project)):
        number = port.choose(wanted)
        node = find_node()
        keys = local_keys(project.party)
        packages.ensure(node, project.party, stage)
        with _started(node, project, number, hear) as server:
            url = f"http://127.0.0.1:{number}"
            with stage("room") as step:
                _wait(server, url)
                step.update(url)
            values = variables(project.root, project.config, url, keys)
            text = dotenv.with_variables(private.read(env_file), values, _HEADING)
            private.keep_from_git(env_file)
            changed = private.write(env_file, text)
            usual = number == (wanted or port.USUAL)
            yield Served(url, usual, values, env_file, changed, lambda: _check(server))


def _another(project: Project) -> VttsyncError:
    return VttsyncError(
        f"`vttsync dev` runs in {project.root} already.",
        why="Two rooms can't share the storage of one folder.",
        fix=f"Use that one (its address is in {ENV_FILE}), or end it first.",
        exit_code=Exit.MISSING,
    )


@contextmanager
def _started(node: Node, project: Project, number: int, hear: Hear) -> Iterator[DevServer]:
    with temporary_folder("vttsync-dev-") as home:
        server = DevServer(node, project.party, home, number, hear)
        try:
            yield server
        finally:
            server.stop()


def _wait(server: DevServer, url: str) -> None:
    if answers(url, "/health", server.alive, _PATIENCE):
        return
    _check(server)
    raise VttsyncError(
        f"The room did not answer within {_PATIENCE:.0f} s.",
        why=f"`wrangler dev` runs, but {url}/health says nothing good.",
        fix="Look at what src/index.ts answers there.",
        exit_code=Exit.CONFIG,
    )


def _check(server: DevServer) -> None:
    if server.alive():
        return
    server.stop()
    raise VttsyncError(
        "`wrangler dev` has ended.",
        why=server.last_words(),
        fix="Mend what it names, then run `vttsync dev` again.",
        exit_code=Exit.CONFIG,
    )
