"""The publisher for synchronous servers."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

import vttsync_publisher as vp
from tests.publisher.databases import Database
from tests.publisher.rooms import KEY, URL, FakeRoom
from vttsync_publisher.threaded import ThreadedPublisher

FAST = vp.Pace(first_wait=0.001, longest_wait=0.01, poll=0.01)


def hero(rev: int) -> vp.Change:
    return vp.put("token", "hero", rev, {"x": rev})


def threaded(room: FakeRoom, database: Database | None = None) -> ThreadedPublisher:
    outbox = database.outbox if database else None
    return ThreadedPublisher(
        lambda: vp.Publisher(URL, room.key, client=room.client(), outbox=outbox, pace=FAST)
    )


def wait_until_empty(database: Database, session: str) -> None:
    tick = threading.Event()
    for _ in range(3000):
        if database.pending(session) == 0:
            return
        tick.wait(0.01)
    raise AssertionError("it was never delivered")


def test_many_threads_publish() -> None:
    room = FakeRoom(["refused", "lost"])
    publisher = threaded(room)

    def publish(session: str) -> None:
        for rev in range(1, 30):
            assert publisher.publish(session, [hero(rev)]).applied

    threads = [threading.Thread(target=publish, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publisher.republish("a", [vp.put("token", "ogre", 1, {})])
    assert publisher.republish_if_new("a", list)
    assert publisher.kick("a", everyone=True) == 1
    publisher.forget("a")
    assert publisher.health("a").version == "v1"
    publisher.close()
    assert [ref["rev"] for ref in room.sessions["b"].applied] == list(range(1, 30))


def test_what_does_not_arrive_in_time_is_told() -> None:
    room = FakeRoom(["refused"] * 10_000)
    publisher = threaded(room)
    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        publisher.publish("friday", [hero(1)], timeout=0.05)
    room.faults = iter(())
    publisher.publish("friday", [hero(2)])
    publisher.close()
    assert [ref["rev"] for ref in room.sessions["friday"].applied][-1] == 2


def test_wake_delivers_what_was_committed(database: Database) -> None:
    room = FakeRoom()
    publisher = threaded(room, database)
    database.save("friday", hero(1))
    publisher.wake()
    wait_until_empty(database, "friday")
    database.save("friday", hero(2))
    assert publisher.deliver() == 0
    publisher.close()
    publisher.close()
    database.save("friday", hero(3))
    publisher.start()
    wait_until_empty(database, "friday")
    publisher.close()
    assert [ref["rev"] for ref in room.sessions["friday"].applied] == [1, 2, 3]


def test_what_can_not_be_made_says_so() -> None:
    publisher = ThreadedPublisher(lambda: vp.Publisher("", KEY))
    with pytest.raises(ValueError, match="address"):
        publisher.start()


def test_a_refused_key_is_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    room = FakeRoom(key="another")
    room_key, room.key = room.key, KEY
    publisher = threaded(room, database)
    database.save("friday", hero(1))
    publisher.start()
    room.key = room_key
    publisher.wake()
    with pytest.raises(vp.KeyRefusedError):
        publisher.publish("saturday", [hero(1)])
    publisher.close()
    assert KEY not in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_worker_delivers_for_itself(tmp_path: Path) -> None:
    """As gunicorn does it, with an app that was loaded before the fork."""
    room = FakeRoom()
    publisher = threaded(room)
    publisher.publish("friday", [hero(1)])
    child = os.fork()
    if child == 0:
        done = publisher.publish("friday", [hero(2)], timeout=20).applied
        (tmp_path / "done").write_text(str(done))
        os._exit(0)
    os.waitpid(child, 0)
    assert "'rev': 2" in (tmp_path / "done").read_text()
    publisher.close()
