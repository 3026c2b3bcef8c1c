"""The edge without workerd: what it says when a process can't be what it should."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.rehearsal.cloud import Cloud
from tests.unit.rehearsal.test_capnp import VERSION
from vttsync.errors import Exit, VttsyncError
from vttsync.rehearsal import Persona, StandIn
from vttsync.rehearsal.edge.edge import BootError, Bundle
from vttsync.rehearsal.edge.workerd import WorkerdEdge
from vttsync.web import client


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    for name in ("0", "2"):
        (tmp_path / name).write_text("export {}")
    return Bundle("room", VERSION, tmp_path, tmp_path)


def test_a_program_that_is_not_workerd_is_quoted(bundle: Bundle) -> None:
    edge = WorkerdEdge(lambda: Path(sys.executable))
    with pytest.raises(BootError, match="serve"):
        edge.deploy(bundle)
    (boot,) = edge.boots()
    assert (boot.version_id, boot.pid, boot.url) == ("v", None, "")
    assert "serve" in boot.error
    assert edge.running("room") is None
    assert edge.url("room") == ""
    assert edge.output("room") == ""


def test_a_program_that_is_not_there(bundle: Bundle, tmp_path: Path) -> None:
    edge = WorkerdEdge(lambda: tmp_path / "none")
    with pytest.raises(BootError, match="could not be started"):
        edge.check(bundle)


def test_a_closed_edge_starts_nothing(bundle: Bundle) -> None:
    edge = WorkerdEdge(lambda: Path(sys.executable))
    edge.close()
    edge.close()
    with pytest.raises(BootError, match="over"):
        edge.deploy(bundle)


def test_the_stand_in_serves_on_loopback_until_it_is_closed(tmp_path: Path) -> None:
    read_only = "cfut_" + "r" * 48
    stand_in = StandIn(
        tmp_path / "account",
        workerd=lambda: tmp_path / "none",
        personas={read_only: Persona.READ_ONLY},
    )
    assert (stand_in.calls(), stand_in.unknown_routes()) == ([], [])
    with stand_in, client(stand_in.api_url) as http:
        assert stand_in.api_url.startswith("http://127.0.0.1:")
        path = f"/accounts/{stand_in.account_id}/workers/scripts"
        for token in (stand_in.token, read_only):
            assert http.get(path, headers={"authorization": f"Bearer {token}"}).status_code == 200
        assert http.get("/nowhere").status_code == 404
    stand_in.close()
    assert [call.status for call in stand_in.calls()] == [200, 200, 404]
    assert stand_in.unknown_routes() == ["GET /nowhere"]
    assert (stand_in.room_url("room"), stand_in.running("room")) == ("", None)


def test_what_can_not_be_booted_again_is_said_at_once(cloud: Cloud, tmp_path: Path) -> None:
    cloud.upload()
    with pytest.raises(BootError), StandIn(tmp_path / "account", workerd=lambda: Path("none")):
        pass


def test_why_there_is_no_workerd_reaches_who_uploads(cloud: Cloud, tmp_path: Path) -> None:
    def missing() -> Path:
        raise VttsyncError("workerd is not installed.", exit_code=Exit.MISSING)

    edge = WorkerdEdge(missing)
    cloud.upload()
    with pytest.raises(VttsyncError, match="not installed"):
        edge.deploy(cloud.store.bundle("room", cloud.store.get("room").live))


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for workerd is a script")
def test_it_is_said_when_nothing_runs_after_a_failed_replacement(
    cloud: Cloud, tmp_path: Path
) -> None:
    fake = tmp_path / "workerd"
    fake.write_text(
        f"#!{sys.executable}\nimport time\n"
        'print(\'{"event":"listen","port":1}\', flush=True)\ntime.sleep(60)\n'
    )
    fake.chmod(0o755)
    binaries = iter([fake, fake, tmp_path / "none"])
    edge = WorkerdEdge(lambda: next(binaries))
    for _ in range(2):
        cloud.upload()
        bundle = cloud.store.bundle("room", cloud.store.get("room").live)
        if not edge.running("room"):
            edge.deploy(bundle)
    with pytest.raises(BootError, match="nothing of room runs now"):
        edge.deploy(bundle)
    assert edge.running("room") is None
