"""A history as it happens: each step is done to the room and to the model, then compared."""

# ruff: noqa: S311 - random, but the same each time

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from tests.model import stories
from tests.model.database import Database, Post, entities, markers
from tests.model.http import Answer, BrokenOffError
from tests.model.ledger import AUTHORIZED, Ledger, Sent
from tests.model.rig import Rig
from tests.model.seat import Known, Seat, ticket
from vttsync.broadcast.actions import Audience, Value
from vttsync.broadcast.plan.view import State, audience_of
from vttsync.broadcast.values import canonical

_CAST = (
    ("gm", "una"),
    ("player", "una"),
    ("player", "una"),
    ("player", "due"),
    ("player", "tré €"),
    ("spectator", "due"),
    ("display", "screen"),
    ("gm", "due"),
)
_GONE = {1001, 1005, 1006, 1011, 1012}


class Table(Ledger):
    """One session in one history."""

    def __init__(self, rig: Rig, begins: tuple[int, int]) -> None:
        super().__init__(rig, begins)
        self.seats = [Seat(self.session, role, user) for role, user in _CAST]
        self.issued: dict[str, int] = {}

    async def begin(self) -> None:
        """Open the room, and let everybody in."""
        await self.learn_epoch()
        for seat in self.seats:
            await self._come(seat)

    async def end(self) -> None:
        """Send everybody home, and forget the room."""
        for seat in self.seats:
            await seat.leave(abort=True)
        if self.rig.alive():
            await self.call("DELETE", "", AUTHORIZED)
        for wire in self.wires:
            wire.close()

    async def do(self, step: stories.Step) -> None:  # noqa: C901, PLR0912 - one case for each step
        """Do one step."""
        match step:
            case stories.Setting():
                await self._set()
            case stories.Publish():
                await self._publish(step)
            case stories.Together(publishes):
                await self.resolve(await self._together(publishes))
            case stories.Crash():
                await self._crash(step)
            case stories.Repeat(back):
                if self.posts:
                    await self.post(self.posts[-1 - back % len(self.posts)])
            case stories.Flood():
                await self._flood(step)
            case stories.Hurry(drafts, times):
                await self._hurry(drafts, times)
            case stories.At(place, what, seed):
                await self._at(self.seats[place], what, Random(seed))
            case stories.Kick(user):
                await self._kick(None if user is None else stories.USERS[user])
            case stories.Forget():
                await self._forget()
            case stories.Crowd():
                await self._crowd()
            case stories.Check():
                await self.check()

    async def _set(self) -> None:
        changes = []
        for kind, key, value in stories.setting(self.mark):
            row = self.database.rows.get((kind, key))
            rev = row.rev + 1 if row else 1
            changes.append({"op": "put", "kind": kind, "key": key, "rev": rev, "value": value})
        await self.post(Post(json.dumps({"changes": changes}).encode()))

    async def _publish(self, step: stories.Publish) -> None:
        post = self.compose(step.drafts, key=step.key)
        if step.way == "without an answer":
            await self.resolve([await self._unanswered(post)])
            return
        await self.post(post)
        if step.way == "again":
            await self.post(post)
        elif step.way == "again with another body":
            await self.post(replace(post, body=post.body + b" "))

    async def _unanswered(self, post: Post) -> Sent:
        """The connection breaks before the answer: nobody knows whether it was applied."""
        task = asyncio.create_task(self.send(post, 0))
        await asyncio.sleep(0)
        await asyncio.sleep(0.0005)
        self.wires[0].close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return Sent(post, None, await self.send(post, 1))

    async def _together(self, publishes: Sequence[stories.Publish]) -> list[Sent]:
        posts = [self.compose(each.drafts, key=each.key) for each in publishes]
        posts += [post for post, each in zip(posts, publishes, strict=True) if each.way == "again"]
        posts = posts[:3]
        answers = await asyncio.gather(*(self.send(post, i) for i, post in enumerate(posts)))
        return [Sent(post, answer) for post, answer in zip(posts, answers, strict=True)]

    async def _crash(self, step: stories.Crash) -> None:
        posts = [self.compose(each.drafts, key=each.key) for each in step.publishes]
        tasks = [asyncio.create_task(self.send(post, i)) for i, post in enumerate(posts)]
        await asyncio.sleep(step.after)
        for seat in self.seats:
            seat.expected |= _GONE
        if step.how == "kill":
            self.rig.kill()
        else:
            self.rig.stop()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        for seat in self.seats:
            await seat.leave(abort=True)
        if step.how == "deploy":
            self.rig.deploy()
        else:
            self.rig.start()
        for wire in self.wires:
            wire.close()
            wire.port = self.rig.port
        witnesses = [known for seat in self.seats for known in seat.told]
        sent = []
        for post, answer in zip(posts, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, BrokenOffError):
                raise answer
            first = answer if isinstance(answer, Answer) else None
            sent.append(Sent(post, first, None if first else await self.send(post, 0)))
        await self.resolve(sent, reborn=step.how == "deploy", witnesses=witnesses)

    async def _flood(self, step: stories.Flood) -> None:
        for turn in range(step.times):
            rows = dict(self.database.rows)
            changes = []
            for number in range(step.rows):
                entity = "note", f"q{900 + number}q"
                rev = rows[entity].rev + 1 if entity in rows else 1
                text = f"{self.mark()} {'x' * step.size}"
                value = {"name": self.mark(), "text": text}
                if turn % 3 == 2:
                    value["hidden"] = True  # type: ignore[assignment]
                changes.append({"op": "put", "kind": "note", "key": entity[1], "rev": rev})
                changes[-1]["value"] = value
            await self.post(Post(json.dumps({"changes": changes}).encode()))

    async def _hurry(self, drafts: Sequence[stories.Draft], times: int) -> None:
        for turn in range(times):
            draft = drafts[turn % len(drafts)]
            op = draft.op if draft.op == "del" else "put"
            next_one = replace(draft, op=op, seed=draft.seed + turn, rev="next", expect="none")
            await self.post(self.compose([next_one], key=False))

    # Seats

    async def _come(self, seat: Seat, *, cursor: tuple[str, str] | None = None) -> None:
        issued = self.issued.get(seat.user, int(time.time()))
        if cursor:
            await seat.come(self.rig.port, issued, cursor)
        else:
            await seat.come_back(self.rig.port, issued)

    async def _at(self, seat: Seat, what: str, random: Random) -> None:
        if what in ("leave", "abort"):
            await seat.leave(abort=what == "abort")
        elif what.startswith("come") or not seat.connected:
            await self._enter(seat, what, random)
        elif what == "lag":
            seat.lag()
        elif what == "read on":
            seat.read_on()
        elif what == "lose a frame":
            seat.losing = 1 if seat.may_ask else 0
        elif what.startswith("ask"):
            await self._ask(seat, what, random)
        elif what == "look":
            await self._look(seat)
        else:
            await seat.send(_chatter(what, random))

    async def _enter(self, seat: Seat, what: str, random: Random) -> None:
        await seat.leave()
        if what == "come anew":
            seat.known = Known()
        elif what == "come from the past" and seat.told:
            seat.known = random.choice(seat.told)
        if what == "come with nonsense":
            epochs = [seat.known.epoch, "", "x" * 300, f"{self.epoch}.gm", "\u00e9 &?#"]
            seqs = ["999999", "-1", "1e3", "", "0x10", "9" * 30]
            cursor = random.choice(epochs), random.choice(seqs)
            known = next((k for k in seat.told if (k.epoch, str(k.seq)) == cursor), None)
            seat.known = known or Known()
            await self._come(seat, cursor=cursor)
        else:
            await self._come(seat)

    async def _ask(self, seat: Seat, what: str, random: Random) -> None:
        if not seat.may_ask:
            return
        if what == "ask":
            await seat.ask()
        elif what == "ask from the past" and seat.told:
            await seat.ask(random.choice(seat.told))
        elif what == "ask with nonsense":
            await seat.ask(Known(random.choice([seat.known.epoch or "x", "nonsense"]), 10**9))

    async def _look(self, seat: Seat) -> None:
        """The snapshot over HTTP: the same view, named by its ETag."""
        issued = self.issued.get(seat.user, int(time.time()))
        bearer = ticket(self.session, seat.role, seat.user, issued)
        headers = {"authorization": f"Bearer {bearer}"}
        answer = await self.call("GET", "/snapshot", headers)
        assert answer.status == 200, answer
        audience = self._audience(seat)
        body = answer.json()
        assert (body["epoch"], body["audience"]) == (f"{self.epoch}.{audience}", audience)
        assert body["seq"] == self.database.seqs.get(audience, 0)
        view = entities(self.database.view(audience))
        assert canonical(body["entities"]) == canonical(view)
        again = await self.call(
            "GET", "/snapshot", {**headers, "if-none-match": answer.headers["etag"]}
        )
        assert again.status == 304
        digest = (await self.call("GET", "/digest", headers)).json()
        assert digest["sha256"] == self.database.digest(audience)

    def _audience(self, seat: Seat) -> Audience:
        return audience_of(seat.user, seat.role, self.database.audiences())  # type: ignore[arg-type]

    # The whole room

    async def _kick(self, user: str | None) -> None:
        seats = [seat for seat in self.seats if user in (None, seat.user)]
        connected = [seat for seat in seats if seat.connected]
        for seat in connected:
            await seat.settle()
            seat.expected |= {4401}
        body = {"all": True} if user is None else {"user": user}
        answer = await self.call("POST", "/kick", AUTHORIZED, json.dumps(body).encode())
        assert answer.status == 200, answer
        assert answer.json()["closed"] >= len(connected)
        second = int(time.time())
        for seat in connected:
            await seat.until_closed("being shown out")
        for seat in seats:
            self.issued[seat.user] = second + 1
        late = Seat(self.session, "player", user or "anybody", expected={4401})
        await late.come(self.rig.port, second - 1, None)
        late.expected |= {4401}
        await late.until_closed("an old ticket being refused")
        assert not late.breaches, late.breaches
        assert late.closed == 4401
        await late.leave(abort=True)

    async def _forget(self) -> None:
        for seat in self.seats:
            seat.expected |= {4404}
        answer = await self.call("DELETE", "", AUTHORIZED)
        assert answer.status == 204, answer
        for seat in self.seats:
            if seat.connected:
                seat.read_on()
                await seat.until_closed("the end of the room")
        self.past[self.epoch] = self.database
        seen = self.database.seen
        self.database = Database(seen=seen, begins=self.database.begins).noted()
        self.posts.clear()
        self.issued.clear()
        await self.learn_epoch()

    async def _crowd(self) -> None:
        crowd = [Seat(self.session, "spectator", "crowd") for _ in range(9)]
        issued = self.issued.get("crowd", int(time.time()))
        for seat in crowd:
            await seat.come(self.rig.port, max(issued, *self.issued.values(), 0), None)
            seat.expected |= {4409}
            await seat.until_told()
        first = crowd[0]
        await first.until_closed("the oldest being replaced")
        closed = [seat.closed for seat in crowd]
        for seat in crowd:
            await seat.leave()
            assert not seat.breaches, seat.breaches
        assert closed == [4409, *[None] * 8]

    async def check(self) -> None:
        """Bring everything to rest, then compare everything."""
        for seat in self.seats:
            seat.read_on()
            seat.losing = 0
            if not seat.connected or seat.tired:
                await self._come(seat)
        self._check_breaches()
        bell = {"op": "put", "kind": "session", "key": stories.KEYS["session"][0]}
        row = self.database.rows.get(("session", bell["key"]))
        bell |= {"rev": row.rev + 1 if row else 1, "value": {"name": self.mark()}}  # type: ignore[dict-item]
        await self.post(Post(json.dumps({"changes": [bell]}).encode()))
        for seat in self.seats:
            await self._converge(seat)
        await self._check_digests()
        self._check_records()

    async def _converge(self, seat: Seat) -> None:
        audience = self._audience(seat)
        place = f"{self.epoch}.{audience}", self.database.seqs.get(audience, 0)
        await seat.until(
            lambda: (seat.known.epoch, seat.known.seq) == place or seat.tired, f"{place}"
        )
        if seat.tired:
            await self._come(seat)
            await seat.until(lambda: (seat.known.epoch, seat.known.seq) == place, f"{place}")
        await seat.settle()
        self._check_breaches()
        assert seat.audience == audience
        assert seat.known.entities == self.database.view(audience), self._difference(seat, audience)

    def _difference(self, seat: Seat, audience: Audience) -> str:
        return f"{audience} {_differing(seat.known, self.database.view(audience))}"

    async def _check_digests(self) -> None:
        answer = (await self.call("GET", "/digest", AUTHORIZED)).json()
        assert answer["epoch"] == self.epoch
        wanted = {
            audience: {
                "seq": self.database.seqs.get(audience, 0),
                "sha256": self.database.digest(audience),
            }
            for audience in self.database.audiences()
        }
        assert answer["digests"] == wanted

    def _check_breaches(self) -> None:
        breaches = [(seat.role, seat.user, seat.breaches) for seat in self.seats if seat.breaches]
        assert not breaches, breaches

    def _check_records(self) -> None:
        """Every frame led to what the model had at that place, and told of nothing else."""
        lives = {**self.past, self.epoch: self.database}
        for seat in self.seats:
            for known in seat.told:
                epoch, _, audience = known.epoch.partition(".")
                told = lives[epoch].told.get((audience, known.seq))
                assert known.entities == told, (
                    f"{known.epoch}:{known.seq} {_differing(known, told)}"
                )
            for audience, text in seat.texts:
                leaked = markers(text) - self.database.seen[audience]
                assert not leaked, f"{audience} was told of {leaked}: {text[:2000]}"
            seat.told = seat.told[-3:]
            seat.texts.clear()


