from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.table.seats import Seat, Table, table


@pytest.fixture
def polled(tmp_path: Path) -> Iterator[Table]:
    """A table without a room, as it was before."""
    with table(tmp_path) as running:
        yield running


@pytest.fixture
def gm(polled: Table) -> Seat:
    return polled.seat("mara", "gm")


@pytest.fixture
def ann(polled: Table) -> Seat:
    return polled.seat("ann", "player")
