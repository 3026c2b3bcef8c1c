"""What each person sees of a session: the rules that the polling endpoint always had.

The room has the same ones, as `docs/protocol.md` states them; a test compares the two.
"""

from __future__ import annotations

from .database import Entity, Row, Rows
from .people import Person

_GM_ONLY = {"token": {"hidden", "gmNotes"}, "combat": {"turn"}}
_GM_AND_OWNER = {"token": {"hp", "ownerIds"}}


def view_of(rows: Rows, person: Person) -> Rows:
    """Work out what somebody sees of a session's rows."""
    shown = {entity: row for entity, row in rows.items() if person.is_gm or _is_open(rows, row)}
    return {
        (kind, key): _fields(shown, kind, row, person)
        | ({"order": turn_order(shown, key)} if kind == "combat" else {})
        for (kind, key), row in shown.items()
    }


def turn_order(rows: Rows, combat: str) -> list[str]:
    """Put those who fight into the order of their turns."""
    fighters = {
        key: row["initiative"]
        for (kind, key), row in rows.items()
        if kind == "combatant" and row["combatId"] == combat
    }
    return sorted(fighters, key=lambda key: (-fighters[key], key))


def _is_open(rows: Rows, row: Row) -> bool:
    """Tell whether anybody may know of a row: it isn't hidden, nor is the token it belongs to."""
    token: Row = rows.get(("token", row.get("tokenId", "")), {})
    return row.get("hidden") is not True and token.get("hidden") is not True


def _fields(shown: Rows, kind: str, row: Row, person: Person) -> Row:
    if person.is_gm:
        return row
    secret: set[str] = set(_GM_ONLY.get(kind, ()))
    if not person.owns(row):
        secret |= _GM_AND_OWNER.get(kind, set())
    if kind == "combat" and ("combatant", row.get("combatantId", "")) not in shown:
        secret.add("combatantId")
    return {field: value for field, value in row.items() if field not in secret}


def answer_of(view: Rows) -> list[dict[str, Entity | str | Row]]:
    """List a view's entities as the room's snapshot does."""
    return [{"kind": kind, "key": key, "value": view[kind, key]} for kind, key in sorted(view)]
