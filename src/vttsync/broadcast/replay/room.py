"""The room under test: where it is, what opens it, and what a replay tells while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from vttsync.sessions import fresh_session

Hook = Callable[[], Awaitable[None]]
"""Something outside that a script has done in the middle, such as a deploy."""


@dataclass(frozen=True)
class Room:
    """A room.

    Attributes:
        url: where the Worker answers, such as `https://table.example.workers.dev`.
        publish_key: lets an app server publish.
        ticket_key: signs tickets.
        session: the room's name.
        hooks: what a script's `hook` steps do, by their names.
    """

    url: str
    publish_key: SecretStr
    ticket_key: SecretStr
    session: str = field(default_factory=fresh_session)
    hooks: Mapping[str, Hook] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The session's path on the Worker."""
        return f"/parties/session/{self.session}"


@dataclass(frozen=True)
class Joined:
    """So many have their snapshot: of the cast, and at the end of the latecomers."""

    done: int
    total: int


@dataclass(frozen=True)
class Published:
    """So many publishes are answered; `say` is the script's narration, if any."""

    done: int
    total: int
    label: str
    say: str = ""


@dataclass(frozen=True)
class Waiting:
    """Everything is published; so many clients still lack messages, for so long at most."""

    clients: int
    seconds: float


@dataclass(frozen=True)
class LeftBehind:
    """The room could not be removed."""

    reason: str


Event = Joined | Published | Waiting | LeftBehind
Observe = Callable[[Event], None]
