"""What happens in a history: steps that hypothesis draws, and rows made from small numbers."""

# ruff: noqa: S311 - random, but the same each time

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from vttsync.broadcast.actions import Value

USERS = ("una", "due", "tré €")
KEYS = {
    "session": ("q1q",),
    "scene": ("q11q", "q12q"),
    "token": ("q21q", "q22q", "q23q"),
    "combatant": ("q31q", "q32q", "q33q"),
    "combat": ("q41q", "q42q"),
    "wall": ("q51q",),
    "light": ("q61q",),
    "fog": ("q71q",),
    "drawing": ("q81q",),
    "note": ("q91q", "q92q"),
}
CANARY = "canary-note"
Marked = Callable[[], str]
"""Gives a marker that nothing else has."""


@dataclass(frozen=True)
class Draft:
    """One change of a publish before its revs are known."""

    op: Literal["put", "patch", "del"]
    kind: str
    key: int
    seed: int
    rev: Literal["next", "jump", "same", "below"]
    base: Literal["right", "wrong"]
    expect: Literal["none", "right", "wrong"]


@dataclass(frozen=True)
class Setting:
    """A fight under way: so that what follows has something to change."""


@dataclass(frozen=True)
class Publish:
    """A publish; `way` is how it reaches the room and what else comes of it."""

    drafts: tuple[Draft, ...]
    key: bool
    way: Literal["plain", "again", "again with another body", "without an answer"]


@dataclass(frozen=True)
class Together:
    """Publishes at the same moment."""

    publishes: tuple[Publish, ...]


@dataclass(frozen=True)
class Crash:
    """Publishes at the same moment, and the room is killed in the middle of them."""

    publishes: tuple[Publish, ...]
    after: float
    how: Literal["kill", "stop", "deploy"]


@dataclass(frozen=True)
class Repeat:
    """An earlier request comes once more, late."""

    back: int


@dataclass(frozen=True)
class Flood:
    """Big rows: more than one frame holds, or more than a window."""

    times: int
    rows: int
    size: int


@dataclass(frozen=True)
class Hurry:
    """Many small publishes, faster than deltas are told."""

    drafts: tuple[Draft, ...]
    times: int


@dataclass(frozen=True)
class At:
    """Something at one of the seats."""

    seat: int
    what: Literal[
        "leave", "abort", "come", "come anew", "come from the past", "come with nonsense",
        "lag", "read on", "lose a frame", "ask", "ask from the past", "ask with nonsense",
        "point", "babble", "look",
    ]  # fmt: skip
    seed: int


@dataclass(frozen=True)
class Kick:
    """A user, or all of them, are shown the door."""

    user: int | None


@dataclass(frozen=True)
class Forget:
    """The room is deleted."""


@dataclass(frozen=True)
class Crowd:
    """One user with more connections than one may have."""


@dataclass(frozen=True)
class Check:
    """Everything comes to rest, and everything is compared."""


Step = (
    Setting
    | Publish
    | Together
    | Crash
    | Repeat
    | Flood
    | Hurry
    | At
    | Kick
    | Forget
    | Crowd
    | Check
)

