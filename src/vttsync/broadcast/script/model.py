"""The broadcast script: what a game master writes and `verify-broadcast` replays.

Each class is a table of the file; `docs/broadcast-scripts.md` explains them to its writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from vttsync.broadcast.script.uvtt import Map

MOST_CLIENTS = 200
"""More would measure the machine that replays, not the room (both are measured in the docs)."""


def _place(numbers: list[float]) -> list[float]:
    if len(numbers) != 2:
        message = "a place is two numbers, [column, row]"
        raise ValueError(message)
    return numbers


Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Place = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]],
    AfterValidator(_place),
]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Table(BaseModel):
    """A table of the script; unknown keys are mistakes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Cast(Table):
    """`[cast]`: how many of each role connect."""

    gm: int = Field(1, ge=0)
    players: int = Field(5, ge=0)
    spectators: int = Field(1, ge=0)

    @property
    def player_names(self) -> tuple[str, ...]:
        """What the players are called, in tables and as owners."""
        return tuple(f"player {number}" for number in range(1, self.players + 1))

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not 1 <= self.gm + self.players + self.spectators <= MOST_CLIENTS:
            message = f"a cast is 1 to {MOST_CLIENTS} clients in all"
            raise ValueError(message)
        return self


class Scene(Table):
    """`[scene]`: where it happens."""

    name: Name
    map: str


class Creatures(Table):
    """`[creatures]`: the file that knows each creature's size and hit points."""

    from_: str = Field(alias="from")


class Limits(Table):
    """`[limits]`: how long a message may take."""

    patience: float = Field(5.0, gt=0, le=60, allow_inf_nan=False)


class Token(Table):
    """`[[token]]`: somebody on the map."""

    name: Name
    creature: str
    at: Place
    id: str | None = Field(None, pattern=r"^[A-Za-z0-9_.:-]{1,100}$")
    hidden: bool = False
    roll: int | None = Field(None, ge=1, le=20)
    notes: str | None = None
    owner: str | None = None


class Step(Table):
    """`[[step]]`: what every step may have beside its verb."""

    say: str = ""


class Begin(Step):
    """Everyone who rolled enters the turn order; round 1 begins."""

    begin: Literal["combat"]


class Move(Step):
    """A token goes from place to place."""

    move: Name
    along: list[Place] = Field(min_length=1)
    every: Seconds = 0.1


class Next(Step):
    """The next in the order has its turn."""

    next: Literal["turn"]


class Reveal(Step):
    """A hidden token becomes visible to all."""

    reveal: Name


class Hide(Step):
    """A token disappears for all but the game master."""

    hide: Name


class Hurt(Step):
    """A token loses hit points."""

    hurt: Name
    by: int = Field(gt=0)


class Remove(Step):
    """A token leaves the map and the turn order."""

    remove: Name


class Wait(Step):
    """Nothing happens for a while."""

    pause: Seconds


STEPS: dict[str, type[Step]] = {
    "begin": Begin,
    "move": Move,
    "next": Next,
    "reveal": Reveal,
    "hide": Hide,
    "hurt": Hurt,
    "remove": Remove,
    "pause": Wait,
}
"""The verbs: a step's model is the one whose verb is among its keys."""


class ScriptFile(Table):
    """The file without its steps, which are told apart by their verbs."""

    title: Name
    scene: Scene
    creatures: Creatures
    cast: Cast = Cast()
    limits: Limits = Limits()
    token: list[Token] = Field(min_length=1)


class Creature(BaseModel):
    """A row of the creatures file; keys that a replay doesn't need are left alone."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    width: float = Field(1, gt=0)
    height: float = Field(1, gt=0)
    hp: int | None = None
    disposition: int = Field(0, ge=-2, le=1)
    sight: float | None = None
    initiativeBonus: int = 0  # noqa: N815 - the file's own name


class Bestiary(BaseModel):
    """The creatures file."""

    tokens: tuple[Creature, ...]


@dataclass(frozen=True)
class Placed:
    """A token with its creature.

    Attributes:
        id: the token row's key.
        table: what the script says.
        creature: what the creatures file says.
    """

    id: str
    table: Token
    creature: Creature


@dataclass(frozen=True)
class WrittenStep:
    """A step and the line it begins on."""

    step: Step
    line: int


@dataclass(frozen=True)
class Script:
    """A whole script, read and checked.

    Attributes:
        path: the file.
        file: its tables, but the tokens with their creatures and the steps, which follow.
        map: the scene's map.
        tokens: in the file's order.
        steps: likewise.
    """

    path: Path
    file: ScriptFile
    map: Map
    tokens: tuple[Placed, ...]
    steps: tuple[WrittenStep, ...]
