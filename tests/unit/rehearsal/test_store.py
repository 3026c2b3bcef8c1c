from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tests.unit.rehearsal.cloud import Cloud, secret
from vttsync.rehearsal.store import Store, write_private


def test_a_store_continues_where_the_last_one_was(cloud: Cloud, tmp_path: Path) -> None:
    steps = [{"new_sqlite_classes": ["Session"]}]
    cloud.upload(bindings=[secret("KEY", "ü")], migrations={"new_tag": "v1", "steps": steps})
    cloud.script("PUT", "/secrets", json={"name": "KEY", "text": "two"})
    assert Store(tmp_path / "account").workers() == cloud.store.workers()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_nobody_else_reads_what_is_kept(cloud: Cloud, tmp_path: Path) -> None:
    cloud.upload(bindings=[secret("KEY", "hush")])
    for path in [tmp_path / "account", *(tmp_path / "account").rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_versions_of_the_same_code_share_its_files(cloud: Cloud, tmp_path: Path) -> None:
    cloud.upload()
    cloud.upload_version()
    cloud.script("PUT", "/secrets", json={"name": "KEY", "text": "two"})
    assert len(list((tmp_path / "account" / "room" / "modules").iterdir())) == 1


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "target"
    write_private(target, b"old")
    with pytest.raises(TypeError):
        write_private(target, "no bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["target"]
