"""Universal VTT maps (`.dd2vtt`, `.uvtt`): walls, doors and lights in scene pixels.

The format counts in grid cells, absolute on the whole drawing; `map_origin` is the cell at the
exported map's top left corner (format 0.3, https://arkenforge.com/universal-vtt-files/).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vttsync.broadcast.actions import Entity, Value
from vttsync.broadcast.script.files import read_json
from vttsync.broadcast.script.ground import Ground, whole

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Point(_Model):
    x: _Finite
    y: _Finite


class _Size(_Model):
    x: _Positive
    y: _Positive


class _Resolution(_Model):
    map_origin: _Point
    map_size: _Size
    pixels_per_grid: _Positive


class _Portal(_Model):
    bounds: tuple[_Point, _Point]
    closed: bool = True


class _Light(_Model):
    position: _Point
    range: _Positive
    intensity: _Finite = 1
    color: str = ""


class _File(_Model):
    format: float
    resolution: _Resolution
    line_of_sight: tuple[tuple[_Point, ...], ...]
    objects_line_of_sight: tuple[tuple[_Point, ...], ...] = ()
    portals: tuple[_Portal, ...] = ()
    lights: tuple[_Light, ...] = ()


@dataclass(frozen=True)
class Map(Ground):
    """A map that was read.

    Attributes:
        file: its content, in the file's own units.
    """

    file: _File

    @property
    def cell(self) -> float:
        """Scene pixels per grid cell."""
        return whole(self.file.resolution.pixels_per_grid)

    @property
    def columns(self) -> tuple[float, float]:
        """Grid columns the map covers: the first, and the one past the last."""
        origin, size = self.file.resolution.map_origin, self.file.resolution.map_size
        return whole(origin.x), whole(origin.x + size.x)

    @property
    def rows(self) -> tuple[float, float]:
        """Grid rows the map covers: the first, and the one past the last."""
        origin, size = self.file.resolution.map_origin, self.file.resolution.map_size
        return whole(origin.y), whole(origin.y + size.y)

    def fixtures(self, scene_id: str) -> Iterator[tuple[Entity, Value]]:
        """Yield the protocol's wall and light rows of a scene."""
        for number, points in enumerate(self.file.line_of_sight, start=1):
            yield ("wall", f"wall-{number}"), self._wall(scene_id, points)
        for number, points in enumerate(self.file.objects_line_of_sight, start=1):
            yield ("wall", f"object-{number}"), self._wall(scene_id, points)
        for number, portal in enumerate(self.file.portals, start=1):
            door = {"door": "closed" if portal.closed else "open"}
            yield ("wall", f"door-{number}"), self._wall(scene_id, portal.bounds) | door
        for number, light in enumerate(self.file.lights, start=1):
            yield ("light", f"light-{number}"), self._light(scene_id, light)

    def _wall(self, scene_id: str, points: tuple[_Point, ...]) -> Value:
        return {
            "sceneId": scene_id,
            "points": [list(self.pixels(point.x, point.y)) for point in points],
        }

    def _light(self, scene_id: str, light: _Light) -> Value:
        x, y = self.pixels(light.position.x, light.position.y)
        value: Value = {
            "sceneId": scene_id,
            "x": x,
            "y": y,
            "range": whole(light.range),
            "intensity": whole(light.intensity),
        }
        if light.color:
            # The format writes AARRGGBB; every tabletop and browser reads #rrggbb.
            value["color"] = f"#{light.color[-6:]}"
        return value


def read_map(path: Path) -> Map:
    """Read a Universal VTT file.

    Raises:
        VttsyncError: exit 3, when the file can't be read or isn't such a map.
    """
    fix = "Export the map as Universal VTT (.dd2vtt, .df2vtt or .uvtt)."
    return Map(read_json(path, _File, what="a Universal VTT map", fix=fix))