def _differing(known: Known, wanted: State | None) -> str:
    rows = {
        entity: (known.entities.get(entity), (wanted or {}).get(entity))
        for entity in {*known.entities, *(wanted or {})}
    }
    differing = {entity: pair for entity, pair in rows.items() if pair[0] != pair[1]}
    return f"has, and should have: {differing if wanted is not None else 'nothing'}"


def _chatter(what: str, random: Random) -> str:
    scene, token = random.choice(stories.KEYS["scene"]), random.choice(stories.KEYS["token"])
    place = {"x": random.random(), "y": -1}
    values: list[tuple[str, Value | None]] = [
        ("cursor", {"sceneId": scene, **place}),
        ("ping", {"sceneId": scene, **place}),
        ("ruler", {"sceneId": scene, "points": [[0, 1], [2, 3]]}),
        ("drag", {"tokenId": token, **place}),
        ("drag", None),
        ("cursor", None),
    ]
    kind, value = random.choice(values)
    frame = json.dumps({"type": "presence", "kind": kind, "value": value})
    return frame if what == "point" else random.choice([frame[:-3], "{}", "null", frame + " x", ""])


async def where_streams_begin(rig: Rig) -> tuple[int, int]:
    """Where a user's stream begins, and how much further each time it begins again."""
    table = Table(rig, (0, 0))
    await table.begin()
    seqs = []
    for rev, owners in enumerate([{"una": True}, {}, {"una": True}], start=1):
        value = {"name": table.mark(), "ownerIds": owners}
        change = {"op": "put", "kind": "note", "key": "n", "rev": rev, "value": value}
        post = Post(json.dumps({"changes": [change]}).encode())
        answer = await table.call("POST", "/publish", AUTHORIZED, post.body)
        seqs.append(answer.json()["seq"].get("user:una", 0))
    await table.end()
    return seqs[0], seqs[2] - seqs[0]
