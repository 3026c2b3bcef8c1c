"""`wrangler tail`: what a deployed Worker does, event by event."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync.node.service import Service
from vttsync.node.wrangler import Wrangler, command, complaint

Event = dict[str, Any]
# Asked to end, it takes the tail back from Cloudflare first.
_GRACE = 5.0


@dataclass(frozen=True)
class Filters:
    """Which events are wanted; an event must pass all that are given.

    Attributes:
        status: "ok", "error" or "canceled".
        method: of the request.
        header: a name, or "name: part of its value".
        search: a part of a log line.
        ip: an address, or "self".
        version: a version's id.
        sampling: the share of events that is wanted, between 0 and 1.
    """

    status: Sequence[str] = ()
    method: Sequence[str] = ()
    header: str = ""
    search: str = ""
    ip: Sequence[str] = ()
    version: str = ""
    sampling: float | None = None

    def words(self) -> list[str]:
        """As wrangler 4.156 takes them; a value that begins with a dash stays one."""
        named = [(f"--{name}", it) for name in ("status", "method", "ip") for it in self._all(name)]
        single = {"--header": self.header, "--search": self.search, "--version-id": self.version}
        named += [(name, value) for name, value in single.items() if value]
        if self.sampling is not None:
            named.append(("--sampling-rate", str(self.sampling)))
        return [f"{name}={value}" for name, value in named]

    def _all(self, name: str) -> Sequence[str]:
        found: Sequence[str] = getattr(self, name)
        return found


class Blocks:
    """Finds the events among what `wrangler tail --format json` prints: each over many lines."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def feed(self, line: str) -> Event | None:
        """Take a line; the event that it ends, if it does."""
        if line == "{":
            self._open = [line]
        elif self._open:
            self._open.append(line)
            if line == "}":
                text, self._open = "\n".join(self._open), []
                return _event(text)
        return None

    @property
    def inside(self) -> bool:
        """Whether the next line belongs to an event."""
        return bool(self._open)


def _event(text: str) -> Event | None:
    try:
        found = json.loads(text)
    except ValueError:  # wrangler's own words came in between
        return None
    return found if isinstance(found, dict) else None


class Tail:
    """A running `wrangler tail`.

    Args:
        wrangler: whose account and project it is.
        env: the environment.
        filters: which events are wanted.
        home: a folder for wrangler's notes, which outlives it.
        hear: called with each event, on a thread of its own.
        say: called there with wrangler's own words, such as that it lost the connection.
    """

    def __init__(
        self,
        wrangler: Wrangler,
        env: str,
        filters: Filters,
        home: Path,
        hear: Callable[[Event], object],
        say: Callable[[str], object],
    ) -> None:
        self._blocks, self._hear, self._say = Blocks(), hear, say
        self._last = ""
        (nothing := home / "empty.env").touch()
        words = [*command(wrangler.node, wrangler.party), "tail", "--env", env]
        words += ["--config", "wrangler.toml", "--format", "json", "--env-file", nothing]
        environment = wrangler.environment(home, home / "output.ndjson")
        self._service = Service(
            [*words, *filters.words()],
            cwd=wrangler.party,
            env=environment,
            hear=self._line,
        )

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._service.alive()

    def stop(self) -> None:
        """End it; harmless when it has ended."""
        self._service.stop(_GRACE)

    def last_words(self) -> str:
        """What it said last, such as why it ended."""
        return self._last or f"It ended with code {self._service.code}, silently."

    def _line(self, line: str) -> bool:
        event = self._blocks.feed(line)
        if event is not None and "outcome" in event:
            self._hear(event)
        elif not self._blocks.inside:
            # Why it ends, it says in JSON too.
            said = str(event.get("error", "")) if event else complaint([line])
            self._last = said or self._last
            if said:
                self._say(said)
        return True
