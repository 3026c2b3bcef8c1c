"""The app server's database: rows, each with its version."""

from __future__ import annotations

from vttsync.broadcast.actions import Change, Entity, Value
from vttsync.broadcast.values import merged


class Rows:
    """Rows by kind and key, and the changes that writing them makes."""

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
        self._rows[entity] = merged(self._rows[entity], fields)
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
