"""A script is checked before the room is asked for anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner import Cli

NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", ["bad.toml", "folder", "missing.toml"])
def test_a_bad_script_is_told_although_nobody_is_there(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Path("bad.toml").write_text("title = 3")
    Path("folder").mkdir()
    for key in ("PUBLISH", "TICKET"):
        monkeypatch.setenv(f"VTTSYNC_{key}_KEY", key * 8)
    ran = cli("verify-broadcast", "--url", NOBODY, "--script", name)
    assert ran.code == 3
    assert name in ran.err
    assert cli("verify-broadcast", "--url", NOBODY).code == 6
