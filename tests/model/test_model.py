"""Whatever happens, every client ends with its audience's view, told without gap or repeat."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.model.rig import Rig
from tests.model.stories import Step, stories
from tests.model.table import Table, where_streams_begin

pytestmark = pytest.mark.slow

_EXAMPLES = int(os.environ.get("VTTSYNC_MODEL_EXAMPLES", "0"))
"""More histories than usual, and other ones each time. 0: the usual ones."""
_SHRINKING = 60.0


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


class Teller:
    """Tells histories; after the first that fails it spends a minute on shorter ones, no more."""

    def __init__(self, rig: Rig, begins: tuple[int, int]) -> None:
        self._rig = rig
        self._begins = begins
        self._failed: tuple[float, list[Step]] | None = None
        self.told = 0
        self.steps = 0

    async def tell(self, story: list[Step]) -> None:
        if self._failed and time.monotonic() > self._failed[0] and story != self._failed[1]:
            return
        if not self._rig.alive():
            self._rig.start()
        table = Table(self._rig, self._begins)
        try:
            await table.begin()
            for step in story:
                await table.do(step)
            await table.check()
        except BaseException:
            until = self._failed[0] if self._failed else time.monotonic() + _SHRINKING
            self._failed = until, story
            with suppress(Exception):
                await table.end()
            raise
        await table.end()
        assert self._rig.alive()
        self.told += 1
        self.steps += len(story)


@pytest.fixture(scope="module")
def teller(rig: Rig, loop: asyncio.Runner) -> Iterator[Teller]:
    teller = Teller(rig, loop.run(where_streams_begin(rig)))
    yield teller
    sys.stdout.write(f"{teller.told} histories, {teller.steps} steps, {rig.starts} starts\n")


@settings(
    max_examples=_EXAMPLES or 60,
    derandomize=not _EXAMPLES,
    deadline=None,
    database=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(story=stories)
def test_every_client_ends_with_its_audiences_view(
    teller: Teller, loop: asyncio.Runner, story: list[Step]
) -> None:
    loop.run(teller.tell(story))
