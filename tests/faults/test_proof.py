"""A version that goes live and is not proved: undone, or told why it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.rig import DEPLOYMENT, Rig
from vttsync.rehearsal.api.weather import Trouble
from vttsync.rehearsal.edge.clouds import Cloud, Haze

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("haze", Haze)
def test_a_version_that_is_not_seen_by_those_who_call(quick: Rig, haze: Haze) -> None:
    """Health is never green, or the old code goes on answering."""
    quick.standin.clouds.append(Cloud(haze, times=1))
    end = quick.deploy()
    assert end.code == 11
    assert quick.live == quick.before
    assert end.envelope["result"]["verdict"] == "rolled back"
    quick.check(end)


def _break_the_broadcast() -> None:
    """Let the room tell everybody what is for the gm alone; it is as healthy as ever."""
    views = Path("party/src/views.ts")
    text, hides = views.read_text(), "if (hiddenFrom?."
    assert hides in text
    views.write_text(text.replace(hides, "if (false && hiddenFrom?."))


def test_a_proof_that_fails(rig: Rig) -> None:
    _break_the_broadcast()
    end = rig.deploy(proof=True)
    assert end.code == 11, end.told
    assert rig.live == rig.before
    rig.check(end)


def test_no_rollback_keeps_it(quick: Rig) -> None:
    quick.standin.clouds.append(Cloud(Haze.SICK))
    end = quick.deploy("--no-rollback")
    assert end.code == 8
    assert quick.live != quick.before
    quick.check(end)


def test_a_rollback_that_fails(quick: Rig) -> None:
    quick.standin.clouds.append(Cloud(Haze.SICK))
    quick.storm(Trouble.FAILING, DEPLOYMENT, after=1)
    end = quick.deploy()
    assert end.code == 12
    assert quick.live != quick.before
    assert f"rollback {quick.before} --env prod" in end.told
    quick.check(end)


def test_a_rollback_whose_answer_is_lost(quick: Rig) -> None:
    quick.standin.clouds.append(Cloud(Haze.SICK, times=1))
    quick.storm(Trouble.LOST, DEPLOYMENT, after=1, times=1)
    end = quick.deploy()
    assert end.code == 11
    assert quick.live == quick.before
    quick.check(end)


def test_a_rollback_whose_proof_fails(quick: Rig) -> None:
    quick.standin.clouds.append(Cloud(Haze.SICK))
    end = quick.deploy()
    assert end.code == 12
    assert quick.live == quick.before
    quick.check(end)


def test_no_way_back_over_a_migration(rig: Rig) -> None:
    wrangler = Path("party/wrangler.toml")
    more = '[[migrations]]\ntag = "v2"\nnew_sqlite_classes = ["Other"]\n\n# /health'
    wrangler.write_text(wrangler.read_text().replace("# /health", more, 1))
    index = Path("party/src/index.ts")
    index.write_text(index.read_text() + "\nexport class Other {}\n")
    rig.standin.clouds.append(Cloud(Haze.SICK))
    end = rig.deploy()
    assert end.code == 8, end.told
    assert "migration" in end.told
    assert rig.live != rig.before
    rig.check(end)


def test_no_way_back_over_other_secrets(quick: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", "another-" + "n" * 32)
    quick.standin.clouds.append(Cloud(Haze.SICK))
    end = quick.deploy()
    assert end.code == 8, end.told
    assert "secrets" in end.told
    assert quick.live != quick.before
    quick.check(end)
