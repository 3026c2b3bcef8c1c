"""The broadcast script: what a game master writes and `verify-broadcast` replays.

Each class is a table of the file; `docs/broadcast-scripts.md` explains them to its writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from vttsync.broadcast.actions import Value
from vttsync.broadcast.script.ground import Ground
from vttsync.broadcast.script.steps import Step
from vttsync.broadcast.script.table import Milliseconds, Name, Place, Table, like, one_of

MOST_CLIENTS = 200
"""More would measure the machine that replays, not the room (both are measured in the docs)."""

_Count = Annotated[int, Field(ge=0)]
_Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_KIND = r"^[A-Za-z][A-Za-z0-9_]*$"
_KindName = Annotated[
    str,
    AfterValidator(like(_KIND, "it should be letters, digits and _, a letter first")),
    Field(json_schema_extra={"pattern": _KIND}),
]
_Field = Annotated[str, Field(min_length=1)]


class Cast(Table):
    """`[cast]`: how many of each role connect."""

    gm: _Count = Field(1, description="game masters")
    players: _Count = Field(5, description="players")
    spectators: _Count = Field(1, description="spectators")
    displays: _Count = Field(0, description="displays, such as the screen on the table")
    late: _Count = Field(1, description="how many more of each role join after the last step")

    @property
    def player_names(self) -> tuple[str, ...]:
        """What the players are called, in tables and as owners."""
        return tuple(f"player {number}" for number in range(1, self.players + 1))

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not 1 <= self.gm + self.players + self.spectators + self.displays <= MOST_CLIENTS:
            message = f"a cast is 1 to {MOST_CLIENTS} clients in all"
            raise ValueError(message)
        return self


class Scene(Table):
    """`[scene]`: where it happens, from a map, from rows, or of a size."""

    model_config = ConfigDict(json_schema_extra=one_of("map", "rows", "size"))

    name: Name | None = Field(None, description="the scene's name")
    map: str | None = Field(None, description="a Universal VTT map, its path from this folder")
    rows: str | None = Field(None, description="a JSON file of rows, its path from this folder")
    size: list[_Size] | None = Field(
        None, min_length=2, max_length=2, description="columns and rows, in grid cells"
    )
    cell: _Size = Field(100, description="pixels per grid cell, with `size`")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.map, self.rows, self.size)) != 1:
            message = "a scene has one of map, rows and size"
            raise ValueError(message)
        if self.name is None and self.rows is None:
            message = "a scene has a name, unless it comes from rows"
            raise ValueError(message)
        if self.size is None and "cell" in self.model_fields_set:
            message = "the file says how big a cell is; cell goes with size"
            raise ValueError(message)
        return self


class Creatures(Table):
    """`[creatures]`: the file that knows each creature's size and hit points."""

    from_: str = Field(alias="from", description="a JSON file, its path from this folder")


class Limits(Table):
    """`[limits]`: how long a message may take, and what may get lost."""

    patience: float = Field(
        5.0, gt=0, le=60, allow_inf_nan=False, description="seconds to wait for what doesn't come"
    )
    p50_ms: Milliseconds | None = Field(None, description="latency that half of all keep below")
    p99_ms: Milliseconds | None = Field(None, description="latency that 99 of 100 keep below")
    max_ms: Milliseconds | None = Field(None, description="latency that all keep below")
    reconnect_ms: Milliseconds | None = Field(
        None, description="from a new connection's beginning to all that was missed"
    )
    losses: _Count = Field(0, description="how many presence messages may get lost")


class Kind(Table):
    """`[[kind]]`: a kind of row that was added to the room."""

    name: _KindName = Field(description="as in the room's `kinds.ts`")
    gm: list[_Field] = Field(default=[], description="fields that only the game master sees")
    owner: list[_Field] = Field(
        default=[], description="fields that the game master and the row's owners see"
    )
    owned: bool = Field(default=False, description="whether `ownerIds` names users who own a row")
    hidden_with: dict[str, _Field] = Field(
        default={}, description="fields that name what a row is hidden with, each with its kind"
    )


class Token(Table):
    """`[[token]]`: somebody on the map."""

    name: Name = Field(description="what the steps call it")
    creature: str | None = Field(None, description="its row in the creatures file, by name")
    at: Place = Field(description="[column, row] of its top left corner")
    id: str | None = Field(None, pattern=r"^[A-Za-z0-9_.:-]{1,100}$", description="its key")
    hidden: bool = Field(default=False, description="whether only the game master sees it")
    roll: int | None = Field(None, ge=1, le=20, description="what it rolled for initiative")
    notes: str | None = Field(None, description="the game master's notes")
    owner: str | None = Field(None, description="the player whose token it is")
    size: list[_Size] | None = Field(
        None, min_length=2, max_length=2, description="columns and rows, in grid cells"
    )
    hp: int | None = Field(None, ge=0, description="hit points")
    disposition: int | None = Field(
        None, ge=-2, le=1, description="-2 secret, -1 hostile, 0 neutral, 1 friendly"
    )
    sight: float | None = Field(None, ge=0, allow_inf_nan=False, description="how far it sees")
    bonus: int | None = Field(None, description="what is added to its roll")


class ScriptFile(Table):
    """The file without its steps, which are told apart by their verbs."""

    title: Name = Field(description="what the script is called; also the session's name")
    scene: Scene
    creatures: Creatures | None = None
    cast: Cast = Cast()
    limits: Limits = Limits()
    kind: list[Kind] = Field(default_factory=list)
    token: list[Token] = Field(default_factory=list)


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
        creature: what the creatures file says, and the script over it.
        row: the whole row, where it comes from a file of rows.
    """

    id: str
    table: Token
    creature: Creature
    row: Value | None = None


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
        ground: where it happens.
        lines: the line of each key in `[limits]`.
        tokens: in the file's order.
        steps: likewise.
    """

    path: Path
    file: ScriptFile
    ground: Ground
    lines: Mapping[str, int]
    tokens: tuple[Placed, ...]
    steps: tuple[WrittenStep, ...]
