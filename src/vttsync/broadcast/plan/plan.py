"""From a script to the publishes an app server would send: pure, so that it can be shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from vttsync.broadcast.actions import (
    Action,
    Change,
    Client,
    Entity,
    Leave,
    Pause,
    Plan,
    Publish,
    Return,
    Role,
    Value,
)
from vttsync.broadcast.plan.turns import Turns
from vttsync.broadcast.script.model import (
    Begin,
    Cast,
    Hide,
    Hurt,
    Move,
    Next,
    Placed,
    Remove,
    Reveal,
    Script,
    Step,
    Wait,
)
from vttsync.broadcast.script.uvtt import whole

SCENE = "scene-1"
COMBAT: Entity = ("combat", "combat-1")
_MOST_CHANGES = 400
_MOST_BYTES = 512 * 1024


def make_plan(script: Script) -> Plan:
    """Work out every publish of a script, its row versions, and who watches."""
    server = _AppServer(script)
    setup = tuple(server.set_up())
    steps = [
        action for written in script.steps for action in server.play(written.step, written.line)
    ]
    cast = tuple(_cast(script.file.cast))
    return Plan(
        title=script.file.title,
        script=str(script.path),
        setup=setup,
        cast=cast,
        steps=tuple(_interrupted(list(_retried(steps)))),
        latecomers=tuple(
            Client(f"late {role}", role, late=True)
            for role in dict.fromkeys(client.role for client in cast)
        ),
        patience=script.file.limits.patience,
    )


def _cast(cast: Cast) -> Iterator[Client]:
    for number in range(1, cast.gm + 1):
        yield Client("gm" if cast.gm == 1 else f"gm {number}", "gm")
    for name in cast.player_names:
        yield Client(name, "player")
    for number in range(1, cast.spectators + 1):
        yield Client("spectator" if cast.spectators == 1 else f"spectator {number}", "spectator")
    # Players come and go the most.
    roles: dict[Role, int] = {"player": cast.players, "spectator": cast.spectators, "gm": cast.gm}
    role = next(role for role, count in roles.items() if count)
    yield Client(f"returning {role}", role, returns=True)


def _retried(steps: Iterable[Publish | Pause]) -> Iterator[Publish | Pause]:
    """Send the first publish twice: an app server repeats one whose answer it never got."""
    repeated = False
    for step in steps:
        yield step
        if isinstance(step, Publish) and not repeated:
            repeated = True
            yield Publish(
                step.changes, f"{step.label}, the same request again", step.line, retry=True
            )


def _interrupted(steps: list[Publish | Pause]) -> Iterator[Action]:
    """Take the returning client away for the middle third of the publishes."""
    total = sum(isinstance(step, Publish) for step in steps)
    leaves = max(1, total // 3)
    returns = max(leaves + 1, 2 * total // 3)
    number = 0
    for step in steps:
        yield step
        number += isinstance(step, Publish)
        if isinstance(step, Publish) and total > 1 and number in (leaves, returns):
            yield Leave() if number == leaves else Return()


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


class _Rows:
    """The app server's database: rows, each with its version."""

    def __init__(self) -> None:
        self._rows: dict[Entity, Value] = {}
        self._revs: dict[Entity, int] = {}

    def put(self, entity: Entity, value: Value) -> Change:
        """Write a whole row."""
        self._rows[entity] = value
        return Change("put", *entity, rev=self._next(entity), value=value)

    def set(self, entity: Entity, fields: Value) -> Change:
        """Write some fields of a row, published as the whole row."""
        return self.put(entity, self._rows[entity] | fields)

    def patch(self, entity: Entity, fields: Value) -> Change:
        """Write some fields of a row, published as a merge patch on its last version."""
        base = self._revs[entity]
        self._rows[entity] = self._rows[entity] | fields
        return Change("patch", *entity, rev=self._next(entity), base=base, value=fields)

    def delete(self, entity: Entity) -> Change:
        """Delete a row; its version goes on counting."""
        del self._rows[entity]
        return Change("del", *entity, rev=self._next(entity))

    def get(self, entity: Entity) -> Value:
        """Read a row."""
        return self._rows[entity]

    def _next(self, entity: Entity) -> int:
        self._revs[entity] = self._revs.get(entity, 0) + 1
        return self._revs[entity]


class _AppServer:
    """What a tabletop's server does when its game master plays the script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._tokens = {token.table.name: token for token in script.tokens}
        self._names = {token.id: token.table.name for token in script.tokens}
        self._rows = _Rows()
        self._turns = Turns(())

    def set_up(self) -> Iterator[Publish]:
        """Yield what is published before anyone joins."""
        file, the_map = self._script.file, self._script.map
        session: Value = {"name": file.title, "activeSceneId": SCENE, "paused": False}
        scene = (
            self._rows.put(("session", "session-1"), session),
            self._rows.put(("scene", SCENE), the_map.scene(file.scene.name)),
        )
        fixtures = [self._rows.put(*row) for row in the_map.fixtures(SCENE)]
        tokens = [self._rows.put(_token(t), self._token_row(t)) for t in self._script.tokens]
        yield Publish(scene, "set-up: the scene", 1)
        for batch in _batches(fixtures):
            yield Publish(tuple(batch), "set-up: walls and lights", 1)
        for batch in _batches(tokens):
            yield Publish(tuple(batch), "set-up: the tokens", 1)

    def play(self, step: Step, line: int) -> Iterator[Publish | Pause]:
        """Yield what a step makes the server do."""
        if isinstance(step, Wait):
            yield Pause(step.pause, step.say)
        elif isinstance(step, Move):
            yield from self._move(step, line)
        else:
            label, changes = self._change(step)
            yield Publish(changes, label, line, step.say)

    def _move(self, step: Move, line: int) -> Iterator[Publish | Pause]:
        for number, (column, row) in enumerate(step.along):
            if number:
                yield Pause(step.every)
            x, y = self._script.map.pixels(column, row)
            change = self._rows.set(self._entity(step.move), {"x": x, "y": y})
            label = f"{step.move} moves to [{column:g}, {row:g}]"
            yield Publish((change,), label, line, "" if number else step.say)

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
            self._rows.put(("combatant", _combatant(f.id)), self._combatant_row(f, ties))
            for f in fighters
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
        return _token(self._tokens[name])

    def _token_row(self, token: Placed) -> Value:
        creature, table = token.creature, token.table
        x, y = self._script.map.pixels(*table.at)
        row: Value = {
            "sceneId": SCENE,
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
            "sceneId": SCENE,
            "active": self._turns.current is not None,
            "round": self._turns.round,
            "turn": self._turns.turn,
        }
        if self._turns.current is not None:
            row["combatantId"] = _combatant(self._turns.current)
        return row


def _initiative(token: Placed) -> int:
    return (token.table.roll or 0) + token.creature.initiativeBonus


def _token(token: Placed) -> Entity:
    return "token", token.id


def _combatant(token_id: str) -> str:
    return f"combatant-{token_id}"
