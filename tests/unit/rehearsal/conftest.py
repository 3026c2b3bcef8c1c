from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.rehearsal.cloud import Cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    """An empty account."""
    return Cloud(tmp_path / "account")
