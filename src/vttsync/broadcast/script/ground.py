"""Where a script happens: a grid, whatever it was read from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from vttsync.broadcast.actions import Entity, Value


class Ground(ABC):
    """A scene's grid, and what stands on it from the start."""

    @property
    @abstractmethod
    def cell(self) -> float:
        """Scene pixels per grid cell."""

    @property
    @abstractmethod
    def columns(self) -> tuple[float, float]:
        """Grid columns the map covers: the first, and the one past the last."""

    @property
    @abstractmethod
    def rows(self) -> tuple[float, float]:
        """Grid rows the map covers: the first, and the one past the last."""

    @property
    def scene_id(self) -> str:
        """The scene row's key."""
        return "scene-1"

    def pixels(self, column: float, row: float) -> tuple[float, float]:
        """Turn a place in grid cells into scene pixels from the map's top left corner."""
        return (
            whole((column - self.columns[0]) * self.cell),
            whole((row - self.rows[0]) * self.cell),
        )

    def holds(self, column: float, row: float, width: float, height: float) -> bool:
        """Tell whether a rectangle, in grid cells, lies wholly on the map."""
        (left, right), (top, bottom) = self.columns, self.rows
        return (
            left <= column and column + width <= right and top <= row and (row + height <= bottom)
        )

    def scene(self, name: str) -> Value:
        """Describe the map as the protocol's scene row."""
        (left, right), (top, bottom) = self.columns, self.rows
        return {
            "name": name,
            "width": whole((right - left) * self.cell),
            "height": whole((bottom - top) * self.cell),
            "grid": {"type": "square", "size": self.cell},
        }

    def fixtures(self, scene_id: str) -> Iterator[tuple[Entity, Value]]:
        """Yield the protocol's rows of what stands there: walls, lights and the like."""
        del scene_id
        yield from ()


@dataclass(frozen=True)
class Grid(Ground):
    """An empty floor, in grid cells."""

    width: float
    height: float
    pixels_per_cell: float

    @property
    def cell(self) -> float:
        """Scene pixels per grid cell."""
        return whole(self.pixels_per_cell)

    @property
    def columns(self) -> tuple[float, float]:
        """Grid columns the map covers."""
        return 0, whole(self.width)

    @property
    def rows(self) -> tuple[float, float]:
        """Grid rows the map covers."""
        return 0, whole(self.height)


def whole(number: float) -> float:
    """Round to a thousandth, as an int where that is one: JavaScript writes 1, not 1.0."""
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded
