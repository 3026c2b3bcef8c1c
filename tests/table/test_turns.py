"""Turns pass once, to whoever is next, and to nobody that a player doesn't know of by name."""

from __future__ import annotations

from typing import Any

from httpx import Response

from tests.table.seats import Seat, Table

TURN = "/combats/ambush/turn"
ORDER = ["owlbear", "aldric", "hound", "vesk", "grub", "maren"]


def _seen(seat: Seat) -> dict[str, Any]:
    combat = seat.state()["combat", "ambush"]
    return {"round": combat["round"], "combatantId": combat.get("combatantId")}


def _next(seat: Seat, seen: dict[str, Any] | None = None) -> Response:
    return seat.ask("POST", TURN, _seen(seat) if seen is None else seen)


def _up(gm: Seat) -> tuple[int, int, str]:
    combat = gm.state()["combat", "ambush"]
    return combat["round"], combat["turn"], combat["combatantId"].removeprefix("fighter-")


def test_of_two_clicks_one_counts(gm: Seat) -> None:
    seen = _seen(gm)
    assert _next(gm, seen).status_code == 200
    late = _next(gm, seen)
    assert late.status_code == 409
    assert late.json()["error"]["found"] == _seen(gm)
    assert _up(gm) == (1, 1, "aldric")


def test_a_round_is_as_long_as_the_order(gm: Seat) -> None:
    ups = []
    for _ in range(len(ORDER) + 1):
        ups.append(_up(gm))
        assert _next(gm).status_code == 200
    assert ups == [(1, turn, who) for turn, who in enumerate(ORDER)] + [(2, 0, "owlbear")]


def test_players_end_their_own_turn_and_no_other(gm: Seat, ann: Seat, polled: Table) -> None:
    ben = polled.seat("ben", "player")
    assert _next(ann).status_code == 403
    _next(gm)
    assert _next(ben).status_code == 403
    assert _next(ann).status_code == 200
    assert _up(gm) == (1, 2, "hound")


def test_whose_hidden_turn_it_is_is_no_answer_to_anybody(gm: Seat, ann: Seat) -> None:
    stale = _seen(ann)
    while _up(gm)[2] != "vesk":
        _next(gm)
    assert "combatantId" not in ann.state()["combat", "ambush"]
    assert "turn" not in ann.state()["combat", "ambush"]
    assert _next(ann, stale).json()["error"]["found"] == {"round": 1, "combatantId": None}
    guessed = {"round": 1, "combatantId": "fighter-vesk"}
    assert _next(ann, guessed).status_code == 409
    assert _next(ann).status_code == 403
    assert _up(gm)[2] == "vesk"


def test_a_token_that_goes_takes_its_fighter_along_and_passes_its_turn(gm: Seat) -> None:
    assert gm.ask("DELETE", "/tokens/owlbear").status_code == 200
    assert _up(gm) == (1, 0, "aldric")
    assert ("combatant", "fighter-owlbear") not in gm.state()
    assert gm.ask("DELETE", "/tokens/vesk").status_code == 200
    assert _up(gm) == (1, 0, "aldric")
    while _up(gm)[2] != "maren":
        _next(gm)
    gm.ask("DELETE", "/tokens/hound")
    assert _up(gm) == (1, 2, "maren")
    gm.ask("DELETE", "/tokens/maren")
    assert _up(gm) == (2, 0, "aldric")


def test_a_fight_without_fighters(gm: Seat) -> None:
    for token in ORDER:
        assert gm.ask("DELETE", f"/tokens/{token}").status_code == 200
    combat = gm.state()["combat", "ambush"]
    assert (combat.get("combatantId"), combat["order"]) == (None, [])
    assert _next(gm).status_code == 200


def test_who_joins_a_fight_takes_no_turn_away(gm: Seat) -> None:
    _next(gm)
    creature = gm.ask("GET", "").json()["creatures"][0]["id"]
    for number in range(8):
        body = {"creature": creature, "name": f"{number}", "sceneId": "gatehouse", "x": 0, "y": 0}
        assert gm.ask("POST", "/tokens", body).status_code == 200
    combat = gm.state()["combat", "ambush"]
    assert combat["combatantId"] == "fighter-aldric"
    assert combat["turn"] == combat["order"].index("fighter-aldric")
