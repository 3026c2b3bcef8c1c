"""`vttsync cost`: realtime against polling, with your own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vttsync.cost import Play, Use

_Players = Annotated[
    int, typer.Option(min=1, max=10_000, help="Clients at one table, the GM's included.")
]
_Hours = Annotated[
    float, typer.Option(min=0.01, max=1e7, help="Hours of play in a month, all tables together.")
]
_Polls = Annotated[float, typer.Option(min=0.0, max=1000.0, help="Of each client, where it polls.")]
_Changes = Annotated[
    float,
    typer.Option(
        min=0.0, max=1e5, help="At one table: moves, turns, hit points, all that is kept."
    ),
]
_Messages = Annotated[
    float, typer.Option(min=0.0, max=1e5, help="Of each client to the room: cursors, drags, pings.")
]
_KINDS = {
    "worker_requests": "Worker requests",
    "object_requests": "object requests",
    "gb_seconds": "duration, GB-s",
    "rows_written": "rows written",
}


def cost(
    players: _Players = 5,
    hours: _Hours = 16,
    polls_per_second: _Polls = 0.5,
    changes_per_minute: _Changes = 10,
    messages_per_minute: _Messages = 20,
    json: Json = False,
) -> int:
    """Reckon what a month of play uses and costs on Cloudflare, in realtime and by polling.

    Nothing is asked of Cloudflare: it is arithmetic, with prices and limits as of a date.
    """
    from dataclasses import asdict

    from vttsync import cost as model
    from vttsync.output.table import columns
    from vttsync.output.terminal import Terminal

    terminal = Terminal("cost", as_json=json)
    play = model.Play(players, hours, polls_per_second, changes_per_minute, messages_per_minute)
    polled, live = model.polling(play), model.realtime(play)
    terminal.show(columns(_rows(play, polled, live), right=(1, 2, 3)))
    terminal.say(_explained(polled))
    result = {"play": asdict(play), "prices_read_on": model.READ_ON}
    sides = {"polling": polled, "realtime": live}
    return terminal.finish({**result, **{name: _told(play, it) for name, it in sides.items()}})


def _rows(play: Play, polled: Use, live: Use) -> Iterator[tuple[str, ...]]:
    from vttsync.cost import FREE, bill, ceiling

    yield ("in a month", "polling", "realtime", "free in a day")
    for kind, name in _KINDS.items():
        used = (polled.by_kind()[kind], live.by_kind()[kind], FREE[kind])
        yield (name, *(f"{it:,.0f}" for it in used))
    yield ("paid plan", f"${bill(polled):.2f}", f"${bill(live):.2f}", "")
    reach = [ceiling(play, use) for use in (polled, live)]
    hours = (f"{it.player_hours:,.0f}" if it else "no limit" for it in reach)
    yield ("free plan: player-hours a day", *hours, "")
    yield ("  ended by", *(_KINDS[it.limit] if it else "" for it in reach), "")


def _explained(polled: Use) -> str:
    from vttsync.cost import MESSAGES_PER_REQUEST, PLAN, READ_ON

    return (
        f"\nPrices and limits as read on {READ_ON}; the paid plan is ${PLAN:.0f} and what goes "
        f"beyond it.\n{MESSAGES_PER_REQUEST} messages of a client count as one request; what the "
        "room sends is free, and so is its sleep.\nPolling is reckoned as answered by a Worker "
        f"with an object; where your own server\nanswers, it gets these "
        f"{polled.worker_requests:,.0f} requests. `vttsync help cloudflare` has the arithmetic."
    )


def _told(play: Play, use: Use) -> dict[str, object]:
    from dataclasses import asdict

    from vttsync.cost import bill, ceiling

    reach = ceiling(play, use)
    free_plan = asdict(reach) if reach else None
    return {**use.by_kind(), "dollars": round(bill(use), 2), "free_plan": free_plan}
