"""One session's publishes on their way to its room: one request after the other, in order."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vttsync_publisher.answers import (
    Delivered,
    Fewer,
    Mend,
    Published,
    SetAside,
    Stop,
    Verdict,
    Wait,
    judge,
)
from vttsync_publisher.changes import MAX_BODY, MAX_CHANGES, Change, Row, changes_text, put
from vttsync_publisher.encoding import body_of
from vttsync_publisher.errors import KeyRefusedError, Refusal
from vttsync_publisher.pace import Pace
from vttsync_publisher.room import Room

log = logging.getLogger("vttsync_publisher")

WholeRow = Callable[[str, str, str], "tuple[int, Row] | Awaitable[tuple[int, Row] | None] | None"]
"""Told session, kind and key: the row as committed, with its rev; None when it is gone.

An ordinary function is run in a thread, so it may ask the database.
"""


@dataclass(frozen=True)
class Waiting:
    """A publish that waits.

    Attributes:
        id: by which its source knows it.
        text: its changes as a JSON array.
        changes: the same, parsed.
    """

    id: int
    text: str
    changes: list[Change]

    @staticmethod
    def of(number: int, text: str) -> Waiting:
        """Parse what an outbox kept."""
        return Waiting(number, text, json.loads(text))


class Source(Protocol):
    """Where a session's publishes wait."""

    async def take(self) -> list[Waiting]:
        """The first that wait; none when there are none, or when another process sends them."""
        ...

    async def still_mine(self) -> bool:
        """Whether to go on with what was taken, after a pause."""
        ...

    async def done(self, publishes: Sequence[Waiting], results: Sequence[Published]) -> None:
        """These were delivered."""
        ...

    async def set_aside(self, publish: Waiting, refusal: Refusal) -> None:
        """This was refused."""
        ...


def first_batch(waiting: Sequence[Waiting], most: int) -> list[Waiting]:
    """As many of the first publishes as fit into one request; one at least."""
    batch: list[Waiting] = []
    changes, size = 0, len('{"changes":[]}')
    for publish in waiting[:most]:
        changes += len(publish.changes)
        size += len(publish.text.encode()) - 1  # its brackets go, a comma comes
        if batch and (changes > MAX_CHANGES or size - 1 > MAX_BODY):
            break
        batch.append(publish)
    return batch


class Lane:
    """Delivers a session's publishes.

    Args:
        session: whose.
        source: where they wait.
        room: where they go.
        pace: how long to wait.
        whole_row: gives the row after `base_mismatch`, or None.
    """

    def __init__(
        self, session: str, source: Source, room: Room, pace: Pace, whole_row: WholeRow | None
    ) -> None:
        self._session = session
        self._source = source
        self._room = room
        self._pace = pace
        self._whole_row = whole_row
        self._most = MAX_CHANGES

    async def run(self, *, patient: bool = True) -> None:
        """Deliver until nothing waits.

        Args:
            patient: whether to wait and try again where the room can't be reached.

        Raises:
            KeyRefusedError: the room doesn't take the publish key.
        """
        while waiting := await self._source.take():
            if not await self._deliver(first_batch(waiting, self._most), patient=patient):
                break

    async def _deliver(self, batch: list[Waiting], *, patient: bool) -> bool:
        """Send a batch until it is answered; False to leave the rest for another time."""
        failures = 0
        while sent := [publish for publish in batch if publish.changes]:
            body = body_of(publish.text for publish in sent)
            answer = await self._room.publish(self._session, body)
            verdict = judge(
                answer,
                [publish.changes for publish in sent],
                failures,
                pace=self._pace,
                mends=self._whole_row is not None,
                now=time.time(),
            )
            if isinstance(verdict, Mend):
                mended = await self._mended(batch, sent[verdict.publish], verdict.change)
                if mended is not None:
                    batch = mended
                    continue
                verdict = Wait(0.0, self._pace.wait(failures), "no whole row to be had")
            if not isinstance(verdict, Wait):
                return await self._settle(batch, sent, verdict)
            if not await self._pause(verdict, patient=patient):
                return False
            failures += 1
        return await self._settle(batch, [], Delivered([]))

    async def _settle(self, batch: list[Waiting], sent: list[Waiting], verdict: Verdict) -> bool:
        self._most = MAX_CHANGES
        if isinstance(verdict, Delivered):
            results = dict(zip((it.id for it in sent), verdict.results, strict=True))
            # What was mended until nothing remained is done without being sent.
            await self._source.done(batch, [results.get(it.id, Published()) for it in batch])
        elif isinstance(verdict, Fewer):
            self._most = verdict.publishes
        elif isinstance(verdict, SetAside):
            log.error("%s: set aside: %s", self._session, verdict.refusal)
            await self._source.set_aside(sent[0], verdict.refusal)
        elif isinstance(verdict, Stop):
            raise KeyRefusedError(
                f"the room refused the publish key ({verdict.reason}); give the app server the "
                "room's PUBLISH_KEY, then start the publisher again"
            )
        return True

    async def _pause(self, wait: Wait, *, patient: bool) -> bool:
        # Not a secret: it only has to differ from one server to the next.
        seconds = wait.at_least + random.random() * wait.up_to  # noqa: S311
        later = f"again in {seconds:.1f} s" if patient else "left for later"
        log.warning("%s: not delivered (%s); %s", self._session, wait.reason, later)
        if not patient:
            return False
        await asyncio.sleep(seconds)
        return await self._source.still_mine()

    async def _mended(
        self, batch: list[Waiting], publish: Waiting, place: int
    ) -> list[Waiting] | None:
        """The batch with a whole row in the place of a patch; None when there is none yet."""
        change = publish.changes[place]
        try:
            row = await self._row(change)
        except Exception:
            log.exception("%s: whole_row failed", self._session)
            return None
        if row is not None and row[0] < change["rev"]:  # from before the commit, as replicas do
            return None
        try:
            instead = _with_row(publish, place, row)
        except (ValueError, TypeError) as error:
            refusal = Refusal(0, "bad_row", f"whole_row gave what can't be put: {error}", place)
            log.error("%s: set aside: %s", self._session, refusal)  # noqa: TRY400
            await self._source.set_aside(publish, refusal)
            return [it for it in batch if it.id != publish.id]
        return [instead if it.id == publish.id else it for it in batch]

    async def _row(self, change: Change) -> tuple[int, Row] | None:
        assert self._whole_row is not None  # noqa: S101 - or no verdict asks for it
        found = await asyncio.to_thread(
            self._whole_row, self._session, change["kind"], change["key"]
        )
        if inspect.isawaitable(found):
            return await found
        return found


def _with_row(publish: Waiting, place: int, row: tuple[int, Row] | None) -> Waiting:
    """A publish with a whole row in the place of a patch, or without it if the row is gone."""
    changes = [*publish.changes]
    if row is None:  # deleted since: that change waits behind this one
        del changes[place]
    else:
        old, (rev, value) = changes[place], row
        changes[place] = put(old["kind"], old["key"], rev, value, old.get("expect"))
    return replace(publish, changes=changes, text=changes_text(changes) if changes else "[]")
