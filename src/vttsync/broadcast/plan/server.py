"""What a tabletop's server publishes when its game master plays a script."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from vttsync.broadcast.actions import Change, Entity, Pause, Publish, Value
from vttsync.broadcast.plan.rows import Rows
from vttsync.broadcast.plan.turns import Turns
from vttsync.broadcast.script.ground import whole
from vttsync.broadcast.script.model import Placed, Script
from vttsync.broadcast.script.own import COMBAT, SESSION, combatant_row, token_row
from vttsync.broadcast.script.steps import (
    Begin,
    Hide,
    Hurt,
    Move,
    Next,
    Overtake,
    Remove,
    Reveal,
    Send,
    Step,
    WrittenChange,
)

_MOST_CHANGES = 400
_MOST_BYTES = 512 * 1024


def _batches(changes: list[Change]) -> Iterator[list[Change]]:
    """Divide a set-up into requests that stay well below the room's limits (500, 1 MiB)."""
    batch: list[Change] = []
    room = _MOST_BYTES
    for change in changes:
        size = len(json.dumps(change.body()))
        if batch and (len(batch) == _MOST_CHANGES or size > room):
            yield batch
            batch, room = [], _MOST_BYTES
        batch.append(change)
        room -= size
    if batch:
        yield batch


class AppServer:
    """What a tabletop's server does when its game master plays the script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._scene = script.ground.scene_id
        self._tokens = {token.table.name: token for token in script.tokens}
        self._names = {token.id: token.table.name for token in script.tokens}
        self._rows = Rows()
        self._turns = Turns(())

    def set_up(self) -> Iterator[Publish]:
        """Yield what is published before anyone joins."""
        file, ground = self._script.file, self._script.ground
        session: Value = {"name": file.title, "activeSceneId": self._scene, "paused": False}
        scene = (
            self._rows.put(SESSION, session),
            self._rows.put(("scene", self._scene), ground.scene(file.scene.name or "")),
        )
        fixtures = [self._rows.put(*row) for row in ground.fixtures(self._scene)]
        tokens = [self._rows.put(token_row(t.id), self._token_row(t)) for t in self._script.tokens]
        yield Publish(scene, "set-up: the scene", 1)
        for batch in _batches(fixtures):
            yield Publish(tuple(batch), "set-up: walls and lights", 1)
        for batch in _batches(tokens):
            yield Publish(tuple(batch), "set-up: the tokens", 1)

    def play(self, step: Step, line: int) -> Iterator[Publish | Pause]:
        """Yield what a step makes the server do; nothing, when it isn't the server's."""
        match step:
            case Move():
                yield from self._move(step, line)
            case Overtake():
                yield from self._overtake(step, line)
            case Send(publish=written):
                names = ", ".join(f"{change.op} {'/'.join(change.entity)}" for change in written)
                sent = tuple(self._send(change) for change in written)
                yield Publish(sent, f"publish {names}", line, step.say)
            case Begin() | Next() | Reveal() | Hide() | Hurt() | Remove():
                label, changes = self._change(step)
                yield Publish(changes, label, line, step.say)

    def pixels(self, place: Sequence[float]) -> list[float]:
        """Tell where a place of the script is, in scene pixels."""
        return list(self._script.ground.pixels(*place))

    def token_id(self, name: str) -> str:
        """Tell a token's key."""
        return self._tokens[name].id

    def _move(self, step: Move, line: int) -> Iterator[Publish | Pause]:
        for number, place in enumerate(step.along * step.times):
            if number:
                yield Pause(step.every)
            label = f"{step.move} moves to {_shown(place)}"
            yield Publish(self._at(step.move, place), label, line, "" if number else step.say)

    def _overtake(self, step: Overtake, line: int) -> Iterator[Publish]:
        changes = [self._at(step.overtake, place) for place in step.along]
        label = f"{step.overtake} moves to {_shown(step.along[-1])}"
        yield Publish(changes[-1], label, line, step.say)
        for place, change in zip(step.along[:-1], changes[:-1], strict=True):
            late = f"{step.overtake} moves to {_shown(place)}, told too late"
            yield Publish(change, late, line, duplicate=True)

    def _at(self, name: str, place: Sequence[float]) -> tuple[Change]:
        x, y = self.pixels(place)
        return (self._rows.set(self._entity(name), {"x": x, "y": y}),)

    def _send(self, written: WrittenChange) -> Change:
        value = written.value or {}
        if written.op == "put":
            return self._rows.put(written.entity, value)
        if written.op == "del":
            return self._rows.delete(written.entity)
        return self._rows.patch(written.entity, value | dict.fromkeys(written.without))

    def _change(self, step: Step) -> tuple[str, tuple[Change, ...]]:
        """Tell what a step of one publish is called, and what it changes."""
        match step:
            case Begin():
                return "combat begins", self._begin()
            case Next():
                self._turns = self._turns.next()
                whose = self._names.get(self._turns.current or "", "nobody")
                label = f"round {self._turns.round}, turn of {whose}"
                return label, (self._rows.put(COMBAT, self._combat_row()),)
            case Reveal(reveal=name):
                change = self._rows.set(self._entity(name), {"hidden": False})
                return f"{name} is revealed", (change,)
            case Hide(hide=name):
                return f"{name} hides", (self._rows.set(self._entity(name), {"hidden": True}),)
            case Hurt(hurt=name, by=by):
                return f"{name} loses {by} hp", (self._hurt(name, by),)
            case Remove(remove=name):
                return f"{name} is removed", self._remove(name)
        raise AssertionError(f"a step without an action: {type(step).__name__}")

    def _begin(self) -> tuple[Change, ...]:
        fighters = [token for token in self._tokens.values() if token.table.roll]
        # Equal initiative: the better bonus first, then the script's order, which sorting keeps.
        fighters.sort(key=lambda f: (-_initiative(f), -f.creature.initiativeBonus))
        ties = Counter(map(_initiative, fighters))
        self._turns = Turns(tuple(fighter.id for fighter in fighters))
        combat = self._rows.put(COMBAT, self._combat_row())
        return combat, *(
            self._rows.put(combatant_row(f.id), self._combatant_row(f, ties)) for f in fighters
        )

    def _hurt(self, name: str, by: int) -> Change:
        entity = self._entity(name)
        return self._rows.patch(entity, {"hp": max(0, self._rows.get(entity)["hp"] - by)})

    def _remove(self, name: str) -> tuple[Change, ...]:
        entity, before = self._entity(name), self._turns
        self._turns = before.without(self._tokens.pop(name).id)
        # No `del` for the combatant: the room takes it along with its token.
        gone = self._rows.delete(entity)
        if self._turns == before:
            return (gone,)
        return gone, self._rows.put(COMBAT, self._combat_row())

    def _entity(self, name: str) -> Entity:
        return token_row(self._tokens[name].id)

    def _token_row(self, token: Placed) -> Value:
        creature, table = token.creature, token.table
        if token.row is not None:
            return token.row
        x, y = self._script.ground.pixels(*table.at)
        row: Value = {
            "sceneId": self._scene,
            "name": table.name,
            "actorId": creature.id,
            "x": x,
            "y": y,
            "width": whole(creature.width),
            "height": whole(creature.height),
            "disposition": creature.disposition,
            "hidden": table.hidden,
        }
        if creature.hp is not None:
            row["hp"] = creature.hp
        if creature.sight is not None:
            row["sight"] = whole(creature.sight)
        if table.owner:
            row["ownerIds"] = {table.owner: True}
        if table.notes:
            row["gmNotes"] = table.notes
        return row

    def _combatant_row(self, token: Placed, ties: Counter[int]) -> Value:
        row: Value = {
            "combatId": COMBAT[1],
            "tokenId": token.id,
            "name": token.table.name,
            "initiative": _initiative(token),
        }
        if ties[_initiative(token)] > 1:
            # Made of what is known of this one alone: a place in the order would tell players
            # how many they don't see.
            place = self._script.tokens.index(token)
            row["sort"] = place - len(self._script.tokens) * token.creature.initiativeBonus
        return row

    def _combat_row(self) -> Value:
        row: Value = {
            "sceneId": self._scene,
            "active": self._turns.current is not None,
            "round": self._turns.round,
            "turn": self._turns.turn,
        }
        if self._turns.current is not None:
            row["combatantId"] = combatant_row(self._turns.current)[1]
        return row


def _shown(place: Sequence[float]) -> str:
    return f"[{place[0]:g}, {place[1]:g}]"


def _initiative(token: Placed) -> int:
    return (token.table.roll or 0) + token.creature.initiativeBonus
