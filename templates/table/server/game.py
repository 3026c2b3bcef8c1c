"""What can be done at the table.

Each function changes the database, inside the caller's transaction, and returns what it touched.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from . import database
from .database import Entity, Row
from .people import Person, RefusedError
from .seed import Creature
from .turns import counted, passed
from .views import turn_order, view_of

Touched = list[Entity]


@dataclass(frozen=True)
class Turn:
    """Which turn somebody saw when they asked for the next one."""

    round: int
    combatant: str | None


class Game:
    """One person at a session's table, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, person: Person) -> None:
        self._connection = connection
        self._person = person
        self._rows = dict(database.rows_of(connection, person.session))

    def move(self, token: str, x: float, y: float) -> Touched:
        """Put a token elsewhere, wholly inside its scene.

        Raises:
            RefusedError: 404, also for a token that they can't see; 403, if it isn't theirs.
        """
        row = self._token(token)
        if not self._person.may_move(row):
            raise RefusedError(403, "not_yours", "That token isn't yours to move.")
        place = self._inside(row["sceneId"], row["width"], x, y)
        return self._change(("token", token), **place)

    def hurt(self, token: str, hp: float) -> Touched:
        """Set a token's hit points, as the game master or its owner.

        Raises:
            RefusedError: 404, also for a token that they can't see; 403, if it isn't theirs.
        """
        row = self._token(token)
        if not (self._person.is_gm or self._person.owns(row)):
            raise RefusedError(403, "not_yours", "That token isn't yours.")
        return self._change(("token", token), hp=_whole(max(hp, 0)))

    def hide(self, token: str, hidden: bool) -> Touched:
        """Hide a token from all but the game master, or reveal it.

        Raises:
            RefusedError: 403, for all but the game master; 404, if it isn't there.
        """
        self._person.must_be_gm()
        self._token(token)
        return self._change(("token", token), hidden=hidden)

    def remove(self, token: str) -> Touched:
        """Remove a token; its combatant goes along, and its turn passes to whoever is next.

        Raises:
            RefusedError: 403, for all but the game master; 404, if it isn't there.
        """
        self._person.must_be_gm()
        self._token(token)
        gone = {key for key, row in self._of("combatant").items() if row["tokenId"] == token}
        touched: Touched = [("token", token), *(("combatant", key) for key in sorted(gone))]
        for key, combat in self._of("combat").items():
            order = turn_order(self._rows, key)
            left = [fighter for fighter in order if fighter not in gone]
            if combat.get("combatantId") in gone:
                touched += self._change(("combat", key), **passed(order, combat, gone))
            elif left != order:
                touched += self._change(("combat", key), **counted(left, combat))
        database.delete(self._connection, self._person.session, ("token", token))
        return touched

    def add(self, scene: str, creature: Creature, name: str, x: float, y: float) -> Touched:
        """Put a creature on the map, hidden, and roll its initiative where there is a fight.

        Raises:
            RefusedError: 403, for all but the game master; 404, without such a scene.
        """
        self._person.must_be_gm()
        if ("scene", scene) not in self._rows:
            raise RefusedError(404, "no_scene", "There is no such scene.")
        key = f"token-{secrets.token_hex(6)}"
        row = creature.token(scene, name) | self._inside(scene, creature.size, x, y)
        self._insert(("token", key), row | {"hidden": True})
        touched: Touched = [("token", key)]
        for combat, fight in self._of("combat").items():
            roll = secrets.randbelow(20) + 1 + creature.initiative_bonus
            fighter = {"combatId": combat, "tokenId": key, "name": name, "initiative": roll}
            self._insert(("combatant", f"fighter-{key}"), fighter)
            order = turn_order(self._rows, combat)
            touched += [("combatant", f"fighter-{key}")]
            touched += self._change(("combat", combat), **counted(order, fight))
        return touched

    def open_door(self, wall: str, door: str) -> Touched:
        """Open or close a door.

        Raises:
            RefusedError: 403, for all but the game master; 404, if there is no such door.
        """
        self._person.must_be_gm()
        if "door" not in self._rows.get(("wall", wall), {}):
            raise RefusedError(404, "no_door", "There is no such door.")
        return self._change(("wall", wall), door=door)

    def next_turn(self, combat: str, seen: Turn) -> Touched:
        """Pass the turn on, if it is still the one that was seen: of two who ask, one is heard.

        Raises:
            RefusedError: 404, if there is no such combat; 409, if it isn't that turn any more;
                403, for all but the game master and the owner of whose turn it is.
        """
        row = self._rows.get(("combat", combat))
        if row is None:
            raise RefusedError(404, "no_combat", "There is no such combat.")
        shown = view_of(self._rows, self._person)["combat", combat]
        if Turn(shown["round"], shown.get("combatantId")) != seen:
            found = {"round": shown["round"], "combatantId": shown.get("combatantId")}
            raise RefusedError(409, "expect_mismatch", "The turn has passed already.", found)
        fighter = self._rows.get(("combatant", row.get("combatantId", "")), {})
        token = self._rows.get(("token", fighter.get("tokenId", "")), {})
        if not (self._person.is_gm or self._person.owns(token)):
            raise RefusedError(403, "not_your_turn", "It isn't your turn.")
        order = turn_order(self._rows, combat)
        return self._change(("combat", combat), **passed(order, row))

    def _token(self, key: str) -> Row:
        row = self._rows.get(("token", key))
        # What somebody can't see must look as if it weren't there.
        if row is None or (row.get("hidden") is True and not self._person.is_gm):
            raise RefusedError(404, "no_token", "There is no such token.")
        return row

    def _of(self, kind: str) -> dict[str, Row]:
        return {key: row for (it, key), row in self._rows.items() if it == kind}

    def _inside(self, scene: str, cells: float, x: float, y: float) -> Row:
        row = self._rows["scene", scene]
        size = cells * row["grid"]["size"]
        return {
            "x": _whole(min(max(x, 0), max(row["width"] - size, 0))),
            "y": _whole(min(max(y, 0), max(row["height"] - size, 0))),
        }

    def _change(self, entity: Entity, **fields: Any) -> Touched:
        database.update(self._connection, self._person.session, entity, fields)
        return [entity]

    def _insert(self, entity: Entity, row: Row) -> None:
        database.insert(self._connection, self._person.session, entity, row)
        self._rows[entity] = row


def _whole(number: float) -> float:
    """Round to a thousandth, as an int where that is one."""
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded
