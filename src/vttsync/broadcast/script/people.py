"""Who is at the table as a script goes on, and what its steps call them."""

from __future__ import annotations

from collections.abc import Iterator

from vttsync.broadcast.actions import Client, Role
from vttsync.broadcast.script.model import Cast

EVERYONE = "everyone"
_PLURALS: dict[str, Role] = {
    "gms": "gm",
    "players": "player",
    "spectators": "spectator",
    "displays": "display",
}


class People:
    """Those at the table.

    Attributes:
        cast: who joins before the first step.
        away: the names of those who lost their connection.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = tuple(_cast(cast))
        self.away: set[str] = set()
        self._clients = list(self.cast)
        self._counts: dict[Role, int] = {
            "gm": cast.gm,
            "player": cast.players,
            "spectator": cast.spectators,
            "display": cast.displays,
        }

    @property
    def words(self) -> list[str]:
        """All that a step may call somebody."""
        plurals = [word for word, role in _PLURALS.items() if self._of(role)]
        return [EVERYONE, *plurals, *(client.name for client in self._clients)]

    @property
    def names(self) -> list[str]:
        """Everyone's own name."""
        return [client.name for client in self._clients]

    @property
    def present(self) -> tuple[str, ...]:
        """The names of those who are connected."""
        return tuple(name for name in self.names if name not in self.away)

    def join(self, role: Role, after: int) -> Client:
        """Seat one more, when the room has taken so many publishes."""
        self._counts[role] += 1
        client = Client(f"{role} {self._counts[role]}", role, after=after)
        self._clients.append(client)
        return client

    def called(self, word: str) -> list[Client]:
        """Tell who is meant; nobody, when the word is unknown."""
        if word == EVERYONE:
            return list(self._clients)
        if word in _PLURALS:
            return self._of(_PLURALS[word])
        return [client for client in self._clients if client.name == word]

    def _of(self, role: Role) -> list[Client]:
        return [client for client in self._clients if client.role == role]


def _cast(cast: Cast) -> Iterator[Client]:
    for name in _names("gm", cast.gm):
        yield Client(name, "gm")
    for name in cast.player_names:
        yield Client(name, "player")
    for name in _names("spectator", cast.spectators):
        yield Client(name, "spectator")
    for name in _names("display", cast.displays):
        yield Client(name, "display")


def _names(role: Role, count: int) -> Iterator[str]:
    """Number them, unless there is just one."""
    for number in range(1, count + 1):
        yield role if count == 1 else f"{role} {number}"
