"""Whether those whom a script's steps name are at the table, and may do what they do there."""

from __future__ import annotations

from vttsync.broadcast.script.mistakes import Mistakes, meant
from vttsync.broadcast.script.model import Cast, Placed
from vttsync.broadcast.script.people import People
from vttsync.broadcast.script.steps import (
    Disconnect,
    Expect,
    Expire,
    Join,
    Point,
    Reconnect,
    Slow,
    Step,
)
from vttsync.toml_source import KeyPath

_POINT = ("gm", "player")


class Attendance:
    """Plays the comings and goings of a script, noting what makes no sense."""

    def __init__(self, cast: Cast, mistakes: Mistakes) -> None:
        self._people = People(cast)
        self._mistakes = mistakes

    def play(self, step: Step, at: KeyPath) -> None:
        """Check who is named in a step, then remember what it does."""
        match step:
            case Join():
                self._people.join(step.join, 0)
            case Disconnect():
                who = self._present(step.disconnect, (*at, "disconnect"))
                self._people.away.update(who)
            case Reconnect():
                self._back(step.reconnect, (*at, "reconnect"))
            case Slow():
                self._present(step.slow, (*at, "slow"))
            case Expire():
                self._one(step.expire, (*at, "expire"))
            case Expect():
                self._called(step.for_, (*at, "for"))
            case Point():
                self._one(step.by, (*at, "by"))

    def check_pointing(self, step: Point, token: Placed | None, at: KeyPath) -> None:
        """Note somebody who isn't there, or may not point at that."""
        clients = self._people.called(step.by)
        if len(clients) != 1:
            return
        (client,) = clients
        if client.name in self._people.away:
            self._mistakes.add((*at, "by"), f'"{client.name}" has no connection at this point.')
        elif client.role not in _POINT:
            self._mistakes.add((*at, "by"), f"a {client.role} can't point; gms and players can.")
        elif token and client.role == "player" and not _owns(client.name, token):
            told = (
                f'"{token.table.name}" is not {client.name}\'s; only owners and gms drag a token.'
            )
            self._mistakes.add((*at, "by"), told)

    def _called(self, word: str, at: KeyPath) -> list[str]:
        names = [client.name for client in self._people.called(word)]
        if not names:
            guess = meant(word, self._people.words)
            self._mistakes.add(at, f'there is nobody called "{word}"; {guess}')
        return names

    def _one(self, word: str, at: KeyPath) -> None:
        names = self._called(word, at)
        if len(names) > 1:
            told = f'"{word}" are several; {meant("", names)}'
            self._mistakes.add(at, told)

    def _present(self, word: str, at: KeyPath) -> list[str]:
        names = self._called(word, at)
        here = [name for name in names if name not in self._people.away]
        if names and not here:
            self._mistakes.add(at, f'"{word}" has no connection at this point.')
        return here

    def _back(self, word: str, at: KeyPath) -> None:
        names = self._called(word, at)
        if names and not self._people.away.intersection(names):
            self._mistakes.add(at, f'"{word}" has not lost the connection at this point.')
        self._people.away.difference_update(names)


def _owns(player: str, token: Placed) -> bool:
    if token.row is not None:
        return token.row.get("ownerIds", {}).get(player) is True
    return token.table.owner == player