_seeds = st.integers(0, 2**12)
_kinds = st.sampled_from(
    [*KEYS, "token", "token", "scene", "combatant", "combatant", "combat", "note", "token"]
)
_drafts = st.builds(
    Draft,
    op=st.sampled_from(["put", "put", "put", "patch", "patch", "del"]),
    kind=_kinds,
    key=st.integers(0, 2),
    seed=_seeds,
    rev=st.sampled_from(["next", "next", "next", "next", "next", "jump", "same", "below"]),
    base=st.sampled_from(["right"] * 7 + ["wrong"]),
    expect=st.sampled_from(["none"] * 6 + ["right", "right", "wrong"]),
)
_few = st.lists(_drafts, min_size=1, max_size=6).map(tuple)
_publish = st.builds(
    Publish,
    drafts=_few,
    key=st.booleans(),
    way=st.sampled_from(
        ["plain", "plain", "plain", "again", "again with another body", "without an answer"]
    ),
)
_group = st.lists(_publish, min_size=1, max_size=3).map(tuple)
_at = st.builds(
    At,
    seat=st.integers(0, 7),
    what=st.sampled_from([
        "leave", "abort", "come", "come", "come", "come anew", "come from the past",
        "come with nonsense", "lag", "read on", "lose a frame", "lose a frame", "ask",
        "ask from the past", "ask with nonsense", "point", "point", "babble", "look",
    ]),
    seed=_seeds,
)  # fmt: skip
_crash = st.builds(
    Crash,
    publishes=_group,
    after=st.sampled_from([0.0, 0.001, 0.003, 0.01]),
    how=st.sampled_from(["kill", "stop", "deploy"]),
)
_flood = st.builds(
    Flood,
    times=st.sampled_from([1, 7]),
    rows=st.sampled_from([1, 3]),
    size=st.sampled_from([40_000, 180_000]),
)
_steps: dict[str, tuple[int, st.SearchStrategy[Step]]] = {
    "publish": (30, _publish),
    "at": (36, _at),
    "together": (8, st.builds(Together, publishes=_group)),
    "repeat": (5, st.builds(Repeat, back=st.integers(0, 10))),
    "hurry": (7, st.builds(Hurry, drafts=_few, times=st.sampled_from([5, 25, 40]))),
    "setting": (2, st.builds(Setting)),
    "crash": (4, _crash),
    "check": (3, st.builds(Check)),
    "kick": (2, st.builds(Kick, user=st.one_of(st.integers(0, 2), st.none()))),
    "flood": (1, _flood),
    "forget": (1, st.builds(Forget)),
    "crowd": (1, st.builds(Crowd)),
}
"""How often, of a hundred steps. `one_of` would take no notice of that."""
_names = [name for name, (often, _) in _steps.items() for _ in range(often)]
_step = st.sampled_from(_names).flatmap(lambda name: _steps[name][1])
stories = st.lists(_step, min_size=10, max_size=50).map(lambda steps: [Setting(), *steps])


def make_row(kind: str, seed: int, mark: Marked) -> Value:
    """Make a row that fits its kind: every optional field half of the time."""
    random = Random(seed)
    value = _MAKERS[kind](random, mark)
    return {name: part for name, part in value.items() if part is not None}


def setting(mark: Marked) -> list[tuple[str, str, Value]]:
    """Rows of a fight: two in plain sight with the same initiative, one hidden."""
    grid = {"width": 9, "height": 9, "grid": {"type": "hex", "size": 1}}
    place = {"sceneId": "q11q", "x": 1, "y": 1, "width": 1, "height": 1}
    rows: list[tuple[str, str, Value]] = [
        ("session", "q1q", {"activeSceneId": "q11q"}),
        ("scene", "q11q", dict(grid)),
        ("scene", "q12q", {**grid, "hidden": True}),
        ("combat", "q41q", {"sceneId": "q11q", "active": True, "round": 0, "turn": 0}),
    ]
    for number, sort in enumerate((1, -1, 0), start=1):
        notes = f"{CANARY} {mark()}"
        token = {**place, "hp": 5, "gmNotes": notes, "hidden": number == 3}
        links = {"combatId": "q41q", "tokenId": f"q2{number}q"}
        rows.append(("token", f"q2{number}q", token))
        rows.append(("combatant", f"q3{number}q", {**links, "initiative": 7, "sort": sort}))
    named = ("scene", "token", "combatant")
    return [(k, key, {"name": mark(), **row} if k in named else row) for k, key, row in rows]


def make_patch(kind: str, value: Value, seed: int, mark: Marked) -> Value:
    """Make a merge patch from one row to another that fits: some fields new, some gone."""
    random = Random(seed)
    target = make_row(kind, random.randrange(1 << 16), mark)
    names = sorted({*value, *target})
    chosen = [name for name in names if random.random() < 0.4]
    patch: Value = {}
    for name in chosen:
        if name not in target:
            patch[name] = None
        elif name in ("ownerIds", "shapes") and name in value:
            gone = {part: None for part in value[name] if part not in target[name]}
            patch[name] = {**gone, **target[name]}
        else:
            patch[name] = target[name]
    return patch


def _key(random: Random, kind: str) -> str:
    return random.choice(KEYS[kind])


def _number(random: Random) -> float:
    kinds = (0, -0.0, 7, -3, 0.1, 1e21, 1e-7, 123456789.125, -2.5e-9, 5e-324, 2**53 - 1)
    return random.choice((*kinds, random.randrange(1000), random.random() * 1000))


def _points(random: Random, least: int) -> list[list[float]]:
    return [[_number(random), _number(random)] for _ in range(least + random.randrange(2))]


def _owners(random: Random) -> Value | None:
    owners = {user: True for user in USERS if random.random() < 0.4}
    return owners if random.random() < 0.5 else None


