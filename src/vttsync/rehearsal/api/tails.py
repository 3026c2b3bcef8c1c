"""Tails: who listens to a Worker, through which filters."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

Event = Mapping[str, Any]


class Header(BaseModel):
    """A header that a request must have; `query` is what its value must contain."""

    key: str
    query: str | None = None


class Filter(BaseModel):
    """One filter, as wrangler 4.156 writes them (`src/tail/filters.ts`): one field of it is set."""

    sampling_rate: float | None = None
    outcome: list[str] | None = None
    method: list[str] | None = None
    header: Header | None = None
    client_ip: list[str] | None = None
    query: str | None = None
    scriptVersion: str | None = None  # noqa: N815  (the name on the wire)

    def passes(self, event: Event) -> bool:
        """Whether an event of a Worker gets through."""
        request = (event.get("event") or {}).get("request") or {}
        headers: dict[str, str] = request.get("headers") or {}
        value = headers.get(self.header.key.lower()) if self.header else None
        return all(
            (
                self.sampling_rate is None or random.random() < self.sampling_rate,  # noqa: S311
                self.outcome is None or event.get("outcome") in self.outcome,
                self.method is None or request.get("method") in self.method,
                not self.header or (value is not None and (self.header.query or "") in value),
                # Everybody is at home here: it is "self", and 127.0.0.1.
                not self.client_ip or {"self", "127.0.0.1"} & set(self.client_ip),
                self.query is None or self.query in json.dumps(event.get("logs")),
                self.scriptVersion in (None, (event.get("scriptVersion") or {}).get("id")),
            )
        )


@dataclass
class Tail:
    """One listener.

    Attributes:
        send: takes an event as text; what comes before somebody has connected is dropped.
        stop: ends the listening.
    """

    worker: str
    filters: list[Filter]
    send: Callable[[str | None], object] = lambda _text: None
    stop: Callable[[], None] = lambda: None

    def hear(self, event: Event) -> None:
        """Pass an event on, if every filter lets it."""
        if all(it.passes(event) for it in self.filters):
            self.send(json.dumps(event))


@dataclass
class Tails:
    """The tails of an account, by id."""

    by_id: dict[str, Tail] = field(default_factory=dict)

    def open(self, tail: Tail) -> str:
        """Keep a new tail; its id."""
        name = uuid.uuid4().hex
        self.by_id[name] = tail
        return name

    def close(self, name: str) -> bool:
        """End a tail; False, when there is none of this id."""
        tail = self.by_id.pop(name, None)
        if tail:
            tail.stop()
            tail.send(None)
        return tail is not None
