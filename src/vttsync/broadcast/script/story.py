"""Whether a script's story holds: tokens exist when they act, places lie on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vttsync.broadcast.script.attendance import Attendance
from vttsync.broadcast.script.database import Database
from vttsync.broadcast.script.ground import Ground
from vttsync.broadcast.script.mistakes import Mistakes, meant
from vttsync.broadcast.script.model import Cast, Placed, WrittenStep
from vttsync.broadcast.script.steps import (
    STEPS,
    Begin,
    Expect,
    Hide,
    Hurt,
    Move,
    Next,
    Overtake,
    Point,
    Remove,
    Republish,
    Reveal,
    Send,
    Step,
)
from vttsync.toml_source import KeyPath

_CHANGES = {"begin", "reveal", "hide", "remove"}
_NAMES_A_TOKEN = ("move", "overtake", "reveal", "hide", "hurt", "remove")
_PUBLISHES = (Begin, Next, Move, Overtake, Reveal, Hide, Hurt, Remove, Send)


@dataclass(frozen=True)
class Named:
    """A token of the script.

    Attributes:
        name: "" where that is the mistake.
        index: its place in the file; None for one from a file of rows.
        placed: all of it; None when something is wrong with it, which has been told.
    """

    name: str
    index: int | None
    placed: Placed | None


@dataclass(frozen=True)
class BrokenStep:
    """A step with a mistake that has been told; what it was meant to do is a guess."""

    table: Mapping[str, object]


def check_story(
    ground: Ground | None,
    cast: Cast | None,
    kinds: Sequence[str],
    tokens: Sequence[Named],
    steps: Sequence[WrittenStep | BrokenStep],
    mistakes: Mistakes,
) -> None:
    """Play a script in the mind, noting what makes no sense where it stands.

    Nothing is noted that may only follow from a mistake told already.
    """
    story = _Story(ground, tokens, mistakes)
    story.seat(cast)
    story.store(kinds)
    for token in tokens:
        if token.placed and token.index is not None:
            at = ("token", token.index, "at")
            story.check_places(token.placed, [token.placed.table.at], at)
            if cast:
                _check_owner(token.placed, cast, ("token", token.index, "owner"), mistakes)
    for index, step in enumerate(steps):
        if isinstance(step, BrokenStep):
            story.play_broken(step, ("step", index))
        else:
            story.play(step.step, step.line, ("step", index))


def _check_owner(token: Placed, cast: Cast, at: KeyPath, mistakes: Mistakes) -> None:
    """Note an owner who doesn't play."""
    owner, players = token.table.owner, cast.player_names
    if owner is not None and owner not in players:
        guess = meant(owner, players) if players else "the cast has no players."
        mistakes.add(at, f'there is no player "{owner}"; {guess}')


