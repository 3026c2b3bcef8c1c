"""No input breaks the room, shows its inside, or keeps the others from playing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time

import pytest
import rfc8785

from tests.model.database import Post, entities
from tests.model.fuzz import Fuzzer
from tests.model.ledger import AUTHORIZED
from tests.model.rig import Rig
from tests.model.seat import Seat
from tests.model.stories import CANARY
from tests.model.table import Table, where_streams_begin
from vttsync.broadcast.actions import Value

pytestmark = pytest.mark.slow

_SEED = int(os.environ.get("VTTSYNC_FUZZ_SEED", "1"))
_TIMES = float(os.environ.get("VTTSYNC_FUZZ_TIMES", "1"))
_SCENE = {"width": 9, "height": 9, "grid": {"type": "hex", "size": 1}}
_TOKEN = {"x": 0, "y": 0, "width": 1, "height": 1}
_SECRETS: list[tuple[str, str, Value]] = [
    ("scene", "q11q", {"name": "seen", **_SCENE}),
    ("scene", "q12q", {"name": f"{CANARY} scene", "hidden": True, **_SCENE}),
    ("token", "q21q", {"sceneId": "q11q", "name": "seen", "gmNotes": CANARY, **_TOKEN}),
    ("token", "q22q", {"sceneId": "q12q", "name": f"{CANARY} token", **_TOKEN}),
    ("note", "q91q", {"name": "x", "hidden": True, "gmNotes": CANARY, "ownerIds": {"una": True}}),
]


async def _play(table: Table, turn: int) -> None:
    """What goes on while the fuzzer is at it: somebody publishes, everybody watches."""
    changes = [
        {"op": "put", "kind": kind, "key": key, "rev": turn, "value": value}
        for kind, key, value in _SECRETS
    ]
    await table.post(Post(json.dumps({"changes": changes}).encode()))


async def _agree(rig: Rig, session: str) -> None:
    """A room that published whatever was valid: who comes now has what its digests say."""
    call = Table(rig, (0, 0))
    call.session = session
    digests = (await call.call("GET", "/digest", AUTHORIZED)).json()["digests"]
    for audience, wanted in digests.items():
        role, _, user = audience.partition(":")
        role = "player" if role == "user" else role
        seat = Seat(session, role, user or "somebody")
        await seat.come(rig.port, int(time.time()) + 5, None)
        await seat.until_told()
        await seat.leave()
        assert not seat.breaches, seat.breaches
        rows = rfc8785.dumps(entities(seat.known.entities))
        got = {"seq": seat.known.seq, "sha256": hashlib.sha256(rows).hexdigest()}
        assert (seat.audience, got) == (audience, wanted)
    await call.end()


async def _fuzz(rig: Rig) -> Fuzzer:
    table = Table(rig, await where_streams_begin(rig))
    await table.begin()
    await _play(table, 1)
    fuzzer = Fuzzer(rig, _SEED, table.session, f"{table.session}-other")
    number = round(_TIMES * 1000)
    task = asyncio.create_task(
        fuzzer.run(requests=44 * number, frames=44 * number, tickets=9 * number, broken=2 * number)
    )
    turn = 1
    while not task.done():
        turn += 1
        await _play(table, turn)
        await asyncio.wait([task], timeout=0.5)
    await task
    await table.check()
    await _agree(rig, fuzzer.other)
    await table.end()
    return fuzzer


def test_malformed_input_does_no_harm(rig: Rig) -> None:
    began = time.monotonic()
    fuzzer = asyncio.run(_fuzz(rig))
    findings = fuzzer.findings
    total = sum(findings.sent.values())
    seconds = time.monotonic() - began
    sys.stdout.write(f"{total} inputs in {seconds:.0f} s: {dict(findings.sent)}\n")
    sys.stdout.write(f"{dict(sorted(findings.statuses.items()))}\n")
    assert not findings.wrong, "\n".join([f"seed {_SEED}", *findings.wrong])
    assert total >= 100_000 * _TIMES
