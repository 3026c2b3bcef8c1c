"""What a replay recorded, raw: the judge reads it, nothing here does."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.broadcast.actions import Client


@dataclass(frozen=True)
class Frame:
    """A message as it came.

    Attributes:
        at: when it was received, seconds on the replay's clock.
        data: text, or bytes when the room sent a binary message.
    """

    at: float
    data: str | bytes


@dataclass(frozen=True)
class Closed:
    """A connection that the room (or the network: 1006) ended."""

    code: int
    reason: str


@dataclass(frozen=True)
class Comeback:
    """When a client that had lost its connection came back.

    Attributes:
        frames: how many messages had come before.
        publishes: how many publishes the room had taken by then.
        at: when the new connection began, seconds on the replay's clock.
    """

    frames: int
    publishes: int
    at: float = 0.0


@dataclass(frozen=True)
class Log:
    """All that one client got.

    Attributes:
        client: who.
        frames: in the order they came, without the pong.
        closed: how the connection ended, if it did before the replay was over.
        refused: why there was no connection at all, or an empty string.
        comebacks: of one who lost the connection and came back, each time.
        lags: when nothing was read on purpose: from, to, seconds on the replay's clock.
    """

    client: Client
    frames: tuple[Frame, ...]
    closed: Closed | None = None
    refused: str = ""
    comebacks: tuple[Comeback, ...] = ()
    lags: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Answer:
    """The room's answer to a publish.

    Attributes:
        due: when the script wanted it sent, seconds on the replay's clock. Latency counts from
            here: a room that stalls also delays the publishes behind the one it stalls on.
        sent: when it was sent.
        status: the HTTP status.
        body: the body's text.
    """

    due: float
    sent: float
    status: int
    body: str


@dataclass(frozen=True)
class Digests:
    """The room's answer, when everything was published, to what its views come to."""

    status: int
    body: str


@dataclass(frozen=True)
class Beside:
    """What was recorded in a second session, played beside the first.

    Attributes:
        logs: one for each of its clients, in the order they joined.
        answers: to its publishes, in order.
        pointed: when its client pointed at something.
    """

    logs: tuple[Log, ...]
    answers: tuple[Answer, ...] = ()
    pointed: tuple[float, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """A whole replay.

    Attributes:
        logs: one for each client, in the order they joined: the cast, who joined on the way, and
            the latecomers.
        answers: one for each publish, in order; fewer when the room refused one.
        digests: None when the replay did not come that far.
        pointed: when each of the plan's presences was sent, as far as the replay came.
        visits: what those got who knocked with an expired ticket, in the plan's order.
        warnings: what went wrong without touching the result.
        beside: what was recorded next door; None, where there was no such session.
    """

    logs: tuple[Log, ...]
    answers: tuple[Answer, ...]
    digests: Digests | None = None
    pointed: tuple[float, ...] = ()
    visits: tuple[Log, ...] = ()
    warnings: tuple[str, ...] = ()
    beside: Beside | None = None

    @property
    def taken(self) -> int:
        """How many publishes the room took."""
        return sum(answer.status == 200 for answer in self.answers)
