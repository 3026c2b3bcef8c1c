"""Running vttsync in this process, the way httpie's tests run theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from vttsync.cli.main import run


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


class Cli:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        code = run(list(words))
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)
