"""Streams that a deploy in the middle began anew, told as if they had gone on.

A room that another version opens keeps its rows, and begins every stream at 0 in another epoch
(docs/protocol.md, "Storage and its end"). After a step that may be a deploy that is no fault.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from vttsync.broadcast.actions import Audience, Call, Plan
from vttsync.broadcast.judge.messages import parsed
from vttsync.broadcast.plan.expected import Expected
from vttsync.broadcast.protocol import Delta, Hello, Snapshot
from vttsync.broadcast.replay.transcript import Answer, Digests, Frame, Log, Transcript

_HEAD = re.compile(r'.*?(?="(?:entities|changes)"|$)', re.S)
_NUMBER = re.compile(r'"(seq|from)"(\s*:\s*)(\d+)')
_EPOCH = re.compile(r'"epoch"(\s*:\s*)"([^"\\]*)"')


def gone_on(plan: Plan, expected: Expected, transcript: Transcript) -> Transcript:
    """Give what was recorded with the numbers and epochs of streams that were never begun anew.

    Only what came from another version than before, after a step that does something outside, is
    changed; without such a step nothing is.
    """
    calls = {publish for step, publish in plan.after_publishes if isinstance(step, Call)}
    lives = _Lives(expected)
    for log in transcript.logs if calls else ():
        lives.learn(log, calls)
    if not lives.renewed:
        return transcript
    last = max(lives.renewed)
    return replace(
        transcript,
        logs=tuple(replace(log, frames=lives.frames(log)) for log in transcript.logs),
        answers=tuple(lives.answer(at, one) for at, one in enumerate(transcript.answers)),
        digests=transcript.digests and lives.digests(transcript.digests, last),
    )


@dataclass(frozen=True)
class _Life:
    """One life of the room: after which publish it began, and its version."""

    after: int
    version: str


class _Lives:
    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._by_epoch: dict[str, _Life] = {}
        self._first: dict[Audience, str] = {}
        self.renewed: dict[int, _Life] = {}

    def learn(self, log: Log, calls: set[int]) -> None:
        """See in which lives somebody was who came back, and what the first one's epochs are."""
        backs = {it.frames: it.publishes - 1 for it in log.comebacks if it.publishes - 1 in calls}
        before: Hello | None = None
        begun = log.client.late or log.client.after is not None
        after: int | None = None
        for place, frame in enumerate(log.frames):
            after = backs.get(place, after)
            hello = parsed(frame.data)
            if not isinstance(hello, Hello):
                continue
            if before and after is not None and hello.version != before.version:
                if hello.epoch != before.epoch:
                    life = self.renewed.setdefault(after, _Life(after, hello.version))
                    self._by_epoch[hello.epoch] = life
                    begun = True
            elif not begun:
                self._first.setdefault(hello.audience, hello.epoch)
            before = hello

    def frames(self, log: Log) -> tuple[Frame, ...]:
        """Give a log's frames as they would be without another life."""
        told, hello = [], None
        for frame in log.frames:
            read = parsed(frame.data)
            hello = read if isinstance(read, Hello) else hello
            life = self._life(hello) if hello else None
            if hello and life and isinstance(read, Hello | Snapshot | Delta):
                data = self._told(str(frame.data), hello, life)
                told.append(replace(frame, data=data))
            else:
                told.append(frame)
        return tuple(told)

    def answer(self, place: int, answer: Answer) -> Answer:
        """Give the answer to a publish likewise."""
        lives = [after for after in self.renewed if after < place]
        body = _object(answer.body)
        if not lives or not isinstance(seqs := body.get("seq"), dict):
            return answer
        body["seq"] = {who: self._on(seq, who, max(lives)) for who, seq in seqs.items()}
        return replace(answer, body=json.dumps(body))

    def digests(self, digests: Digests, last: int) -> Digests:
        """Give the digests likewise."""
        body = _object(digests.body)
        views = body.get("digests")
        if not isinstance(views, dict):
            return digests
        for who, view in views.items():
            if isinstance(view, dict):
                view["seq"] = self._on(view.get("seq"), who, last)
        return replace(digests, body=json.dumps(body))

    def _life(self, hello: Hello) -> _Life | None:
        if hello.epoch in self._by_epoch or hello.epoch in self._first.values():
            return self._by_epoch.get(hello.epoch)
        # Nobody else was in that audience.
        return next((it for it in self.renewed.values() if it.version == hello.version), None)

    def _told(self, text: str, hello: Hello, life: _Life) -> str:
        head = _HEAD.match(text)
        if head is None:
            return text
        more = self._before(hello.audience, life.after)
        told = _NUMBER.sub(lambda it: f'"{it[1]}"{it[2]}{int(it[3]) + more}', head[0])
        first, named = self._first.get(hello.audience), _EPOCH.search(told)
        # Any other epoch than that of the greeting is none of this life either.
        if first is not None and named and named[2] == hello.epoch:
            told = _EPOCH.sub(lambda it: f'"epoch"{it[1]}"{first}"', told, count=1)
        return told + text[head.end() :]

    def _on(self, seq: object, audience: Audience, after: int) -> object:
        return seq + self._before(audience, after) if isinstance(seq, int) else seq

    def _before(self, audience: Audience, after: int) -> int:
        """Tell where a stream stood when a life began, or would have if it had not ended."""
        for place in range(after, -1, -1):
            if (seq := self._expected.seqs[place].get(audience)) is not None:
                return seq + (place < after)
        return 0


def _object(body: str) -> dict[str, object]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
