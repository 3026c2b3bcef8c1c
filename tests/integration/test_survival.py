"""Clients that stay while the room changes under them, over real connections."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from tests.integration.test_replay import Once, open_handed
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from vttsync.broadcast.replay.room import Event, Joined, LeftBehind
from vttsync.broadcast.survival.survival import Fault, Survival
from vttsync.broadcast.survival.target import Target
from vttsync.broadcast.survival.watch import surviving
from vttsync.errors import Exit, VttsyncError

NEW_KEY = "another-key-of-at-least-32-characters"


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


def target(server: PythonRoom) -> Target:
    return Target(server.url, [SecretStr(PUBLISH_KEY)], [SecretStr(TICKET_KEY)])


def deployed(
    server: PythonRoom,
    before: Faults,
    after: Faults,
    *,
    forgets: bool = False,
    loses: int = 0,
    patience: float = 8.0,
) -> Survival:
    server.restart(before)
    there = target(server)
    with surviving(there, lambda event: None) as survivors:
        server.redeploy(after, forgets=forgets, loses=loses)
        survival = survivors.finish(patience, version=after.version)
    if after.delete_status == 204:
        assert server.deleted == [there.session]
    return survival


def faults_of(survival: Survival) -> set[tuple[Fault, str]]:
    return {(problem.fault, problem.who) for problem in survival.problems}


@pytest.mark.parametrize("version", ["version-1", "version-2"])
def test_everyone_survives_a_good_room(server: PythonRoom, version: str) -> None:
    survival = deployed(server, Faults(), Faults(version=version))

    assert survival.passed, survival.problems
    assert [stay.name for stay in survival.clients] == ["gm", "player 1", "player 2", "spectator"]
    assert all(stay.drops == 1 and len(stay.away) == 1 for stay in survival.clients)
    assert all(stay.versions[-1] == version for stay in survival.clients)
    assert survival.publishes > 0
    assert survival.longest > 0
    assert survival.summary.startswith("4 of 4 clients dropped, back within ")


def test_a_deploy_that_nobody_notices(server: PythonRoom) -> None:
    server.restart(Faults())
    events: list[Event] = []
    with surviving(target(server), events.append) as survivors:
        survival = survivors.finish(8.0)

    assert survival.passed
    assert re.fullmatch(r"0 of 4 clients dropped, none of \d+ publishes lost", survival.summary)
    assert events[0] == Joined(4, 4)


def test_a_change_that_the_room_lost(server: PythonRoom) -> None:
    server.restart(Faults())
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(3)
        server.redeploy(Faults(version="version-2"), loses=1)
        survival = survivors.finish(8.0)

    assert {fault for fault, _ in faults_of(survival)} == {Fault.MISSING}
    assert len(survival.problems) == 4
    assert all(len(stay.missing) == 1 for stay in survival.clients)
    assert "never got publish " in survival.problems[0].what


def test_a_change_that_one_client_was_not_told(server: PythonRoom) -> None:
    before = Faults(harm=Once("player 2", 2, lambda _: []))
    server.restart(before)
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(4)
        survival = survivors.finish(8.0)

    assert faults_of(survival) == {(Fault.SKIPPED, "player 2")}


def test_a_change_that_comes_twice(server: PythonRoom) -> None:
    server.restart(Faults(harm=Once("spectator", 3, lambda text: [text, text])))
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(4)
        survival = survivors.finish(8.0)

    assert faults_of(survival) == {(Fault.REPEATED, "spectator")}
    (spectator,) = (stay for stay in survival.clients if stay.name == "spectator")
    assert spectator.repeated == (2,)


def test_what_was_got_before_the_deploy_comes_again(server: PythonRoom) -> None:
    server.restart(Faults())
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(3)
        server.redeploy(Faults(resumes=1))
        survival = survivors.finish(8.0)

    assert {fault for fault, _ in faults_of(survival)} == {Fault.REPEATED}


def test_a_room_that_never_comes_back(server: PythonRoom) -> None:
    survival = deployed(
        server, Faults(), Faults(join_status=503, version="version-2"), patience=1.5
    )

    assert len(survival.problems) == 4
    assert {fault for fault, _ in faults_of(survival)} == {Fault.AWAY}
    assert "HTTP 503 instead of a websocket" in survival.problems[0].what
    assert not any(stay.away for stay in survival.clients)


def test_a_room_that_comes_back_with_another_epoch(server: PythonRoom) -> None:
    survival = deployed(server, Faults(), Faults(), forgets=True)

    assert {fault for fault, _ in faults_of(survival)} == {Fault.NEW_STREAM}


def test_a_room_that_still_runs_the_code_before(server: PythonRoom) -> None:
    server.restart(Faults())
    with surviving(target(server), lambda event: None) as survivors:
        survival = survivors.finish(1.0, version="version-2")

    assert {fault for fault, _ in faults_of(survival)} == {Fault.OLD_VERSION}


def test_a_new_version_that_shows_more_than_it_may(server: PythonRoom) -> None:
    survival = deployed(server, Faults(), Faults(version="version-2", look=open_handed))

    assert faults_of(survival) == {(Fault.DIFFERENT, "player 2"), (Fault.DIFFERENT, "spectator")}


def test_a_new_version_that_takes_no_publish(server: PythonRoom) -> None:
    refusing = Faults(version="version-2", statuses=dict.fromkeys(range(1, 999), 500))
    survival = deployed(server, Faults(), refusing, patience=4.0)

    assert survival.problems[0].fault is Fault.PUBLISH
    assert "it answered 500" in survival.problems[0].what


def test_a_message_that_is_none(server: PythonRoom) -> None:
    after = Faults(version="version-2", afterthoughts={"gm": "{"})
    survival = deployed(server, Faults(), after)

    assert (Fault.UNREADABLE, "gm") in faults_of(survival)


def test_back_too_late(server: PythonRoom) -> None:
    server.restart(Faults())
    with surviving(target(server), lambda event: None) as survivors:
        server.redeploy(Faults(version="version-2"))
        survival = survivors.finish(8.0, within=0.00001)

    assert {fault for fault, _ in faults_of(survival)} == {Fault.SLOW}
    assert survival.limit == 0.00001


def test_keys_that_change_with_the_deploy(server: PythonRoom) -> None:
    server.restart(Faults())
    keys = [SecretStr(PUBLISH_KEY), SecretStr(NEW_KEY)]
    there = Target(server.url, keys, [SecretStr(NEW_KEY), SecretStr(TICKET_KEY)])
    with surviving(there, lambda event: None) as survivors:
        server.redeploy(Faults(version="version-2", publish_key=NEW_KEY, ticket_key=NEW_KEY))
        survival = survivors.finish(8.0, version="version-2")

    assert survival.passed, survival.problems
    assert server.deleted == [there.session]


@pytest.mark.parametrize(("code", "comes_back"), [(1011, True), (4409, False)])
def test_a_client_comes_back_where_the_protocol_says_so(
    server: PythonRoom, code: int, *, comes_back: bool
) -> None:
    server.restart(Faults(closes={"gm": 3}, close_code=code))
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(4)
        survival = survivors.finish(8.0)

    assert survival.clients[0].drops == 1
    assert survival.passed is comes_back
    assert comes_back or survival.problems[0].what.endswith(f": closed with {code}")


def test_what_comes_after_the_last_change_counts_too(server: PythonRoom) -> None:
    faults = Faults()
    server.restart(faults)
    with surviving(target(server), lambda event: None) as survivors:
        server.wait_for_publishes(2)  # the first pings are answered by then
        faults.afterthoughts["player 1"] = "{"
        survival = survivors.finish(8.0)

    assert faults_of(survival) == {(Fault.UNREADABLE, "player 1")}


def test_a_session_is_removed_with_the_key_of_now(server: PythonRoom) -> None:
    server.restart(Faults())
    keys = [SecretStr(PUBLISH_KEY), SecretStr(NEW_KEY)]
    there = Target(server.url, keys, [SecretStr(TICKET_KEY)])
    with surviving(there, lambda event: None):
        server.faults = Faults(publish_key=NEW_KEY)

    assert server.deleted == [there.session]


@pytest.mark.parametrize(
    ("faults", "code", "told"),
    [
        (Faults(publish_key=NEW_KEY), Exit.CREDENTIALS, "it answered 401"),
        (Faults(ticket_key=NEW_KEY), Exit.CREDENTIALS, "closed with 4401"),
        (Faults(statuses={0: 500}), Exit.UNREACHABLE, "it answered 500"),
    ],
)
def test_nobody_can_be_connected_before(
    server: PythonRoom, faults: Faults, code: Exit, told: str
) -> None:
    server.restart(faults)
    with (
        pytest.raises(VttsyncError) as caught,
        surviving(target(server), lambda event: None),
    ):
        pytest.fail("nobody is there")

    assert caught.value.exit_code is code
    assert told in caught.value.why
    assert PUBLISH_KEY not in str(caught.value)


def test_whatever_happens_meanwhile_the_session_is_removed(server: PythonRoom) -> None:
    server.restart(Faults())
    there = target(server)
    with pytest.raises(KeyboardInterrupt), surviving(there, lambda event: None):
        raise KeyboardInterrupt

    assert server.deleted == [there.session]


def test_a_session_that_can_not_be_removed_is_told(server: PythonRoom) -> None:
    events: list[Event] = []
    server.restart(Faults(delete_status=500))
    with surviving(target(server), events.append):
        pass

    assert isinstance(events[-1], LeftBehind)
    assert "was not removed: it answered 500" in events[-1].reason
