"""What a crowd got, written down once for all who got the same bytes.

Those who should get the same walk down one tree of messages. Whoever gets a message first writes it
down; everybody else's is compared with it, byte by byte, and who got something else goes on along a
branch. So however many clients there are, only as many streams are left to judge as there are
different ones.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from vttsync.broadcast.replay.place import Place, is_stale
from vttsync.broadcast.replay.transcript import Frame

_MOST_BYTES = 512 * 1024 * 1024


class Message:
    """A message in the tree, and when clients got it.

    Attributes:
        depth: how many messages come before it.
        data: the payload.
        text: whether it came as text.
        before: the message before it; None for where everybody begins.
        following: the message after it that came first; None at a path's end.
        note: records when one more client got it, seconds on the replay's clock.
        place: where a client stands that has got it.
        stale: whether the room waits for a word from who has got it.
    """

    __slots__ = (
        *("before", "following", "branches", "depth"),
        *("data", "text", "place", "stale"),
        *("times", "note"),
    )

    def __init__(self, before: Message | None, data: bytes, *, text: bool, place: Place) -> None:
        self.before = before
        self.depth: int = before.depth + 1 if before else 0
        self.data = data
        self.text = text
        self.following: Message | None = None
        self.branches: list[Message] = []
        self.times = array("d")
        self.note: Callable[[float], None] = self.times.append
        self.place = place
        self.stale = text and is_stale(_shown(data, text=True))

    def known(self, data: bytes, *, text: bool) -> Message | None:
        """Find what goes on from here with these bytes."""
        for message in (self.following, *self.branches):
            if message is not None and message.data == data and message.text is text:
                return message
        return None

    def begin(self, data: bytes, *, text: bool) -> Message:
        """Go on from here with these bytes, which nobody here got before."""
        place = Place(self.place.audience, self.place.epoch, self.place.seq)
        place.note(_shown(data, text=text))
        message = Message(self, data, text=text, place=place)
        if self.following is None:
            self.following = message
        else:
            self.branches.append(message)
        return message

    def frames(self) -> tuple[Frame, ...]:
        """List what has come up to here, each with the time when the first client had it."""
        found = []
        message: Message = self
        while message.before is not None:
            found.append(Frame(message.times[0], _shown(message.data, text=message.text)))
            message = message.before
        return tuple(reversed(found))

    def path(self) -> tuple[Message, ...]:
        """List the messages up to here."""
        found = []
        message: Message = self
        while message.before is not None:
            found.append(message)
            message = message.before
        return tuple(reversed(found))

    def all(self) -> Iterator[Message]:
        """Yield this one and all that follow."""
        waiting = [self]
        while waiting:
            message = waiting.pop()
            yield message
            waiting += message.branches
            if message.following is not None:
                waiting.append(message.following)


def beginning() -> Message:
    """Where a group of clients begins, with nothing."""
    return Message(None, b"", text=False, place=Place())


class Bound:
    """How much clients listen to: a room that never stops must not fill the memory.

    Args:
        messages: that each client gets at most.
        size: bytes of all that differs.
    """

    def __init__(self, messages: int, size: int = _MOST_BYTES) -> None:
        self._messages, self._left = messages, size

    def takes(self, at: Message, data: bytes) -> bool:
        """Tell whether `data` may be written down behind a message."""
        self._left -= len(data)
        return at.depth < self._messages and self._left >= 0


def _shown(data: bytes, *, text: bool) -> str | bytes:
    try:
        return data.decode() if text else data
    except UnicodeDecodeError:
        return data


@dataclass
class Tree:
    """The messages of one group, and how far its clients have come.

    Attributes:
        start: where they begin.
        joined: clients that have all of a snapshot.
    """

    start: Message = field(default_factory=beginning)

    def at(self, audience: str, seq: int) -> int:
        """Count the clients that have got this audience's stream up to there."""
        return sum(
            len(message.times)
            for message in self.start.all()
            if _stands(message, audience, seq)
            and (message.before is None or not _stands(message.before, audience, seq))
        )

    @property
    def joined(self) -> int:
        """Count the clients that have all of a snapshot."""
        return sum(
            len(message.times)
            for message in self.start.all()
            if message.place.seq is not None
            and message.before is not None
            and message.before.place.seq is None
        )

    @property
    def deliveries(self) -> int:
        """Count the messages that clients got."""
        return sum(len(message.times) for message in self.start.all())


def _stands(message: Message, audience: str, seq: int) -> bool:
    place = message.place
    return place.audience == audience and place.seq is not None and place.seq >= seq
