"""Whether the rows that a script publishes by name are there, and not its own to keep."""

from __future__ import annotations

from collections.abc import Iterable

from vttsync.broadcast.actions import Entity
from vttsync.broadcast.script.ground import Ground
from vttsync.broadcast.script.mistakes import Mistakes, meant
from vttsync.broadcast.script.model import Placed
from vttsync.broadcast.script.own import SESSION, token_row
from vttsync.broadcast.script.steps import Send
from vttsync.toml_source import KeyPath

_INSTEAD = "use its own steps: move, hide, hurt, remove …"
_KEPT = ("combat", "combatant")


class Database:
    """The rows of a script as it goes on."""

    def __init__(
        self, ground: Ground, tokens: Iterable[Placed], kinds: Iterable[str], mistakes: Mistakes
    ) -> None:
        self._own = {token_row(token.id) for token in tokens}
        fixtures = (entity for entity, _ in ground.fixtures(ground.scene_id))
        self._rows = {SESSION, ("scene", ground.scene_id), *fixtures}
        self._kinds = tuple(kinds)
        self._mistakes = mistakes

    def check_kinds(self, at: KeyPath) -> None:
        """Note rows of the start that are of no kind."""
        for kind, key in sorted(self._rows):
            self._check_kind((kind, key), at)

    def send(self, step: Send, at: KeyPath) -> None:
        """Check the changes of a step, then remember them."""
        for place, change in enumerate(step.publish):
            entity, where = change.entity, (*at, "publish", place, change.op)
            name = "/".join(entity)
            if not self._check_kind(entity, where):
                continue
            if entity in self._own or entity[0] in _KEPT:
                self._mistakes.add(where, f'"{name}" is kept by the script; {_INSTEAD}')
            elif change.op != "put" and entity not in self._rows:
                guess = meant(name, map("/".join, sorted(self._rows)))
                self._mistakes.add(where, f'there is no row "{name}" at this point; {guess}')
            (self._rows.discard if change.op == "del" else self._rows.add)(entity)

    def _check_kind(self, entity: Entity, at: KeyPath) -> bool:
        if entity[0] in self._kinds:
            return True
        guess = meant(entity[0], self._kinds)
        told = f'no room has a kind "{entity[0]}"; {guess} A kind of your own needs a [[kind]].'
        self._mistakes.add(at, told)
        return False
