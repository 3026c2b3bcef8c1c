"""Sends malformed input by the thousand, and looks hard at whatever comes back."""

# ruff: noqa: S311 - random, but the same each time

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from urllib.parse import quote

from tests.model import malformed
from tests.model.http import Answer, Wire, read_answer, request
from tests.model.rig import PUBLISH_KEY, Rig
from tests.model.schema import flaw

_INSIDE = re.compile(
    rb"\n\s+at |\.(?:ts|js|mjs):\d|node_modules|/tmp/|file://|SQLITE|sqlite|"
    rb"(?:Type|Range|Reference|Syntax|Zod|Internal)Error|internal error|workerd/|kj/"
)
_CANARY = b"canary"
# The Worker had said yes, and workerd finds that the request was no handshake.
_NO_UPGRADE = b"ERROR: The requested WebSocket version is not supported."
# Of frames that are none workerd itself complains, whatever the Worker does.
_FAILED = re.compile(
    r'"event":"failed","at":"(?!socket")|[Uu]ncaught(?!.*WebSocket protocol error)|'
    r"Segmentation|Fatal"
)
_NAMES = re.compile(r',"session":"[^"]*"|\bm[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}')
_BATCH = 20
_METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "PURGE")
_CLOSES = {1000, 1001, 1002, 1003, 1005, 1007, 1009, 4401, 4403, 4409, 4413, 4429}
# What workerd's own HTTP parser says of bytes that are no HTTP, long before any Worker runs.
_NO_HTTP = re.compile(rb"^[A-Za-z][A-Za-z :,'.-]{0,150}$")


