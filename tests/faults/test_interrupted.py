"""Ctrl-C at each stage, two deploys at once, a disk that is full."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.rig import DEPLOYMENT, PATIENCE, UPLOAD, WORKER, End, Rig, put
from vttsync.rehearsal.api.weather import Storm, Trouble
from vttsync.rehearsal.edge.clouds import Cloud, Haze

pytestmark = pytest.mark.slow

CHECK = ("GET", "/tokens/verify")
ADDRESS = ("GET", f"/workers/workers/{WORKER}")


def _struck(storm: Storm) -> Callable[[], object]:
    def wait() -> None:
        assert storm.struck.wait(PATIENCE)

    return wait


@pytest.mark.parametrize(
    ("call", "trouble", "live"),
    [(UPLOAD, Trouble.HELD, "old"), (DEPLOYMENT, Trouble.LATE, "new")],
    ids=["upload", "after the deployment"],
)
def test_ctrl_c(rig: Rig, call: tuple[str, str], trouble: Trouble, live: str) -> None:
    _interrupt(rig, call, trouble, live)


@pytest.mark.parametrize(
    ("call", "trouble", "live"),
    [
        (CHECK, Trouble.HELD, "old"),
        (UPLOAD, Trouble.LATE, "old"),
        (DEPLOYMENT, Trouble.HELD, "old"),
        (ADDRESS, Trouble.HELD, "new"),
    ],
    ids=["checks", "after the upload", "deployment", "address"],
)
def test_ctrl_c_at_other_calls(
    quick: Rig, call: tuple[str, str], trouble: Trouble, live: str
) -> None:
    _interrupt(quick, call, trouble, live)


def _interrupt(rig: Rig, call: tuple[str, str], trouble: Trouble, live: str) -> None:
    storm = rig.storm(trouble, call)
    end = rig.interrupt(_struck(storm))
    assert end.code == 130
    assert "what was started has been stopped" in end.told
    assert (rig.live == rig.before) is (live == "old")
    if live == "new":
        assert f"Version {rig.live} is live now, the new one." in end.told
    rig.check(end)


def _until_sick(rig: Rig) -> Callable[[], object]:
    """Wait until the version that doesn't get well is deployed."""

    def wait() -> None:
        while rig.live == rig.before:
            pass

    return wait


def test_ctrl_c_while_the_new_version_is_waited_for(quick: Rig) -> None:
    settings = Path("vttsync.toml")
    settings.write_text(settings.read_text().replace("answers_within = 0.5", "answers_within = 50"))
    quick.standin.clouds.append(Cloud(Haze.SICK))
    end = quick.interrupt(_until_sick(quick))
    assert end.code == 130
    assert quick.live != quick.before
    quick.check(end)


def test_ctrl_c_during_the_rollback(quick: Rig) -> None:
    quick.standin.clouds.append(Cloud(Haze.SICK, times=1))
    storm = quick.storm(Trouble.LATE, DEPLOYMENT, after=1)
    end = quick.interrupt(_struck(storm))
    assert end.code == 130
    assert quick.live == quick.before
    quick.check(end)


def test_a_second_deploy_from_the_same_folder(quick: Rig) -> None:
    storm = quick.storm(Trouble.HELD, UPLOAD, times=1)
    with quick.start() as first:
        assert storm.struck.wait(PATIENCE)
        second = quick.deploy()
        storm.released.set()
        out, _err = first.communicate(timeout=PATIENCE)
    assert second.code == 7
    assert f"process {first.pid}" in second.told
    assert json.loads(out)["result"]["version_id"] == quick.live != quick.before


def test_somebody_deploys_from_elsewhere_meanwhile(quick: Rig) -> None:
    """After the plan, before the upload."""
    storm = quick.storm(Trouble.HELD, ("GET", f"/{WORKER}/versions/"), times=1)
    with quick.start() as process:
        assert storm.struck.wait(PATIENCE)
        put(quick.standin, "PUT", f"scripts/{WORKER}/secrets", json=_SECRET)
        theirs = quick.live
        storm.released.set()
        out, _err = process.communicate(timeout=PATIENCE)
    envelope = json.loads(out)
    assert envelope["exit_code"] == 7, envelope
    assert "Somebody else has deployed" in envelope["error"]["what"]
    assert quick.live == theirs != quick.before
    assert quick.running() == []


_SECRET = {"name": "MOTTO", "text": "theirs", "type": "secret_text"}


def test_a_terminal_that_is_closed(quick: Rig) -> None:
    storm = quick.storm(Trouble.HELD, UPLOAD)
    end = quick.interrupt(_struck(storm), number=signal.SIGHUP)
    assert end.code == 130
    quick.check(end)


def test_a_disk_that_is_full_when_wrangler_reports(rig: Rig, small_disk: Path) -> None:
    """The version is live then, and wrangler can't say so."""
    storm = rig.storm(Trouble.HELD, DEPLOYMENT)
    with rig.start(temporary=small_disk) as process:
        assert storm.struck.wait(PATIENCE)
        (report,) = small_disk.glob("*/output.ndjson")
        with report.open("ab") as file:  # to the end of a block
            file.write(b"\n" * (-report.stat().st_size % 4096))
        with suppress(OSError), (small_disk / "filling").open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        storm.released.set()
        out, _err = process.communicate(timeout=PATIENCE)
    end = End(process.returncode, json.loads(out))
    assert end.code == 0, end.told
    (note,) = end.envelope["result"]["notes"]
    assert "its version is live" in note
    rig.check(end)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)
