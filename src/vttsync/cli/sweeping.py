"""`vttsync verify-broadcast --sweep`: rooms that a proof left behind are removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vttsync.broadcast.leftovers import Swept
    from vttsync.output.terminal import Terminal

Sweep = Annotated[
    bool,
    typer.Option(
        "--sweep",
        help="Instead: remove the rooms that proofs from this machine left behind, as they were "
        "killed. Rooms of others are never touched.",
    ),
]


def sweep(terminal: Terminal, url: str, publish_key: str) -> tuple[Mapping[str, object], bool]:
    """Remove what was left behind at `url`; tell what became of it, and whether all is gone."""
    from vttsync.broadcast import leftovers

    with terminal.stage("sweep") as step:
        swept = leftovers.sweep(url, publish_key)
        step.update(f"{_rooms(len(swept.removed))} removed")
    for session in swept.removed:
        terminal.show(f"removed  {session}")
    for session, why in swept.kept:
        terminal.warn(f"{session} is still there: {why}. Try again later.")
    _elsewhere(terminal, swept)
    told = {
        "url": url,
        "removed": list(swept.removed),
        "kept": [{"session": session, "why": why} for session, why in swept.kept],
        "elsewhere": [{"url": it.url, "session": it.session} for it in swept.elsewhere],
    }
    return told, not swept.kept


def _elsewhere(terminal: Terminal, swept: Swept) -> None:
    by_url: dict[str, int] = {}
    for note in swept.elsewhere:
        by_url[note.url] = by_url.get(note.url, 0) + 1
    for url, count in by_url.items():
        terminal.say(f"Noted, too: {_rooms(count)} of {url}, which --url {url} --sweep removes.")


def _rooms(count: int) -> str:
    return f"{count} {'room' if count == 1 else 'rooms'}"
