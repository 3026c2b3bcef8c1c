"""Rows as an app server's database has them, in a JSON file: a scene and all that is on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.script.files import read_json
from vttsync.broadcast.script.ground import Ground, whole
from vttsync.broadcast.script.model import Creature, Placed
from vttsync.broadcast.script.model import Token as TokenTable

_OWN = ("session", "combat", "combatant")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
    value: dict[str, Any]


class _Grid(BaseModel):
    size: Annotated[float, Field(gt=0)]


class _Scene(BaseModel):
    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]
    grid: _Grid


class _Token(BaseModel):
    sceneId: str  # noqa: N815 - the protocol's own name
    name: Annotated[str, Field(min_length=1)]
    x: float
    y: float
    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]
    hp: int | None = None
    hidden: bool = False
    ownerIds: dict[str, bool] = {}  # noqa: N815 - the protocol's own name


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[_Row], Field(min_length=1)]

    @model_validator(mode="after")
    def _playable(self) -> Self:
        names = [(row.kind, row.key) for row in self.rows]
        twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
        if twice:
            message = f"{twice[0]}/{twice[1]} is there twice"
            raise ValueError(message)
        own = next((name for name in names if name[0] in _OWN), None)
        if own:
            message = f"{own[0]}/{own[1]} is the script's to write, not the file's"
            raise ValueError(message)
        scenes = [row for row in self.rows if row.kind == "scene"]
        if not scenes:
            message = "there is no row of kind scene"
            raise ValueError(message)
        _Scene.model_validate(scenes[0].value)
        for row in self.rows:
            if row.kind == "token":
                _Token.model_validate(row.value)
        return self


@dataclass(frozen=True)
class Rows(Ground):
    """A scene and what is on it, as rows.

    Attributes:
        key: the first scene's key.
        scene_row: its row.
        others: all other rows but the tokens on it, in the file's order.
        tokens: the tokens on it, by their names.
    """

    key: str
    scene_row: Value
    others: tuple[tuple[Entity, Value], ...]
    tokens: tuple[Placed, ...]

    @property
    def scene_id(self) -> str:
        """The scene row's key."""
        return self.key

    @property
    def cell(self) -> float:
        """Scene pixels per grid cell."""
        return whole(self.scene_row["grid"]["size"])

    @property
    def columns(self) -> tuple[float, float]:
        """Grid columns the scene covers."""
        return 0, whole(self.scene_row["width"] / self.cell)

    @property
    def rows(self) -> tuple[float, float]:
        """Grid rows the scene covers."""
        return 0, whole(self.scene_row["height"] / self.cell)

    def scene(self, name: str) -> Value:
        """Give the scene's row, under another name if there is one."""
        return self.scene_row | ({"name": name} if name else {})

    def fixtures(self, scene_id: str) -> Iterator[tuple[Entity, Value]]:
        """Yield the other rows, as they are."""
        del scene_id
        yield from self.others


def read_rows(path: Path) -> Rows:
    """Read a file of rows.

    Raises:
        VttsyncError: exit 3, when the file can't be read or has no such rows.
    """
    fix = 'It is JSON: {"rows": [{"kind": "scene", "key": "cave", "value": {…}}, …]}.'
    rows = read_json(path, _File, what="a list of rows", fix=fix).rows
    scene = next(row for row in rows if row.kind == "scene")
    cell = _Scene.model_validate(scene.value).grid.size
    here = [row for row in rows if row.kind == "token" and row.value["sceneId"] == scene.key]
    others = [row for row in rows if row is not scene and row not in here]
    return Rows(
        scene.key,
        scene.value,
        tuple(((row.kind, row.key), row.value) for row in others),
        tuple(_placed(row, cell) for row in here),
    )


def _placed(row: _Row, cell: float) -> Placed:
    token = _Token.model_validate(row.value)
    owner = next((user for user, owns in token.ownerIds.items() if owns), None)
    table = TokenTable(
        name=token.name,
        at=[token.x / cell, token.y / cell],
        id=row.key,
        hidden=token.hidden,
        owner=owner,
    )
    creature = Creature(
        id=row.key, name=token.name, width=token.width, height=token.height, hp=token.hp
    )
    return Placed(row.key, table, creature, row.value)
