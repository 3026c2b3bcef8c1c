"""A script that is recorded from a live session in workerd, and played again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.model.rig import PUBLISH_KEY, TICKET_KEY, Bundle, Rig, make_bundle
from vttsync.broadcast.actions import Pause, Plan
from vttsync.broadcast.plan.expected import expect
from vttsync.broadcast.plan.view import State
from vttsync.broadcast.proof import read_plan, verify
from vttsync.broadcast.recording import save
from vttsync.broadcast.recording.listen import listen
from vttsync.broadcast.recording.people import cast_of, stands_in
from vttsync.broadcast.recording.script import record
from vttsync.broadcast.recording.tape import Tape
from vttsync.broadcast.replay.replay import replay
from vttsync.broadcast.replay.room import Event, Published, Room
from vttsync.node.runtime import find_node
from vttsync.project.templates import templates_folder

pytestmark = pytest.mark.slow

SHIPPED = templates_folder() / "broadcast"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("bundle")
    return make_bundle(find_node(), folder, folder / "cache")


@pytest.fixture(scope="module")
def rig(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(bundle, tmp_path_factory.mktemp("storage")) as running:
        yield running


def room(rig: Rig) -> Room:
    return Room(f"http://127.0.0.1:{rig.port}", SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY))


def heard_of(plan: Plan, target: Room) -> Tape:
    """Listen to a session from when it has its scene until it is deleted."""

    async def both() -> Tape | None:
        begun = asyncio.Event()

        def observe(event: Event) -> None:
            if isinstance(event, Published) and event.done == len(plan.setup):
                begun.set()

        playing = asyncio.create_task(replay(plan, target, observe))
        await begun.wait()
        heard = await listen(target, 300, asyncio.Event(), lambda count: None)
        await playing
        return heard

    heard = asyncio.run(both())
    assert heard
    return heard


def final(plan: Plan) -> State:
    """The rows in the end, but the session's, which names the script."""
    rows = expect(plan).rows[-1]
    return {entity: row for entity, row in rows.items() if entity[0] != "session"}


def quicker(plan: Plan) -> Plan:
    steps = [
        replace(step, seconds=step.seconds / 20) if isinstance(step, Pause) else step
        for step in plan.steps
    ]
    return replace(plan, steps=tuple(steps))


@pytest.mark.parametrize("name", ["session", "secrets"])
def test_what_was_recorded_plays_the_same(rig: Rig, tmp_path: Path, name: str) -> None:
    played = quicker(read_plan(SHIPPED / f"{name}.toml"))

    tape = heard_of(played, room(rig))
    file = tmp_path / "again.toml"
    save.save(record(tape, "friday", save.rows_beside(file).name), file)
    verdict = verify(room(rig), file, expected_version=rig.version, observe=lambda event: None)

    assert verdict.passed, verdict.differences[0]
    names = cast_of(tape)
    wanted = {entity: stands_in(row, names) for entity, row in final(played).items()}
    assert final(read_plan(file)) == wanted
    written = file.read_text() + save.rows_beside(file).read_text()
    assert written.count('"hidden"') + written.count("hidden =") >= 1
    for secret in (PUBLISH_KEY, TICKET_KEY, "eyJ", rig.version):
        assert secret not in written