class _Story:
    def __init__(self, ground: Ground | None, tokens: Sequence[Named], mistakes: Mistakes) -> None:
        self._ground = ground
        self._mistakes = mistakes
        self._attendance: Attendance | None = None
        self._database: Database | None = None
        self._published = False
        # Of two with one name, which has been told, the steps mean the first.
        self._here = {token.name: token.placed for token in reversed(tokens)}
        self._gone: dict[str, int] = {}
        self._hidden = {name for name, it in self._here.items() if it and it.table.hidden}
        self._begun = False
        self._sure = True

    def seat(self, cast: Cast | None) -> None:
        """Let the cast sit down, if it has no mistake."""
        self._attendance = Attendance(cast, self._mistakes) if cast else None

    def store(self, kinds: Sequence[str]) -> None:
        """Keep rows of these kinds, if where it happens has no mistake."""
        if self._ground is not None:
            tokens = [token for token in self._here.values() if token]
            self._database = Database(self._ground, tokens, kinds, self._mistakes)
            self._database.check_kinds(("scene", "rows"))

    def play_broken(self, step: BrokenStep, at: KeyPath) -> None:
        """Check the names in it; what it changes is not known, so less is sure afterwards."""
        for verb in _NAMES_A_TOKEN:
            if isinstance(name := step.table.get(verb), str):
                self._find(name, (*at, verb))
        verbs = STEPS.keys() & step.table.keys()
        self._sure = self._sure and bool(verbs) and not verbs & _CHANGES

    def play(self, step: Step, line: int, at: KeyPath) -> None:
        """Check one step, then remember what it does."""
        if isinstance(step, Republish | Expect) and not self._published:
            self._doubt(at, "nothing has been published before this step.")
        self._published = self._published or isinstance(step, _PUBLISHES)
        if self._attendance:
            self._attendance.play(step, at)
        match step:
            case Send() if self._database:
                self._database.send(step, at)
            case Point():
                self._point(step, at)
            case Begin() | Next():
                self._fight(begins=isinstance(step, Begin), at=at)
            case _:
                self._act(step, line, at)

    def _act(self, step: Step, line: int, at: KeyPath) -> None:
        """Check a step in which one token does something, or something happens to it."""
        match step:
            case Move(move=name, along=places) | Overtake(overtake=name, along=places):
                verb = "move" if isinstance(step, Move) else "overtake"
                if token := self._find(name, (*at, verb)):
                    self.check_places(token, places, (*at, "along"))
            case Hurt(hurt=name):
                token = self._find(name, (*at, "hurt"))
                if token and token.creature.hp is None:
                    self._mistakes.add((*at, "hurt"), f'"{name}" has no hit points.')
            case Remove(remove=name):
                self._find(name, (*at, "remove"))
                if name in self._here:
                    del self._here[name]
                    self._gone[name] = line
            case Reveal(reveal=name) | Hide(hide=name):
                self._turn(name, hides=isinstance(step, Hide), at=at)

    def check_places(self, token: Placed, places: Sequence[Sequence[float]], at: KeyPath) -> None:
        """Note places where the token would not lie wholly on the map."""
        if self._ground is None:
            return
        width, height = token.creature.width, token.creature.height
        (left, right), (top, bottom) = self._ground.columns, self._ground.rows
        for column, row in places:
            if not self._ground.holds(column, row, width, height):
                self._mistakes.add(
                    at,
                    f"[{column:g}, {row:g}] is off the map for {token.table.name}, "
                    f"{width:g} by {height:g} cells: columns go from {left:g} to "
                    f"{right - width:g}, rows from {top:g} to {bottom - height:g}.",
                )

    def _point(self, step: Point, at: KeyPath) -> None:
        token = self._find(step.token, (*at, "token")) if step.token else None
        if self._attendance:
            self._attendance.check_pointing(step, token, at)
        if self._ground is None:
            return
        for key, places in (("at", [step.at]), ("along", step.along or [])):
            for place in places:
                if place is not None and not self._ground.holds(place[0], place[1], 0, 0):
                    told = f"[{place[0]:g}, {place[1]:g}] is off the map."
                    self._mistakes.add((*at, key), told)

    def _find(self, name: str, at: KeyPath) -> Placed | None:
        """Find a token that is there; None also for one that has a mistake of its own."""
        if name in self._here:
            return self._here[name]
        if name in self._gone:
            self._doubt(at, f'"{name}" was removed in line {self._gone[name]}.')
        elif "" not in self._here:
            self._mistakes.add(at, f'there is no token "{name}"; {meant(name, self._here)}')
        return None

    def _doubt(self, at: KeyPath, text: str) -> None:
        """Note a mistake that depends on what happened before."""
        if self._sure:
            self._mistakes.add(at, text)

    def _turn(self, name: str, *, hides: bool, at: KeyPath) -> None:
        verb = "hide" if hides else "reveal"
        if not self._find(name, (*at, verb)):
            return
        if hides is (name in self._hidden):
            state = "already hidden" if hides else "not hidden"
            self._doubt((*at, verb), f'"{name}" is {state} at this point.')
        self._hidden ^= {name}

    def _fight(self, *, begins: bool, at: KeyPath) -> None:
        somebody = any(token is None or token.table.roll for token in self._here.values())
        if begins and self._begun:
            self._doubt((*at, "begin"), "the combat has already begun.")
        elif begins and not somebody:
            self._doubt((*at, "begin"), "nobody here has a roll, so nobody can fight.")
        elif not begins and not self._begun:
            self._doubt((*at, "next"), 'no turns before a step with begin = "combat".')
        elif not begins and not somebody:
            self._doubt((*at, "next"), "nobody is left to have a turn.")
        self._begun = self._begun or begins
