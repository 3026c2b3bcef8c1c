"""Play the shipped scripts to mutants, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from tests.model.rig import PUBLISH_KEY, TICKET_KEY, Rig, make_bundle
from tests.mutants.mutant import Meddler, Mutant
from tests.mutants.proxy import Proxy, running
from tests.mutants.rooms import Workshop
from vttsync.broadcast.actions import Plan
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.replay.replay import replay
from vttsync.broadcast.replay.room import Room
from vttsync.broadcast.script.reading import read_script
from vttsync.node.runtime import find_node
from vttsync.project.templates import templates_folder

_AT_ONCE = 6
Outcome = Verdict | Exception
_PATIENCE = 2.0  # seconds: what is missing in a mutant does not come any more


@cache
def plan_of(script: str) -> Plan:
    """The plan of a script that comes with vttsync."""
    return make_plan(read_script(templates_folder() / "broadcast" / f"{script}.toml"))


async def prove(plan: Plan, url: str, version: str) -> Verdict:
    """Play a plan to the room that answers at `url`."""
    room = Room(url, SecretStr(PUBLISH_KEY), SecretStr(TICKET_KEY))
    transcript = await replay(plan, room, lambda event: None)
    return judge(plan, transcript, expected_version=version)


class Stage:
    """Where mutants are played to.

    Args:
        workshop: makes those whose source is edited.
        right: the room as it is, for those with something before it.
        proxy: what stands before it.
    """

    def __init__(self, workshop: Workshop, right: Rig, proxy: Proxy) -> None:
        self._workshop = workshop
        self.right = right
        self._proxy = proxy

    def play(self, mutants: Iterable[Mutant]) -> dict[str, Outcome]:
        """Play each its script; what is raised for one is no matter of the others."""
        return asyncio.run(self._play(list(mutants)))

    async def _play(self, mutants: list[Mutant]) -> dict[str, Outcome]:
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(mutant: Mutant) -> Outcome:
            async with places:
                try:
                    return await self._verdict(mutant)
                except Exception as error:
                    return error

        verdicts = await asyncio.gather(*map(one, mutants))
        return dict(zip((mutant.name for mutant in mutants), verdicts, strict=True))

    async def _verdict(self, mutant: Mutant) -> Verdict:
        plan = plan_of(mutant.script)
        plan = replace(plan, limits=replace(plan.limits, patience=_PATIENCE))
        if not mutant.edits:
            return await self.through(mutant.meddler, plan)
        async with self._workshop.room(mutant.name, mutant.edits) as rig:
            return await prove(plan, f"http://127.0.0.1:{rig.port}", rig.version)

    async def through(self, meddler: Callable[[], Meddler], plan: Plan) -> Verdict:
        """Play a plan to the right room, with somebody before it."""
        url = self._proxy.door(uuid4().hex, meddler(), lambda: self.right.port)
        return await prove(plan, url, self.right.version)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Make the right room and the proxy, and run them meanwhile."""
    right = make_bundle(find_node(), folder, folder / "cache")
    packages = (folder / "party" / "node_modules").resolve()
    with Rig(right, folder / "storage") as rig, running() as between:
        yield Stage(Workshop(folder, right, packages), rig, between)