def _session(random: Random, mark: Marked) -> Value:
    return {
        "name": _maybe(random, mark()),
        "campaignId": _maybe(random, mark()),
        "activeSceneId": _maybe(random, _key(random, "scene")),
        "paused": _maybe(random, value=True),
    }


def _scene(random: Random, mark: Marked) -> Value:
    return {
        "name": mark() + random.choice(["", "\u2028 \U0001f409", '\\"\t\x01', "é"]),
        "width": 1 + random.randrange(9),
        "height": 0.5,
        "background": _maybe(random, mark()),
        "grid": {"type": "hex", "size": 1 + random.randrange(9)},
        "hidden": _maybe(random, random.random() < 0.6),
        "sort": _maybe(random, _number(random)),
    }


def _token(random: Random, mark: Marked) -> Value:
    return {
        "sceneId": _key(random, "scene"),
        "name": mark(),
        "x": _number(random),
        "y": _number(random),
        "width": 1,
        "height": 1,
        "hidden": _maybe(random, random.random() < 0.6),
        "locked": _maybe(random, value=False),
        "disposition": _maybe(random, random.randrange(-2, 2)),
        "actorId": _maybe(random, mark()),
        "hp": _maybe(random, random.randrange(100)),
        "gmNotes": _maybe(random, f"{CANARY} {mark()}"),
        "ownerIds": _owners(random),
        "sort": _maybe(random, _number(random)),
    }


def _combatant(random: Random, mark: Marked) -> Value:
    return {
        "combatId": _key(random, "combat") if random.random() < 0.8 else None,
        "tokenId": _key(random, "token") if random.random() < 0.6 else None,
        "name": mark(),
        "initiative": random.choice([1, 1, 2, 2.5, -1, _number(random)]),
        "sort": _maybe(random, random.choice([0, -0.0, 1, -1])),
        "hidden": _maybe(random, random.random() < 0.6),
        "defeated": _maybe(random, value=True),
        "actorId": _maybe(random, mark()),
    }


def _combat(random: Random, mark: Marked) -> Value:
    return {
        "sceneId": _key(random, "scene"),
        "active": random.random() < 0.5,
        "round": random.randrange(3),
        "turn": random.randrange(3),
        "combatantId": _maybe(random, _key(random, "combatant")),
    }


def _wall(random: Random, mark: Marked) -> Value:
    door = random.choice(["open", "closed", None])
    return {"sceneId": _key(random, "scene"), "points": _points(random, 2), "door": door}


def _light(random: Random, mark: Marked) -> Value:
    place = {"x": _number(random), "y": _number(random), "range": random.randrange(9)}
    return {"sceneId": _key(random, "scene"), **place, "color": _maybe(random, mark())}


def _fog(random: Random, mark: Marked) -> Value:
    shape = {"op": random.choice(["reveal", "hide"]), "points": _points(random, 3)}
    names = [mark(), "same", "constructor"]
    return {
        "sceneId": _key(random, "scene"),
        "mode": random.choice(["off", "manual"]),
        "shapes": _maybe(random, {name: shape for name in names if random.random() < 0.5}),
        "mask": _maybe(random, mark()),
        "revision": _maybe(random, random.randrange(9)),
    }


def _drawing(random: Random, mark: Marked) -> Value:
    return {
        "sceneId": _key(random, "scene"),
        "authorId": _maybe(random, mark()),
        "shape": random.choice(["freehand", "text", "ellipse"]),
        "points": _points(random, 1),
        "text": _maybe(random, mark()),
        "hidden": _maybe(random, random.random() < 0.6),
        "sort": _maybe(random, _number(random)),
    }


def _note(random: Random, mark: Marked) -> Value:
    return {
        "name": mark(),
        "text": _maybe(random, mark()),
        "sceneId": _key(random, "scene") if random.random() < 0.3 else None,
        "hidden": _maybe(random, random.random() < 0.6),
        "gmNotes": _maybe(random, f"{CANARY} {mark()}"),
        "ownerIds": _owners(random),
    }


_MAKERS: dict[str, Callable[[Random, Marked], Value]] = {
    "session": _session,
    "scene": _scene,
    "token": _token,
    "combatant": _combatant,
    "combat": _combat,
    "wall": _wall,
    "light": _light,
    "fog": _fog,
    "drawing": _drawing,
    "note": _note,
}


def _maybe(random: Random, value: Any) -> Any:
    return value if random.random() < 0.5 else None
