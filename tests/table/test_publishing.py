"""What is committed at the table reaches the room, and nothing else does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import jwt
import pytest

from server import database
from server.settings import Room, settings_of
from tests.room.room import PUBLISH_KEY, TICKET_KEY, PythonRoom, python_room
from tests.table.seats import CLIENT, SESSION, Table, table


@pytest.fixture
def room() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


def _settings(room: PythonRoom) -> Room:
    return Room(room.url, PUBLISH_KEY, TICKET_KEY)


def _until(holds: Callable[[], bool]) -> None:
    """Wait for what happens elsewhere; a test that waits for nothing fails after 20 s."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it didn't happen"
        time.sleep(0.01)


def _has_everything(room: PythonRoom, here: Table) -> bool:
    session = room.sessions.get(SESSION)
    return session is not None and session._rows == here.rows()


def test_every_commit_reaches_the_room(tmp_path: Path, room: PythonRoom) -> None:
    with table(tmp_path, _settings(room)) as here:
        _until(lambda: _has_everything(room, here))
        gm = here.seat("mara", "gm")
        creature = gm.ask("GET", "").json()["creatures"][3]["id"]
        added = {"creature": creature, "name": "<b>", "sceneId": "gatehouse", "x": 1, "y": 2}
        for deed in [
            ("PATCH", "/tokens/aldric", {"x": 512, "y": 512}),
            ("PATCH", "/tokens/vesk", {"hidden": False}),
            ("PATCH", "/tokens/grub", {"hp": 0}),
            ("PATCH", "/doors/door-1", {"door": "open"}),
            ("POST", "/combats/ambush/turn", {"round": 1, "combatantId": "fighter-owlbear"}),
            ("POST", "/tokens", added),
            ("DELETE", "/tokens/owlbear", None),
        ]:
            assert gm.ask(*deed).status_code == 200
            _until(lambda: _has_everything(room, here))
        _until(lambda: gm.ask("GET", "/state").json()["pending"] == 0)


def test_what_was_removed_comes_back_with_a_new_evening(tmp_path: Path, room: PythonRoom) -> None:
    with table(tmp_path, _settings(room)) as here:
        gm = here.seat("mara", "gm")
        before = here.rows()
        assert gm.ask("DELETE", "/tokens/owlbear").status_code == 200
        assert gm.ask("POST", "/again").status_code == 200
        assert here.rows() == before
        _until(lambda: _has_everything(room, here))


def test_what_is_refused_is_not_published(tmp_path: Path, room: PythonRoom) -> None:
    with table(tmp_path, _settings(room)) as here:
        _until(lambda: _has_everything(room, here))
        published = room.publishes
        ben = here.seat("ben", "player")
        assert ben.ask("PATCH", "/tokens/aldric", {"x": 1, "y": 1}).status_code == 403
        assert ben.ask("PATCH", "/tokens/maren", {"x": 0, "y": 0}).status_code == 200
        _until(lambda: _has_everything(room, here))
        assert room.publishes == published + 1


def test_a_poll_says_what_the_room_has_not_heard(tmp_path: Path) -> None:
    with python_room() as gone:
        address = _settings(gone)
    with table(tmp_path, address) as here:
        gm = here.seat("mara", "gm")
        waiting = gm.ask("GET", "/state").json()["pending"]
        gm.ask("PATCH", "/tokens/aldric", {"x": 512, "y": 512})
        assert gm.ask("GET", "/state").json()["pending"] == waiting + 1


def test_a_server_that_starts_again_delivers_what_waited(tmp_path: Path, room: PythonRoom) -> None:
    with python_room() as gone:
        address = _settings(gone)
    with table(tmp_path, address) as here:
        here.seat("mara", "gm").ask("PATCH", "/tokens/aldric", {"x": 512, "y": 512})
    with table(tmp_path, _settings(room)) as here:
        _until(lambda: _has_everything(room, here))
        assert here.rows()["token", "aldric"]["x"] == 512


def test_a_new_database_makes_the_room_forget_the_old_one(tmp_path: Path, room: PythonRoom) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    with table(tmp_path / "old", _settings(room)) as here:
        gm = here.seat("mara", "gm")
        creature = gm.ask("GET", "").json()["creatures"][0]["id"]
        added = {"creature": creature, "name": "", "sceneId": "gatehouse", "x": 0, "y": 0}
        assert gm.ask("POST", "/tokens", added).status_code == 200
        _until(lambda: _has_everything(room, here))
    with table(tmp_path / "new", _settings(room)) as here:
        _until(lambda: _has_everything(room, here))


def test_nobody_is_sent_to_a_room_that_has_yet_to_forget(tmp_path: Path) -> None:
    with python_room() as gone:
        address = _settings(gone)
    with table(tmp_path, address) as here:
        refused = here.seat("ann", "player").ask("POST", "/ticket")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_yet")


def test_tickets_say_who_logged_in(tmp_path: Path, room: PythonRoom) -> None:
    with table(tmp_path, _settings(room)) as here:
        _until(lambda: _has_everything(room, here))
        ticket = here.seat("ann", "player").ask("POST", "/ticket").json()["ticket"]
        claims = jwt.decode(ticket, TICKET_KEY, ["HS256"], audience="vttsync")
        assert (claims["sid"], claims["role"], claims["sub"]) == (SESSION, "player", "ann")
        assert here.client.post(f"/api/sessions/{SESSION}/ticket").status_code == 401
        policy = here.client.get("/?session=friday").headers["content-security-policy"]
        address = room.url.removeprefix("http://")
        assert f"connect-src 'self' http://{address} ws://{address};" in policy


def test_without_a_room_there_are_no_tickets(polled: Table) -> None:
    seat = polled.seat("ann", "player")
    assert seat.ask("GET", "").json()["room"] is None
    assert seat.ask("POST", "/ticket").status_code == 404


def test_settings_are_whole_or_missing(tmp_path: Path) -> None:
    client = {"TABLE_CLIENT": str(CLIENT)}
    assert settings_of({}).room is None
    with pytest.raises(ValueError, match="VTTSYNC_PUBLISH_KEY and VTTSYNC_TICKET_KEY"):
        settings_of({"VTTSYNC_ROOM_URL": "http://room.example", **client})
    keys = {"VTTSYNC_PUBLISH_KEY": PUBLISH_KEY, "VTTSYNC_TICKET_KEY": TICKET_KEY}
    whole = {"VTTSYNC_ROOM_URL": "http://room.example/", **keys}
    with pytest.raises(ValueError, match="TABLE_CLIENT"):
        settings_of({**whole, "TABLE_CLIENT": str(tmp_path / "none.js")})
    assert settings_of({**whole, **client}).room == Room(
        "http://room.example", PUBLISH_KEY, TICKET_KEY
    )


def test_keys_are_no_part_of_the_database(tmp_path: Path, room: PythonRoom) -> None:
    with table(tmp_path, _settings(room)) as here:
        here.seat("ann", "player").ask("POST", "/ticket")
        with closing(database.connect(here.path)) as connection:
            dump = "\n".join(connection.iterdump())
    assert PUBLISH_KEY not in dump
    assert TICKET_KEY not in dump
