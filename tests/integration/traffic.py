"""An app server that publishes and players who join, again and again, whatever is deployed."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from vttsync.broadcast.replay.ticket import mint

_PAUSE = 0.02
_PATIENCE = 90.0
_SESSION = "rotation"


class Traffic:
    """Who goes on, and how each fared: `ok` by who, and every answer that was a refusal.

    A connection that breaks is no refusal: every deploy breaks them, and everybody comes back.
    """

    def __init__(self, url: str) -> None:
        self.ok: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.refused: list[str] = []
        self._url = url
        self._changed = threading.Condition()
        self._going: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._clients: list[httpx.Client] = []

    def publisher(self, who: str, key: str) -> None:
        """Publish with `key` from now on."""
        headers, row = {"authorization": f"Bearer {key}"}, who.replace(" ", "-")

        def publish(turn: int) -> str:
            value = {"name": who, "width": 100, "height": 100, "grid": {"type": "none", "size": 1}}
            change = {"op": "put", "kind": "scene", "key": row, "rev": turn, "value": value}
            answer = client.post("/publish", json={"changes": [change]}, headers=headers)
            return "" if answer.status_code == 200 else f"{answer.status_code} {answer.text}"

        client = httpx.Client(base_url=f"{self._url}/parties/session/{_SESSION}", trust_env=False)
        self._clients.append(client)
        self._start(who, publish)

    def player(self, who: str, key: str) -> None:
        """Join with a fresh ticket signed by `key`, leave, and so on."""

        def join(_turn: int) -> str:
            ticket = mint(key, session=_SESSION, role="player", user=who)
            url = self._url.replace("http://", "ws://")
            with connect(f"{url}/parties/session/{_SESSION}?ticket={ticket}", proxy=None) as room:
                frame = json.loads(room.recv(timeout=10))
            return "" if frame["type"] == "hello" else json.dumps(frame)

        self._start(who, join)

    def _start(self, who: str, once: Callable[[int], str]) -> None:
        self._going[who] = threading.Event()
        thread = threading.Thread(target=self._go_on, args=(who, once), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _go_on(self, who: str, once: Callable[[int], str]) -> None:
        turn, stopped = 0, self._going[who]
        while not stopped.wait(_PAUSE):
            turn += 1
            try:
                refusal = once(turn)
            except (OSError, httpx.TransportError, WebSocketException):
                self.broken[who] += 1
                continue
            with self._changed:
                if refusal:
                    self.refused.append(f"{who}: {refusal}")
                else:
                    self.ok[who] += 1
                self._changed.notify_all()

    def flows(self, times: int = 10) -> None:
        """Wait until everybody who goes on has done so `times` more."""
        deadline = time.monotonic() + _PATIENCE
        with self._changed:
            goals = {who: self.ok[who] + times for who in self._going}
            while any(self.ok[who] < goals[who] for who in goals):
                assert self.refused == []
                assert self._changed.wait(deadline - time.monotonic()), (goals, self.ok)

    def retire(self, who: str) -> None:
        """Let `who` stop: it uses the new key by now, under another name here."""
        self._going.pop(who).set()

    @contextmanager
    def until_the_end(self) -> Iterator[None]:
        try:
            yield
        finally:
            for stopped in self._going.values():
                stopped.set()
            for thread in self._threads:
                thread.join()
            for client in self._clients:
                client.close()
