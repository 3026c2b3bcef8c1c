"""A real map export becomes walls, doors and lights where they are drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.broadcast.perfect import TEMPLATES
from vttsync.broadcast.script.uvtt import Map, read_map
from vttsync.errors import Exit, VttsyncError

SAMPLE = TEMPLATES / "sample-map.dd2vtt"


@pytest.fixture(scope="module")
def sample() -> Map:
    return read_map(SAMPLE)


def fixture(the_map: Map, kind: str, key: str) -> dict[str, Any]:
    return dict(the_map.fixtures("s"))[kind, key]


def test_the_scene_has_the_maps_size_in_pixels(sample: Map) -> None:
    assert sample.scene("Gatehouse") == {
        "name": "Gatehouse",
        "width": 2560,
        "height": 2560,
        "grid": {"type": "square", "size": 256},
    }


def test_walls_count_from_the_maps_corner(sample: Map) -> None:
    # Cells (7, 2) to (7, 2.5) on a map whose corner is cell (2, 1), 256 pixels a cell.
    assert fixture(sample, "wall", "wall-1") == {
        "sceneId": "s",
        "points": [[1280, 256], [1280, 384]],
    }


def test_portals_are_doors(sample: Map) -> None:
    assert fixture(sample, "wall", "door-1") == {
        "sceneId": "s",
        "points": [[1280, 384], [1280, 640]],
        "door": "closed",
    }
    assert fixture(sample, "wall", "door-2")["door"] == "open"


def test_objects_block_sight_like_walls(sample: Map) -> None:
    assert len(fixture(sample, "wall", "object-1")["points"]) == 60


def test_lights_keep_their_range_and_colour(sample: Map) -> None:
    assert fixture(sample, "light", "light-1") == {
        "sceneId": "s",
        "x": 1682,
        "y": 2048,
        "range": 5,
        "intensity": 1,
        "color": "#eccd8b",
    }


@pytest.mark.parametrize(
    ("place", "size", "held"),
    [
        ((2, 1), 1, True),
        ((11, 10), 1, True),
        ((11, 10), 2, False),
        ((1.9, 1), 1, False),
        ((2, 0), 1, False),
        ((12, 5), 0.5, False),
    ],
)
def test_a_token_lies_wholly_on_the_map_or_not(
    sample: Map, place: tuple[float, float], size: float, held: bool
) -> None:
    assert sample.holds(*place, size, size) is held


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.pop("line_of_sight"),
        lambda content: content["resolution"].update(pixels_per_grid=0),
        lambda content: content["resolution"]["map_size"].update(x=-1),
        lambda content: content["portals"][0].update(bounds=[]),
        lambda content: content["lights"][0].pop("position"),
    ],
)
def test_what_lacks_a_maps_parts_is_none(tmp_path: Path, spoil: Any) -> None:
    content = json.loads(SAMPLE.read_text(encoding="utf-8"))
    spoil(content)
    file = tmp_path / "map.dd2vtt"
    file.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(VttsyncError, match="is not a Universal VTT map") as caught:
        read_map(file)

    assert caught.value.exit_code is Exit.CONFIG
