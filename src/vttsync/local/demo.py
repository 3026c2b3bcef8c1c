"""The table on this machine: room, server and page, from a project scaffolded for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from platformdirs import user_cache_path

from vttsync.errors import Exit, VttsyncError
from vttsync.local import port
from vttsync.local.answering import answers
from vttsync.local.room import ended, room, url_of
from vttsync.local.variables import variables
from vttsync.node import packages, process
from vttsync.node.runtime import find_node
from vttsync.node.service import Service
from vttsync.progress import Stages
from vttsync.project.folder import Project
from vttsync.project.fresh import fresh_project
from vttsync.project.install import Answers
from vttsync.project.parts import TABLE, Parts, Publisher, beside
from vttsync.project.secrets import ROOM_KEYS, Secrets, new_key
from vttsync.temporary import temporary_folder

_PARTS = Parts(client=True, publisher=Publisher.PYTHON, table=True)
_SESSION = "friday"
_SEATS = {"gm": "mara", "player": "ann"}
_PATIENCE = 30.0
_GRACE = 3.0


@dataclass(frozen=True)
class Demo:
    """A table that can be played at.

    Attributes:
        page: where a seat is chosen.
        seats: the address of a seat by its role.
        room: where the room answers.
        check: raises VttsyncError (exit 5) when the room or the server has ended.
    """

    page: str
    seats: dict[str, str]
    room: str
    check: Callable[[], None]


@contextmanager
def demo(stage: Stages) -> Iterator[Demo]:
    """Run the table inside the block, on free ports of 127.0.0.1.

    It lies in a temporary folder, gone afterwards; the npm packages stay in the user's cache.

    Raises:
        VttsyncError: exit 5 (Node, workerd, the server), 6 (npm's registry).
    """
    with temporary_folder("vttsync-demo-") as folder:
        known = Answers("vttsync-demo", "", "party", _PARTS)
        project = fresh_project(folder / "app", known, stage)
        node = find_node()
        packages.ensure(node, project.party, stage, shared=user_cache_path("vttsync"))
        keys = Secrets({key: new_key() for key in ROOM_KEYS})
        with room(node, project.party, keys, stage) as child:
            values = variables(project.root, project.config, url_of(child), keys)
            with _server(project, values, stage) as (page, server):

                def check() -> None:
                    if not child.alive():
                        raise ended(child.output())
                    if not server.alive():
                        raise _server_ended(server)

                yield Demo(page, _seats(page), url_of(child), check)


def _seats(page: str) -> dict[str, str]:
    return {
        role: f"{page}/?{urlencode({'session': _SESSION, 'role': role, 'user': user})}"
        for role, user in _SEATS.items()
    }


@contextmanager
def _server(
    project: Project, values: dict[str, str], stage: Stages
) -> Iterator[tuple[str, Service]]:
    """The table's server, in vttsync's own Python; yields its address and its process."""
    party = project.config.party.as_posix()
    number = port.free()
    page = f"http://127.0.0.1:{number}"
    own = {
        "PYTHONPATH": str(project.root / _PARTS.python_path(party)),
        "TABLE_DATABASE": str(project.root / "table.sqlite3"),
    }
    server = Service(
        [sys.executable, "-m", "server", "--port", str(number), "--session", _SESSION],
        cwd=project.root / beside(party, TABLE),
        env=process.clean_environment({**values, **own}),
    )
    try:
        with stage("table") as step:
            if not answers(page, "/", server.alive, _PATIENCE):
                raise _server_ended(server)
            step.update(page)
        yield page, server
    finally:
        server.stop(_GRACE)


def _server_ended(server: Service) -> VttsyncError:
    server.stop(_GRACE)
    said = " ".join(line.strip() for line in server.lines()[-3:])
    return VttsyncError(
        "The table's server does not run.",
        why=f"It ended with code {server.code}" + (f": {said}" if said else "."),
        fix="Try again; if it stays like that, please report it with this output.",
        exit_code=Exit.MISSING,
    )
