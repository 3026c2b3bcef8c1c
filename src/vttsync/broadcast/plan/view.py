"""What each audience may see, stated from the protocol's rules and from nothing else.

The room has its own statement in TypeScript. This one shares no code and no shape with it, so
that a mistake in either shows as a difference.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from vttsync.broadcast.actions import Audience, Entity, Role, Value

State = Mapping[Entity, Value]
"""Rows by kind and key: the whole database, or what an audience sees of it."""

AUDIENCES: tuple[Audience, ...] = ("gm", "player", "spectator", "display")
"""Those that every room has; `user:` audiences come and go with what players own."""

_USER = "user:"
_OWNED = ("token", "note")
_GM_FIELDS = {
    "scene": {"hidden"},
    "token": {"hidden", "gmNotes"},
    "combatant": {"hidden"},
    "combat": {"turn"},
    "drawing": {"hidden"},
    "note": {"hidden", "gmNotes"},
}
_OWNER_FIELDS = {"token": {"hp", "ownerIds"}, "note": {"ownerIds"}}
"""For the game master and the row's owners."""


def audience_of(user: str, role: Role, existing: Container[Audience]) -> Audience:
    """Tell which of the existing audiences a user is in: players who own something in their own."""
    own = _USER + user
    return own if role == "player" and own in existing else role


def user_audiences(rows: State) -> set[Audience]:
    """Name the audiences of those who own a row, however well that row is hidden."""
    owned = (row.get("ownerIds", {}) for (kind, _), row in rows.items() if kind in _OWNED)
    return {_USER + user for owners in owned for user, owns in owners.items() if owns is True}


def view(rows: State, audience: Audience) -> State:
    """Work out what an audience sees of the rows."""
    if audience == "gm":
        seen: dict[Entity, Value] = dict(rows)
    else:
        visible = {e: row for e, row in rows.items() if not _hidden(rows, e, audience)}
        seen = {e: _open_fields(e[0], row, visible, audience) for e, row in visible.items()}
    for (kind, key), row in list(seen.items()):
        if kind == "combat":
            seen[kind, key] = row | {"order": _order(seen, key)}
    return seen


def _owns(audience: Audience, row: Value) -> bool:
    owners: dict[str, Any] = row.get("ownerIds", {})
    return audience.startswith(_USER) and owners.get(audience.removeprefix(_USER)) is True


def _hidden(rows: State, entity: Entity, audience: Audience) -> bool:
    """Tell whether a row is hidden from an audience other than the game master."""
    row = rows.get(entity)
    if row is None:  # It may have been hidden, or may be about to be.
        return True
    if row.get("hidden") is True and not (entity[0] == "note" and _owns(audience, row)):
        return True
    # Whatever belongs to something hidden is hidden with it.
    return any(_hidden(rows, whole, audience) for whole in _belongs_to(entity[0], row))


def _belongs_to(kind: str, row: Value) -> Iterator[Entity]:
    named = {
        "combatant": (("token", "tokenId"), ("combat", "combatId")),
        "session": (),
        "scene": (),
    }
    for whole, field in named.get(kind, (("scene", "sceneId"),)):
        if isinstance(key := row.get(field), str):
            yield whole, key


def _open_fields(kind: str, row: Value, seen: State, audience: Audience) -> Value:
    secret = set(_GM_FIELDS.get(kind, ()))
    if not _owns(audience, row):
        secret |= _OWNER_FIELDS.get(kind, set())
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