@dataclass
class Findings:
    """What was sent, and what was wrong with what came back."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    causes: dict[str, list[str]] = field(default_factory=dict)

    def say(self, what: str, cause: object) -> None:
        """Note something wrong, once; three of its causes are enough."""
        causes = self.causes.setdefault(_NAMES.sub("…", what), [])
        if len(causes) < 3:
            causes.append(str(cause)[:1000])

    @property
    def wrong(self) -> list[str]:
        """Each thing that is wrong, with what it came after."""
        return ["\n    after ".join([what, *causes]) for what, causes in self.causes.items()]


class Fuzzer:
    """Aims at one session, with publishes that may succeed at another one."""

    def __init__(self, rig: Rig, seed: int, session: str, other: str) -> None:
        self.rig = rig
        self.pid = rig.pid
        self.seed = seed
        self.session = session
        self.other = other
        self.findings = Findings()
        self._good: set[bytes] = set()
        self._heard: set[str] = set()
        self._revs = count(1)

    async def run(self, requests: int, frames: int, tickets: int, broken: int) -> None:
        """Send so many of each, and somewhat more."""

        def lanes(what: str, number: int) -> list[Random]:
            return [Random(f"{self.seed} {what} {lane}") for lane in range(number)]

        jobs = [
            *(self._requests(lane, requests // 4) for lane in lanes("requests", 4)),
            *(self._publishes(lane, requests // 8) for lane in lanes("publishes", 2)),
            *(self._tickets(lane, tickets // 2) for lane in lanes("tickets", 2)),
            *(self._frames(lane, frames // 4, n) for n, lane in enumerate(lanes("frames", 4))),
            *(self._broken(lane, broken // 2) for lane in lanes("broken", 2)),
        ]
        await asyncio.gather(*jobs)

    # HTTP

    async def _requests(self, random: Random, number: int) -> None:
        """Paths, methods, headers and bodies, but never the publish key."""

        def make() -> tuple[str, bytes]:
            method = random.choice(_METHODS)
            body = malformed.publish(random, lambda: 1) if random.random() < 0.3 else None
            if method in ("GET", "HEAD", "TRACE"):
                body = None
            target, headers = malformed.path(random, self.session), malformed.headers(random)
            return method, _request(method, target, headers, body)

        await self._pipelined(make, number, "requests")

    async def _publishes(self, random: Random, number: int) -> None:
        """Publishes and kicks with the key, mutated; some of them succeed."""

        def make() -> tuple[str, bytes]:
            tail = "kick" if random.random() < 0.03 else "publish"
            headers = {"authorization": f"Bearer {PUBLISH_KEY}"}
            if random.random() < 0.2:
                key = random.choice(("", "a", "b", "\xff", "x" * 129, "a b", f"k{random.random()}"))
                headers["idempotency-key"] = key
            body = malformed.publish(
                random, lambda: next(self._revs) if random.random() < 0.7 else 3
            )
            return "POST", _request("POST", f"/parties/session/{self.other}/{tail}", headers, body)

        await self._pipelined(make, number, "publishes")

    async def _tickets(self, random: Random, number: int) -> None:
        def make() -> tuple[str, bytes]:
            ticket = malformed.ticket(random, self.session)
            target = f"/parties/session/{self.session}/{random.choice(('snapshot', 'digest'))}"
            if random.random() < 0.5:
                return "GET", _request("GET", f"{target}?ticket={quote(ticket)}", {}, None)
            return "GET", _request("GET", target, {"authorization": f"Bearer {ticket}"}, None)

        await self._pipelined(make, number, "tickets")

    async def _pipelined(
        self, make: Callable[[], tuple[str, bytes]], number: int, what: str
    ) -> None:
        async with Wire(self.rig.port) as wire:
            for _ in range(0, number, _BATCH):
                batch = [make() for _ in range(_BATCH)]
                self.findings.sent[what] += len(batch)
                await self._batch(wire, batch)
                self._look_at_the_process(batch[-1])

    async def _batch(self, wire: Wire, batch: Sequence[tuple[str, bytes]]) -> None:
        """Send several at once; where the room hangs up after an answer, the rest again."""
        left = list(batch)
        silent = 0
        while left:
            try:
                await wire.write(b"".join(data for _, data in left))
                while left:
                    answer = await asyncio.wait_for(wire.read(left[0][0]), 30)
                    self._judge(answer, left.pop(0))
                    silent = 0
            except (OSError, EOFError, AssertionError):
                wire.close()
                silent += 1
                if silent > 2:
                    self.findings.say("no answer", left.pop(0))
            except TimeoutError:
                wire.close()
                self.findings.say("no answer within 30 s", left.pop(0))

    def _judge(self, answer: Answer, cause: tuple[str, bytes]) -> None:
        self.findings.statuses[f"{answer.status}"] += 1
        if answer.status >= 500:
            self.findings.say(f"{answer.status} {answer.body[:300]!r}", cause)
        self._search(answer.body + repr(answer.headers).encode(), cause)
        if answer.status < 400 or cause[0] == "HEAD" or answer.body in self._good:
            return
        if answer.status == 426 and answer.body == _NO_UPGRADE:
            return
        try:
            wrong = flaw("ErrorBody", json.loads(answer.body))
        except ValueError:
            wrong = "no JSON"
        if wrong:
            self.findings.say(f"{answer.status} {answer.body[:300]!r}: {wrong}", cause)
        else:
            self._good.add(answer.body)

    def _search(self, data: bytes, cause: object) -> None:
        if _CANARY in data:
            self.findings.say(f"a canary in {data[:300]!r}", cause)
        if found := _INSIDE.search(data):
            self.findings.say(f"{found[0]!r} in {data[:300]!r}", cause)

    def _look_at_the_process(self, cause: object) -> None:
        if not self.rig.alive() or self.rig.pid != self.pid:
            self.findings.say("workerd ended", cause)
            raise AssertionError(self.findings.wrong)
        output = self.rig.output()
        if not _FAILED.search(output):
            return
        for line in filter(_FAILED.search, output.splitlines()):
            if line not in self._heard:
                self._heard.add(line)
                self.findings.say(f"workerd said {line[:1000]}", cause)

    async def _broken(self, random: Random, number: int) -> None:
        """One connection each: the room may well hang up."""
        for _ in range(number):
            data = malformed.broken_request(random, self.other)
            self.findings.sent["broken requests"] += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", self.rig.port)
            try:
                writer.write(data)
                writer.write_eof()
                answer = await asyncio.wait_for(read_answer(reader, "POST"), 10)
            except (OSError, EOFError, TimeoutError, ValueError):
                continue
            finally:
                writer.transport.abort()
            if answer.status in (400, 431, 501) and _NO_HTTP.match(answer.body.strip()):
                self.findings.statuses[f"{answer.status} by workerd's parser"] += 1
                self._search(answer.body, data)
            else:
                self._judge(answer, ("POST", data))

    # Websockets

    async def _frames(self, random: Random, number: int, place: int) -> None:
        sent = 0
        while sent < number:
            user: Any = f"fuzz-{place}-{random.randrange(8)}"
            if random.random() < 0.2:
                user = malformed.odd_user(random)
            frames = [malformed.frame(random) for _ in range(random.randrange(40, 60))]
            frames.append(malformed.ping_frame())
            if random.random() < 0.5:
                frames.append(malformed.last_frame(random))
            sent += len(frames)
            self.findings.sent["frames"] += len(frames)
            await self._connection(random, user, frames)
            self._look_at_the_process(user)

    async def _connection(self, random: Random, user: Any, frames: Sequence[bytes]) -> None:
        claims = malformed.good_claims(self.session) | {"sub": user}
        query = f"?ticket={malformed.signed({'alg': 'HS256'}, claims)}"
        query += random.choice(("", "", "&_pk=x&role=gm", "&epoch=x.gm&seq=1", "&epoch=&seq=%00"))
        key = base64.b64encode(random.randbytes(16)).decode()
        odd = {"x-vttsync-role": "gm", "x-partykit-room": "x"} if random.random() < 0.3 else {}
        headers = {
            **odd, "upgrade": "websocket", "connection": "Upgrade",
            "sec-websocket-version": "13", "sec-websocket-key": key,
        }  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", self.rig.port)
        try:
            writer.write(_request("GET", f"/parties/session/{self.session}{query}", headers, None))
            answer = await asyncio.wait_for(read_answer(reader, "GET"), 30)
            self.findings.statuses[f"{answer.status} upgrade"] += 1
            if answer.status != 101:
                self._judge(answer, ("GET", repr(user).encode()))
                return
            writer.write(b"".join(frames))
            await asyncio.wait_for(self._listen(reader, frames), 30)
        except TimeoutError:
            self.findings.say("neither pong nor close within 30 s", [f[:80] for f in frames])
        except OSError:
            self.findings.statuses["reset"] += 1
        finally:
            writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader, cause: Sequence[bytes]) -> None:
        """Read until the pong, or the end."""
        try:
            while True:
                opcode, data = await _server_frame(reader)
                self._search(data, cause)
                if opcode == 8:
                    code = int.from_bytes(data[:2], "big") if data else 1005
                    self.findings.statuses[f"close {code}"] += 1
                    if code not in _CLOSES:
                        self.findings.say(f"closed with {code} {data[2:]!r}", cause)
                    return
                if opcode == 1:
                    if data == b"pong":
                        self.findings.statuses["pong"] += 1
                        return
                    self._text(data, cause)
        except EOFError:
            self.findings.statuses["hung up"] += 1

    def _text(self, data: bytes, cause: object) -> None:
        frame = json.loads(data)
        kind = frame["type"]
        if kind == "hello" and frame["audience"] != "player":
            self.findings.say(f"a player became {frame['audience']}", cause)
        if kind == "error" and frame["code"] == "internal":
            self.findings.say(f"{data!r}", cause)
        self.findings.statuses[f"{kind} {frame.get('code', '')}".strip()] += 1


def _request(method: str, target: str, headers: dict[str, str], body: bytes | None) -> bytes:
    clean = {n: v.encode("latin-1", "replace").decode("latin-1") for n, v in headers.items()}
    data = request(method, target, {n: v for n, v in clean.items() if "\n" not in v}, body)
    return data.replace(b"\0", b"") if b"\0" in data.split(b"\r\n\r\n", 1)[0] else data


async def _server_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, second = await reader.readexactly(2)
    length = second & 127
    if length >= 126:
        length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
    return first & 15, await reader.readexactly(length)
