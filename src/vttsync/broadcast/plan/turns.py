"""The order of turns in a combat, as an app server keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Turns:
    """Whose turn it is.

    Attributes:
        order: ids from the highest initiative to the lowest.
        round: counts from 1.
        turn: place in the order, from 0.
    """

    order: tuple[str, ...]
    round: int = 1
    turn: int = 0

    @property
    def current(self) -> str | None:
        """Whose turn it is; nobody's, when nobody is left."""
        return self.order[self.turn] if self.order else None

    def next(self) -> Turns:
        """Go to the next in the order; after the last, a new round begins."""
        return self._at(self.turn + 1)

    def without(self, gone: str) -> Turns:
        """Take somebody out of the order; the turn passes on if it was theirs."""
        if gone not in self.order:
            return self
        left = replace(self, order=tuple(who for who in self.order if who != gone))
        earlier = self.order.index(gone) < self.turn
        return left._at(self.turn - 1 if earlier else self.turn)

    def _at(self, turn: int) -> Turns:
        if turn < len(self.order):
            return replace(self, turn=turn)
        return replace(self, turn=0, round=self.round + 1 if self.order else self.round)
