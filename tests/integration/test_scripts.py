"""The scripts that come with vttsync, and each of their steps, against the real room in workerd."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.model.rig import PUBLISH_KEY, TICKET_KEY, Bundle, Rig, make_bundle
from tests.wire import Wire
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.broadcast.proof import verify
from vttsync.broadcast.replay.room import Room
from vttsync.node.runtime import find_node
from vttsync.project.templates import templates_folder

pytestmark = pytest.mark.slow

SHIPPED = sorted((templates_folder() / "broadcast").glob("*.toml"))

ROWS = [
    {
        "kind": "scene",
        "key": "cave",
        "value": {
            "name": "Cave",
            "width": 4000,
            "height": 3000,
            "grid": {"type": "square", "size": 100},
        },
    },
    {"kind": "wall", "key": "w", "value": {"sceneId": "cave", "points": [[0, 0], [100, 0]]}},
    {
        "kind": "token",
        "key": "hero",
        "value": {
            "sceneId": "cave",
            "name": "Hero",
            "x": 300,
            "y": 500,
            "width": 1,
            "height": 1,
            "elevation": 10,
            "ownerIds": {"player 1": True},
        },
    },
]

EVICTED = """
title = "Evicted"
cast = { players = 2 }
scene = { rows = "rows.json" }

[[step]]
move = "Hero"
along = [[2, 2], [3, 2]]

[[step]]
hook = "restart"

[[step]]
publish = [
  { put = "note/a", value = { name = "Hm" } },
  { patch = "wall/w", value = { door = "open" } },
]

[[step]]
move = "Hero"
along = [[2, 3]]

[[step]]
wait = "everyone"
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    return make_bundle(find_node(), folder, folder / "cache")


@pytest.fixture(scope="module")
def rig(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(bundle, tmp_path_factory.mktemp("storage")) as running:
        yield running


@pytest.fixture
def wire(rig: Rig) -> Iterator[Wire]:
    """One address, whatever port the room listens on."""
    with Wire(lambda: rig.port) as between:
        yield between


def prove(rig: Rig, wire: Wire, script: Path) -> Verdict:
    async def restart() -> None:
        rig.kill()
        await asyncio.to_thread(rig.start)

    keys = SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY)
    room = Room(wire.url, *keys, hooks={"restart": restart})
    return verify(room, script, expected_version=rig.version, observe=lambda event: None)


@pytest.mark.parametrize("script", SHIPPED, ids=lambda path: path.stem)
def test_the_room_passes_every_script_that_comes_with_vttsync(
    rig: Rig, wire: Wire, script: Path
) -> None:
    verdict = prove(rig, wire, script)

    assert verdict.passed, verdict.differences[0]
    assert verdict.warnings == ()
    assert all(row.received >= 2 for row in verdict.clients)


def test_a_room_that_is_killed_on_the_way_goes_on(rig: Rig, wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps({"rows": ROWS}), encoding="utf-8")
    script = tmp_path / "evicted.toml"
    script.write_text(EVICTED, encoding="utf-8")

    verdict = prove(rig, wire, script)

    assert verdict.passed, verdict.differences[0]
    assert rig.starts > 1
    assert verdict.reconnect is not None
