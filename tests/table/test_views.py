"""The polling endpoint shows each person what the room would, and never what is hidden."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.people import Role
from tests.table.seats import Seat, Table, table
from vttsync.broadcast.plan.view import AUDIENCES, audience_of, user_audiences, view

PEOPLE: tuple[tuple[str, Role], ...] = (
    ("mara", "gm"),
    ("ann", "player"),
    ("ben", "player"),
    ("cleo", "player"),
    ("ann", "spectator"),
    ("wall", "display"),
)
TOKENS = ("aldric", "maren", "hound", "grub", "owlbear", "vesk")
places = st.integers(0, 2304)
token = st.sampled_from(TOKENS)
Deed = tuple[str, str, Any]


def _deeds() -> st.SearchStrategy[Deed]:
    moves = st.builds(
        lambda key, x, y: ("PATCH", f"/tokens/{key}", {"x": x, "y": y}), token, places, places
    )
    hides = st.builds(
        lambda key, hidden: ("PATCH", f"/tokens/{key}", {"hidden": hidden}), token, st.booleans()
    )
    hurts = st.builds(
        lambda key, hp: ("PATCH", f"/tokens/{key}", {"hp": hp}), token, st.integers(0, 60)
    )
    removals = st.builds(lambda key: ("DELETE", f"/tokens/{key}", None), token)
    doors = st.sampled_from(["open", "closed"]).map(
        lambda door: ("PATCH", "/doors/door-2", {"door": door})
    )
    turns = st.just(("POST", "/combats/ambush/turn", "seen"))
    others = st.sampled_from([("POST", "/again", None), ("POST", "/tokens", "creature")])
    return st.one_of(moves, hides, hides, hurts, removals, doors, turns, turns, others)


def _do(seat: Seat, deed: Deed) -> None:
    method, path, body = deed
    if body == "seen":
        combat = seat.state()["combat", "ambush"]
        body = {"round": combat["round"], "combatantId": combat.get("combatantId")}
    if body == "creature":
        creature = seat.ask("GET", "").json()["creatures"]
        chosen = creature[7]["id"] if creature else "none"
        body = {"creature": chosen, "name": "", "sceneId": "gatehouse", "x": 0, "y": 0}
    assert seat.ask(method, path, body).status_code in (200, 400, 403, 404)


def _audience(seat: Seat, existing: set[str]) -> str:
    return audience_of(seat.user, cast("Any", seat.role), existing)


def _check(here: Table, seats: list[Seat]) -> None:
    rows = here.rows()
    existing = {*AUDIENCES, *user_audiences(rows)}
    for seat in seats:
        assert seat.state() == view(rows, _audience(seat, existing))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.tuples(st.integers(0, len(PEOPLE) - 1), _deeds()), max_size=14))
def test_everybody_sees_what_the_room_would_show_them(deeds: list[tuple[int, Deed]]) -> None:
    with tempfile.TemporaryDirectory() as folder, table(Path(folder)) as here:
        seats = [here.seat(user, role) for user, role in PEOPLE]
        _check(here, seats)
        for who, deed in deeds:
            # Mostly the game master acts: the others are mostly refused.
            _do(seats[who if who < 3 else 0], deed)
            _check(here, seats)


@pytest.mark.parametrize(("user", "role"), PEOPLE[1:])
def test_the_hidden_one_is_in_no_answer(polled: Table, user: str, role: Role) -> None:
    seat = polled.seat(user, role)
    asked = [
        ("GET", "", None),
        ("GET", "/state", None),
        ("PATCH", "/tokens/vesk", {"x": 1, "y": 1}),
        ("PATCH", "/tokens/vesk", {"hp": 1}),
        ("PATCH", "/tokens/vesk", {"hidden": False}),
        ("DELETE", "/tokens/vesk", None),
        ("POST", "/combats/ambush/turn", {"round": 1, "combatantId": "fighter-vesk"}),
    ]
    for deed in asked:
        told = seat.ask(*deed).text.lower()
        for secret in ("vesk", "doppelganger", "innkeeper", "brambleback guards", "rest away"):
            assert secret not in told, deed
    assert polled.rows()["token", "vesk"]["hidden"] is True


def test_a_hidden_token_answers_as_one_that_is_not_there(ann: Seat) -> None:
    for body in ({"x": 1, "y": 1}, {"hp": 3}, {"hidden": False}):
        hidden, missing = (ann.ask("PATCH", f"/tokens/{key}", body) for key in ("vesk", "nobody"))
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert ann.ask("DELETE", "/tokens/vesk").content == ann.ask("DELETE", "/tokens/nobody").content


def test_an_owner_is_not_told_of_their_hidden_token(gm: Seat, ann: Seat) -> None:
    gm.ask("PATCH", "/tokens/aldric", {"hidden": True})
    assert ("token", "aldric") not in ann.state()
    assert ("combatant", "fighter-aldric") not in ann.state()
    assert ann.ask("PATCH", "/tokens/aldric", {"x": 1, "y": 1}).status_code == 404


def test_hit_points_are_the_owners_and_the_gms(gm: Seat, ann: Seat, polled: Table) -> None:
    ben = polled.seat("ben", "player")
    assert gm.state()["token", "aldric"]["hp"] == ann.state()["token", "aldric"]["hp"] == 52
    assert "hp" not in ben.state()["token", "aldric"]
    assert "ownerIds" not in ben.state()["token", "aldric"]
