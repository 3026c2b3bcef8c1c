"""What each audience may see, stated from the protocol's rules and from nothing else.

The room has its own statement in TypeScript. This one shares no code and no shape with it, so
that a mistake in either shows as a difference.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from vttsync.broadcast.actions import Audience, Entity, KindRules, PresenceKind, Role, Value

State = Mapping[Entity, Value]
"""Rows by kind and key: the whole database, or what an audience sees of it."""

AUDIENCES: tuple[Audience, ...] = ("gm", "player", "spectator", "display")
"""Those that every room has; `user:` audiences come and go with what players own."""

Kinds = Mapping[str, KindRules]
"""Who sees what of each kind of row."""

_USER = "user:"
_IN_SCENE = {"sceneId": "scene"}
KINDS: Kinds = {
    "session": KindRules(),
    "scene": KindRules(gm=frozenset({"hidden"})),
    "token": KindRules(
        gm=frozenset({"hidden", "gmNotes"}),
        owner=frozenset({"hp", "ownerIds"}),
        owned=True,
        hidden_with=_IN_SCENE,
    ),
    "combat": KindRules(gm=frozenset({"turn"}), hidden_with=_IN_SCENE),
    "combatant": KindRules(
        gm=frozenset({"hidden"}), hidden_with={"tokenId": "token", "combatId": "combat"}
    ),
    "wall": KindRules(hidden_with=_IN_SCENE),
    "light": KindRules(hidden_with=_IN_SCENE),
    "fog": KindRules(hidden_with=_IN_SCENE),
    "drawing": KindRules(gm=frozenset({"hidden"}), hidden_with=_IN_SCENE),
    "note": KindRules(
        gm=frozenset({"hidden", "gmNotes"}),
        owner=frozenset({"ownerIds"}),
        owned=True,
        hidden_with=_IN_SCENE,
        opens=True,
    ),
}
"""The kinds that every room has."""
_POINTS_AT = {"drag": ("token", "tokenId")}


def audience_of(user: str, role: Role, existing: Container[Audience]) -> Audience:
    """Tell which of the existing audiences a user is in: players who own something in their own."""
    own = _USER + user
    return own if role == "player" and own in existing else role


def user_audiences(rows: State, kinds: Kinds = KINDS) -> set[Audience]:
    """Name the audiences of those who own a row, however well that row is hidden."""
    owned = (row.get("ownerIds", {}) for (kind, _), row in rows.items() if kinds[kind].owned)
    return {_USER + user for owners in owned for user, owns in owners.items() if owns is True}


def shows(seen: State, kind: PresenceKind, value: Value) -> bool:
    """Tell whether who has this view sees what somebody points at."""
    pointed, field = _POINTS_AT.get(kind, ("scene", "sceneId"))
    return (pointed, value[field]) in seen


def view(rows: State, audience: Audience, kinds: Kinds = KINDS) -> State:
    """Work out what an audience sees of the rows."""
    if audience == "gm":
        seen: dict[Entity, Value] = dict(rows)
    else:
        visible = {e: row for e, row in rows.items() if not _hidden(rows, e, audience, kinds)}
        seen = {e: _open_fields(e[0], row, visible, audience, kinds) for e, row in visible.items()}
    for (kind, key), row in list(seen.items()):
        if kind == "combat":
            seen[kind, key] = row | {"order": _order(seen, key)}
    return seen


def _owns(audience: Audience, row: Value) -> bool:
    owners: dict[str, Any] = row.get("ownerIds", {})
    return audience.startswith(_USER) and owners.get(audience.removeprefix(_USER)) is True


def _hidden(rows: State, entity: Entity, audience: Audience, kinds: Kinds) -> bool:
    """Tell whether a row is hidden from an audience other than the game master."""
    row = rows.get(entity)
    if row is None:  # It may have been hidden, or may be about to be.
        return True
    rules = kinds[entity[0]]
    if row.get("hidden") is True and not (rules.opens and _owns(audience, row)):
        return True
    # Whatever belongs to something hidden is hidden with it.
    return any(_hidden(rows, whole, audience, kinds) for whole in _belongs_to(rules, row))


def _belongs_to(rules: KindRules, row: Value) -> Iterator[Entity]:
    for field, whole in rules.hidden_with.items():
        if isinstance(key := row.get(field), str):
            yield whole, key


def _open_fields(kind: str, row: Value, seen: State, audience: Audience, kinds: Kinds) -> Value:
    secret = set(kinds[kind].gm)
    if not _owns(audience, row):
        secret |= kinds[kind].owner
    if kind == "combat" and ("combatant", row.get("combatantId")) not in seen:
        secret.add("combatantId")
    if kind == "session" and ("scene", row.get("activeSceneId")) not in seen:
        secret.add("activeSceneId")
    if secret.isdisjoint(row):
        return row
    return {field: value for field, value in row.items() if field not in secret}


def _order(seen: State, combat: str) -> list[str]:
    """Put those in a combat whom an audience sees into the order of their turns."""
    fighters = {
        key: row
        for (kind, key), row in seen.items()
        if kind == "combatant" and row.get("combatId") == combat
    }
    # Keys are ASCII, so that code points and UTF-16 code units sort alike.
    return sorted(
        fighters, key=lambda k: (-fighters[k]["initiative"], fighters[k].get("sort", 0), k)
    )
