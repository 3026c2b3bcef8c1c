"""The room that is watched, and all the keys that may open it while it is deployed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from vttsync.broadcast.replay.room import Room
from vttsync.sessions import fresh_session


@dataclass(frozen=True)
class Target:
    """A room, and its keys: those of before the deploy and those of after.

    Attributes:
        url: where the Worker answers, before as after.
        publish_keys: the one most likely to do first.
        ticket_keys: likewise.
        session: the room's name; its own for each watch.
    """

    url: str
    publish_keys: Sequence[SecretStr]
    ticket_keys: Sequence[SecretStr]
    session: str = field(default_factory=lambda: fresh_session("survive"))

    def room(self, ticket_key: SecretStr) -> Room:
        """The room as a client finds it whose ticket is signed with `ticket_key`."""
        return Room(self.url, self.publish_keys[0], ticket_key, self.session)


class Keys:
    """The key that did last, and which to try when it doesn't any more."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._keys = [*dict.fromkeys(keys)]
        self._refused = 0

    @property
    def now(self) -> SecretStr:
        """The one to use."""
        return self._keys[0]

    def refused(self) -> bool:
        """Turn to the next; tell whether that one has not been refused since one did."""
        self._keys = [*self._keys[1:], self._keys[0]]
        self._refused += 1
        return self._refused < len(self._keys)

    def taken(self) -> None:
        """Note that this one did."""
        self._refused = 0
