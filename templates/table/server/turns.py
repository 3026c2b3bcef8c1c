"""Whose turn it is, worked out from the order and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .database import Row


def passed(order: Sequence[str], combat: Row, gone: Collection[str] = ()) -> Row:
    """Give the turn to whoever comes next, in the next round after the last.

    Args:
        order: everybody in the fight, in the order of their turns.
        combat: the fight's row.
        gone: who of them is leaving it.
    """
    left = [key for key in order if key not in gone]
    if not left:
        return {"turn": 0, "combatantId": None}
    current = combat.get("combatantId")
    later = order[order.index(current) + 1 :] if current in order else order
    following = [key for key in later if key not in gone]
    up = (following or left)[0]
    return {
        "round": combat["round"] + (not following),
        "turn": left.index(up),
        "combatantId": up,
    }


def counted(order: Sequence[str], combat: Row) -> Row:
    """Keep whose turn it is, and count its place anew, since others came or went."""
    current = combat.get("combatantId")
    return {"turn": order.index(current)} if current in order else passed(order, combat)
