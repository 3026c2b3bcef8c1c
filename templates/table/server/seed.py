"""A session to begin with: the old gatehouse, who is there, and a fight about to start.

The map is a Universal VTT export, the creatures come from the SRD; see data/LICENSES.md.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import database
from .database import Entity, Row

_DATA = Path(__file__).resolve().parents[1] / "data"
LICENCES = _DATA / "LICENSES.md"
_SCENE = "gatehouse"
_COMBAT = "ambush"


@dataclass(frozen=True)
class Creature:
    """A kind of creature, as the rules have it.

    Attributes:
        size: the side of its square, in grid cells.
    """

    id: str
    name: str
    size: float
    disposition: int
    hp: float
    sight: float
    initiative_bonus: int

    def token(self, scene: str, name: str) -> Row:
        """Make a token of it, without a place."""
        row = {"sceneId": scene, "name": name, "width": self.size, "height": self.size}
        row |= {"disposition": self.disposition, "hp": self.hp, "actorId": self.id}
        return row | ({"sight": self.sight} if self.sight else {})


@dataclass(frozen=True)
class _Start:
    """A token to begin with; `at` is its column and row on the map."""

    key: str
    name: str
    creature: str
    at: tuple[float, float]
    roll: int
    owner: str = ""
    hidden: bool = False
    notes: str = ""
    friendly: bool = False

    def row(self, cell: float) -> Row:
        row = _by_name()[self.creature].token(_SCENE, self.name)
        row |= {"x": self.at[0] * cell, "y": self.at[1] * cell}
        row |= {"disposition": 1} if self.friendly or self.owner else {}
        row |= {"ownerIds": {self.owner: True}} if self.owner else {}
        row |= {"gmNotes": self.notes} if self.notes else {}
        return row | ({"hidden": True} if self.hidden else {})


_CAST = (
    _Start("aldric", "Sir Aldric", "Knight", (2, 4), 14, owner="ann"),
    _Start("maren", "Sister Maren", "Acolyte", (1, 5), 6, owner="ben"),
    _Start("hound", "Tully", "Mastiff", (3, 6), 9, owner="ann"),
    _Start("grub", "Grub", "Giant Rat", (6, 2), 8, notes="Flees into the wall when alone."),
    _Start(
        "owlbear",
        "Old Brambleback",
        "Owlbear",
        (6, 4),
        16,
        notes="Guards the east door; a rest away from waking.",
    ),
    _Start(
        "vesk",
        "Vesk the Quiet",
        "Doppelganger",
        (7, 7),
        7,
        hidden=True,
        notes="Poses as the innkeeper's brother. Strikes whoever comes through the south door.",
    ),
)


@cache
def creatures() -> dict[str, Creature]:
    """Read every creature there is, by id."""
    listed = json.loads((_DATA / "srd-tokens.json").read_text(encoding="utf-8"))["tokens"]
    read = (
        Creature(
            id=it["id"],
            name=it["name"],
            size=it["width"],
            disposition=it["disposition"],
            hp=it["hp"],
            sight=it["sight"],
            initiative_bonus=it["initiativeBonus"],
        )
        for it in listed
    )
    return {creature.id: creature for creature in read}


@cache
def _by_name() -> dict[str, Creature]:
    return {creature.name: creature for creature in creatures().values()}


def begin(connection: sqlite3.Connection, session: str) -> None:
    """Make a session, as it is at the start of the evening."""
    row = {"name": "Friday night", "activeSceneId": _SCENE}
    database.insert(connection, session, ("session", session), row)
    for entity, row in _rows():
        database.insert(connection, session, entity, row)


def begin_again(connection: sqlite3.Connection, session: str) -> set[Entity]:
    """Put everything back to the start of the evening, and tell what was there."""
    before = set(database.rows_of(connection, session))
    connection.execute("DELETE FROM scenes WHERE session = ?", (session,))
    for entity, row in _rows():
        database.insert(connection, session, entity, row)
    return before


def _rows() -> Iterator[tuple[Entity, Row]]:
    drawn = json.loads((_DATA / "sample-map.dd2vtt").read_text(encoding="utf-8"))
    cell = drawn["resolution"]["pixels_per_grid"]
    size = drawn["resolution"]["map_size"]
    yield (
        ("scene", _SCENE),
        {
            "name": "The old gatehouse",
            "width": size["x"] * cell,
            "height": size["y"] * cell,
            "grid": {"type": "square", "size": cell, "distance": 5, "units": "ft"},
        },
    )
    yield from _fixtures(drawn, cell)
    yield from _fight(cell)


def _fixtures(drawn: Any, cell: float) -> Iterator[tuple[Entity, Row]]:
    """Turn a Universal VTT map's walls, doors and lights into rows; it counts in grid cells."""
    origin = drawn["resolution"]["map_origin"]

    def pixels(point: Any) -> list[float]:
        return [round((point[axis] - origin[axis]) * cell) for axis in ("x", "y")]

    lines = {"wall": drawn["line_of_sight"], "object": drawn["objects_line_of_sight"]}
    lines["door"] = [portal["bounds"] for portal in drawn["portals"]]
    for name, drawings in lines.items():
        for number, points in enumerate(drawings, start=1):
            row: Row = {"sceneId": _SCENE, "points": [pixels(point) for point in points]}
            if name == "door":
                row["door"] = "closed" if drawn["portals"][number - 1]["closed"] else "open"
            yield ("wall", f"{name}-{number}"), row
    for number, light in enumerate(drawn["lights"], start=1):
        x, y = pixels(light["position"])
        row = {"sceneId": _SCENE, "x": x, "y": y, "range": light["range"]}
        # The format writes AARRGGBB.
        row |= {"color": f"#{light['color'][-6:]}", "intensity": light["intensity"]}
        yield ("light", f"light-{number}"), row


def _fight(cell: float) -> Iterator[tuple[Entity, Row]]:
    for start in _CAST:
        yield ("token", start.key), start.row(cell)
    rolled = {
        f"fighter-{start.key}": start.roll + _by_name()[start.creature].initiative_bonus
        for start in _CAST
    }
    first = max(rolled, key=lambda key: rolled[key])
    combat = {"sceneId": _SCENE, "active": True, "round": 1, "turn": 0, "combatantId": first}
    yield ("combat", _COMBAT), combat
    for start in _CAST:
        key = f"fighter-{start.key}"
        fighter = {"combatId": _COMBAT, "tokenId": start.key, "name": start.name}
        yield ("combatant", key), fighter | {"initiative": rolled[key]}
