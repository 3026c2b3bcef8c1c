"""The rows that a script keeps by itself; a `publish` leaves them alone."""

from __future__ import annotations

from vttsync.broadcast.actions import Entity

SESSION: Entity = ("session", "session-1")
COMBAT: Entity = ("combat", "combat-1")


def token_row(token_id: str) -> Entity:
    """Name a token's row."""
    return "token", token_id


def combatant_row(token_id: str) -> Entity:
    """Name the row of a token's place in the combat."""
    return "combatant", f"combatant-{token_id}"
