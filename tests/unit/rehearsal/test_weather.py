"""Bad weather on a real connection: what the caller sees, and what took effect."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import WORKER, Served, served
from tests.unit.rehearsal.cloud import ACCOUNT, form
from vttsync import web
from vttsync.rehearsal.api.weather import Storm, Trouble


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "account") as cloud:
        yield cloud


def _upload(cloud: Served, timeout: float = 30.0) -> int:
    """Upload half a megabyte, which does not fit into one packet."""
    files = form({"index.js": b"// " + b"x" * 500_000}, {"main_module": "index.js"})
    head = {"authorization": f"Bearer {cloud.token}"}
    with web.client(cloud.url, head) as client:
        path = f"/accounts/{ACCOUNT}/workers/scripts/{WORKER}"
        return client.put(path, files=files, timeout=timeout).status_code


@pytest.mark.parametrize(
    ("trouble", "effect"), [(Trouble.RESET, False), (Trouble.LOST, True), (Trouble.CUT, False)]
)
def test_a_connection_that_ends(cloud: Served, trouble: Trouble, effect: bool) -> None:
    storm = Storm(trouble, method="PUT", times=1)
    cloud.weather.storms.append(storm)
    with pytest.raises(web.TransportError):
        _upload(cloud)
    assert storm.struck.is_set()
    assert (cloud.store.find(WORKER) is not None) is effect
    assert _upload(cloud) == 200


@pytest.mark.parametrize(("trouble", "effect"), [(Trouble.HELD, False), (Trouble.LATE, True)])
def test_a_caller_that_gives_up(cloud: Served, trouble: Trouble, effect: bool) -> None:
    cloud.weather.storms.append(Storm(trouble, method="PUT", times=1))
    with pytest.raises(web.TransportError):
        _upload(cloud, timeout=0.5)
    assert _upload(cloud) == 200  # in order: whatever the first did, it has done
    assert len(cloud.store.get(WORKER).versions) == (2 if effect else 1)


@pytest.mark.parametrize("trouble", [Trouble.HELD, Trouble.LATE])
def test_a_storm_lets_go(cloud: Served, trouble: Trouble) -> None:
    storm = Storm(trouble, method="PUT", times=1)
    cloud.weather.storms.append(storm)
    told: list[int] = []
    caller = threading.Thread(target=lambda: told.append(_upload(cloud)))
    caller.start()
    assert storm.struck.wait(30)
    assert told == []
    storm.released.set()
    caller.join()
    assert told == [200]
    assert len(cloud.store.get(WORKER).versions) == 1


def test_what_takes_effect_when_nobody_waits_for_it(cloud: Served) -> None:
    cloud.weather.storms.append(Storm(Trouble.BEHIND, method="PUT", times=1))
    with pytest.raises(web.TransportError):
        _upload(cloud, timeout=0.5)
    assert cloud.store.find(WORKER) is None
    while cloud.store.find(WORKER) is None:
        pass


def test_the_calls_before_get_through(cloud: Served) -> None:
    storm = Storm(Trouble.FAILING, method="PUT", times=1, after=1)
    cloud.weather.storms.append(storm)
    assert [_upload(cloud) for _ in range(3)] == [200, 500, 200]
