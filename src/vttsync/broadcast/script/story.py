"""Whether a script's story holds: tokens exist when they act, places lie on the map."""

from __future__ import annotations

from collections.abc import Sequence

from vttsync.broadcast.script.mistakes import Mistakes, meant
from vttsync.broadcast.script.model import (
    Begin,
    Hide,
    Hurt,
    Move,
    Next,
    Placed,
    Remove,
    Reveal,
    Script,
    Step,
)
from vttsync.toml_source import KeyPath


def check_story(script: Script, mistakes: Mistakes) -> None:
    """Play the script in the mind, noting what makes no sense where it stands."""
    story = _Story(script, mistakes)
    for index, token in enumerate(script.tokens):
        story.check_places(token, [token.table.at], ("token", index, "at"))
        story.check_owner(token, ("token", index, "owner"))
    for index, written in enumerate(script.steps):
        story.play(written.step, written.line, ("step", index))


class _Story:
    def __init__(self, script: Script, mistakes: Mistakes) -> None:
        self._map = script.map
        self._players = script.file.cast.player_names
        self._mistakes = mistakes
        self._here = {token.table.name: token for token in script.tokens}
        self._gone: dict[str, int] = {}
        self._hidden = {token.table.name for token in script.tokens if token.table.hidden}
        self._begun = False

    def play(self, step: Step, line: int, at: KeyPath) -> None:
        """Check one step, then remember what it does."""
        match step:
            case Move(move=name, along=places):
                if token := self._find(name, (*at, "move")):
                    self.check_places(token, places, (*at, "along"))
            case Hurt(hurt=name):
                token = self._find(name, (*at, "hurt"))
                if token and token.creature.hp is None:
                    self._mistakes.add((*at, "hurt"), f'"{name}" has no hit points.')
            case Remove(remove=name):
                if self._find(name, (*at, "remove")):
                    del self._here[name]
                    self._gone[name] = line
            case Reveal(reveal=name) | Hide(hide=name):
                self._turn(name, hides=isinstance(step, Hide), at=at)
            case Begin() | Next():
                self._fight(begins=isinstance(step, Begin), at=at)

    def check_places(self, token: Placed, places: Sequence[Sequence[float]], at: KeyPath) -> None:
        """Note places where the token would not lie wholly on the map."""
        width, height = token.creature.width, token.creature.height
        for column, row in places:
            if not self._map.holds(column, row, width, height):
                (left, right), (top, bottom) = self._map.columns, self._map.rows
                self._mistakes.add(
                    at,
                    f"[{column:g}, {row:g}] is off the map for {token.table.name}, "
                    f"{width:g} by {height:g} cells: columns go from {left:g} to "
                    f"{right - width:g}, rows from {top:g} to {bottom - height:g}.",
                )

    def check_owner(self, token: Placed, at: KeyPath) -> None:
        """Note an owner who doesn't play."""
        owner = token.table.owner
        if owner is not None and owner not in self._players:
            guess = meant(owner, self._players) if self._players else "the cast has no players."
            self._mistakes.add(at, f'there is no player "{owner}"; {guess}')

    def _find(self, name: str, at: KeyPath) -> Placed | None:
        if name in self._here:
            return self._here[name]
        if name in self._gone:
            self._mistakes.add(at, f'"{name}" was removed in line {self._gone[name]}.')
        else:
            self._mistakes.add(at, f'there is no token "{name}"; {meant(name, self._here)}')
        return None

    def _turn(self, name: str, *, hides: bool, at: KeyPath) -> None:
        verb = "hide" if hides else "reveal"
        if not self._find(name, (*at, verb)):
            return
        if hides is (name in self._hidden):
            state = "already hidden" if hides else "not hidden"
            self._mistakes.add((*at, verb), f'"{name}" is {state} at this point.')
        self._hidden ^= {name}

    def _fight(self, *, begins: bool, at: KeyPath) -> None:
        if begins and self._begun:
            self._mistakes.add((*at, "begin"), "the combat has already begun.")
        elif begins and not any(token.table.roll for token in self._here.values()):
            self._mistakes.add((*at, "begin"), "nobody here has a roll, so nobody can fight.")
        elif not begins and not self._begun:
            self._mistakes.add((*at, "next"), 'no turns before a step with begin = "combat".')
        elif not begins and not any(token.table.roll for token in self._here.values()):
            self._mistakes.add((*at, "next"), "nobody is left to have a turn.")
        self._begun = self._begun or begins
