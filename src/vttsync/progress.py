"""How long work tells of itself, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Step(Protocol):
    """One stage under way."""

    def update(self, detail: str) -> None:
        """Say how far it is; the last word stays beside the stage's name."""


Stages = Callable[[str], AbstractContextManager[Step]]
