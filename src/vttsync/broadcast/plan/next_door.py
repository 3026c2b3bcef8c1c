"""What is played in a second session meanwhile: it shows where sessions are not kept apart."""

from __future__ import annotations

from vttsync.broadcast.actions import Change, Client, Plan, Point, Publish, Value

_GM = Client("gm next door", "gm")
_SCENE = "next-door-attic"
_TOKEN = "next-door-ghost"  # noqa: S105 - a token on a map
_PLACE: Value = {"sceneId": _SCENE, "x": 417, "y": 283}


def _token(x: int) -> Value:
    place: Value = {"sceneId": _SCENE, "x": x, "y": 300, "width": 1, "height": 1}
    return {"name": "Ghost of the table next door", **place}


def _scene() -> Value:
    grid: Value = {"type": "square", "size": 100}
    return {"name": "Attic of the table next door", "width": 1000, "height": 1000, "grid": grid}


NEXT_DOOR = Plan(
    title="The table next door",
    script="",
    setup=(
        Publish(
            (
                Change("put", "scene", _SCENE, 1, _scene()),
                Change("put", "token", _TOKEN, 1, _token(300)),
            ),
            "the table next door is laid",
            1,
        ),
    ),
    cast=(_GM,),
    steps=(
        Publish((Change("put", "token", _TOKEN, 2, _token(400)),), "the ghost next door moves", 1),
        Point(
            _GM.name, _GM.role, "cursor", _PLACE, (_GM.name,), "the game master next door points", 1
        ),
    ),
    latecomers=(Client("late gm next door", "gm", late=True),),
)
"""Whatever is called something here is called so nowhere else."""
