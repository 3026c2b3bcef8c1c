"""A session's publishes, done to the room and to the model, and the answers compared."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count, permutations

from tests.model import stories
from tests.model.database import Database, Post, Reply, Stored, fits
from tests.model.http import Answer, Wire
from tests.model.rig import PUBLISH_KEY, Rig
from tests.model.seat import Known
from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.values import canonical

AUTHORIZED = {"authorization": f"Bearer {PUBLISH_KEY}"}


@dataclass
class Sent:
    """A publish, what it was answered if it was, and what its repetition was answered."""

    post: Post
    answer: Answer | None = None
    retry: Answer | None = None


class Ledger:
    """One session: what was published, and what must be there."""

    def __init__(self, rig: Rig, begins: tuple[int, int]) -> None:
        self.rig = rig
        self.session = f"m{uuid.uuid4().hex}"
        self.database = Database(begins=begins).noted()
        self.epoch = ""
        self.past: dict[str, Database] = {}
        self.posts: list[Post] = []
        self.wires = [Wire(rig.port) for _ in range(3)]
        self._numbers = count(1000)

    def mark(self) -> str:
        """A marker that nothing else has."""
        return f"q{next(self._numbers)}q"

    async def call(
        self,
        method: str,
        tail: str,
        headers: dict[str, str],
        body: bytes | None = None,
        wire: int = 0,
    ) -> Answer:
        """Ask the room's HTTP side."""
        path = f"/parties/session/{self.session}{tail}"
        return await self.wires[wire].request(method, path, headers, body)

    async def learn_epoch(self) -> None:
        answer = await self.call("GET", "/health", AUTHORIZED)
        assert answer.status == 200, answer
        body = answer.json()
        assert body["epoch"] not in self.past
        assert body["version"] == self.rig.version
        self.epoch = body["epoch"]

    async def post(self, post: Post) -> None:
        """Publish, and expect the answer that the model gives."""
        await self.resolve([Sent(post, await self.send(post, 0))])

    def compose(self, drafts: Sequence[stories.Draft], *, key: bool) -> Post:
        """Write a publish against what is stored now."""
        rows = dict(self.database.rows)
        changes = [self._change(rows, draft) for draft in drafts]
        body = json.dumps({"changes": changes}, ensure_ascii=len(changes) % 2 == 0).encode()
        post = Post(body, f"key-{uuid.uuid4()}" if key else None)
        self.posts.append(post)
        return post

    def _change(self, rows: dict[Entity, Stored], draft: stories.Draft) -> Value:
        keys = stories.KEYS[draft.kind]
        entity = draft.kind, keys[draft.key % len(keys)]
        row = rows.get(entity)
        known = row.rev if row else 0
        rev = max({"next": 1, "jump": 1000, "same": 0, "below": -1}[draft.rev] + known, 0)
        change: Value = {"op": draft.op, "kind": entity[0], "key": entity[1], "rev": rev}
        live = (row.value if row else None) or {}
        if draft.op == "put":
            change["value"] = stories.make_row(draft.kind, draft.seed, self.mark)
            rows[entity] = Stored(rev, change["value"])
        elif draft.op == "patch":
            change["rev"] = rev = max(rev, 1)
            change["base"] = min(known, rev - 1) if draft.base == "right" else max(known - 1, 0)
            change["base"] = min(change["base"], rev - 1)
            change["value"] = stories.make_patch(draft.kind, live, draft.seed, self.mark)
        if draft.op != "del" and draft.expect != "none":
            names = [*live, "name"][draft.seed % 3 :][:2]
            right = draft.expect == "right"
            change["expect"] = {name: live.get(name) if right else "never" for name in names}
        return change

    async def send(self, post: Post, wire: int) -> Answer:
        key = {} if post.key is None else {"idempotency-key": post.key}
        return await self.call("POST", "/publish", {**AUTHORIZED, **key}, post.body, wire)

    async def resolve(
        self, sent: Sequence[Sent], *, reborn: bool = False, witnesses: Sequence[Known] = ()
    ) -> None:
        """Find an order of what happened that explains every answer, and what witnesses saw."""
        found = [one for order in _orders(sent) if (one := self._follow(sent, order, reborn))]
        if not found:
            told = [(s.post.body[:2000], s.post.key, s.answer, s.retry) for s in sent]
            wanted = [self.database.publish(each.post)[0] for each in sent]
            message = f"no order of these explains the answers: {told}; at first {wanted}"
            raise AssertionError(message)
        if len({canonical(_named(now.rows)) for _, now in found}) > 1:
            answer = (await self.call("GET", "/digest", AUTHORIZED)).json()
            gm = answer["digests"]["gm"]["sha256"]
            found = [one for one in found if one[1].digest("gm") == gm]
        agreed = [one for one in found if self._agrees(one[0], witnesses)]
        assert agreed, self._testimony(sent, found, witnesses)
        before, self.database = agreed[0]
        if reborn:
            self.past[self.epoch] = before
            await self.learn_epoch()

    def _testimony(
        self,
        sent: Sequence[Sent],
        found: Sequence[tuple[Database, Database]],
        witnesses: Sequence[Known],
    ) -> str:
        seqs = [dict(before.seqs) for before, _ in found]
        saw = [known for known in witnesses if known.epoch.startswith(f"{self.epoch}.")]
        strange = [
            f"{known.audience} {known.seq}"
            for known in saw
            if not any(self._agrees(before, [known]) for before, _ in found)
        ]
        posts = [(each.post, each.answer, each.retry) for each in sent]
        return f"no order of {posts} explains what clients saw at {strange}; streams were at {seqs}"

    def _agrees(self, database: Database, witnesses: Sequence[Known]) -> bool:
        return all(
            known.entities == database.told.get((known.audience, known.seq))
            for known in witnesses
            if known.epoch.startswith(f"{self.epoch}.")
        )

    def _follow(
        self, sent: Sequence[Sent], order: Sequence[int], reborn: bool
    ) -> tuple[Database, Database] | None:
        """What was there before the retries, and then; None where an answer is another."""
        before = self.database
        for place in order:
            reply, before = before.publish(sent[place].post)
            answer = sent[place].answer
            if answer and not _is(reply, answer):
                return None
        now = before.reborn() if reborn else before
        for each in sent:
            if each.retry:
                reply, now = now.publish(each.post)
                if not _is(reply, each.retry):
                    return None
        return (before if reborn else now), now


def _named(rows: Mapping[Entity, Stored]) -> dict[str, object]:
    return {f"{kind} {key}": [row.rev, row.value] for (kind, key), row in rows.items()}


def _is(reply: Reply, answer: Answer) -> bool:
    replayed = answer.headers.get("idempotency-replayed") == "true"
    return fits(reply, answer.status, answer.json(), replayed=replayed)


def _orders(sent: Sequence[Sent]) -> Iterator[tuple[int, ...]]:
    """Every order in which the first attempts may have happened; the unanswered may not have."""
    sure = [place for place, each in enumerate(sent) if each.answer]
    unsure = [place for place, each in enumerate(sent) if not each.answer]
    subsets = (combinations(unsure, size) for size in range(len(unsure) + 1))
    for some in chain.from_iterable(subsets):
        yield from permutations([*sure, *some])
