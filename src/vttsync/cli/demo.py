"""`vttsync demo`: a small realtime VTT on this machine, to play with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Json

if TYPE_CHECKING:
    from vttsync.local.demo import Demo
    from vttsync.output.terminal import Terminal

_Open = Annotated[
    bool, typer.Option("--open/--no-open", help="Open the page in the browser, from a terminal.")
]


def demo(browser: _Open = True, json: Json = False) -> int:
    """Run a small realtime VTT on this machine until Ctrl-C: room, server and page.

    It is what `vttsync init --with-table` puts into an app, in a temporary folder. Nothing reaches
    Cloudflare; the packages come from npm the first time.
    """
    from vttsync.cli.holding import hold
    from vttsync.local.demo import demo as run_demo
    from vttsync.output.terminal import Terminal

    terminal = Terminal("demo", as_json=json)
    with run_demo(terminal.stage) as running:
        return hold(terminal, lambda: _tell(terminal, running, browser=browser), running.check)


def _tell(terminal: Terminal, running: Demo, *, browser: bool) -> int:
    from vttsync.cli.browser import open_page

    terminal.say()
    terminal.show(f"table   {running.page}")
    for role, url in running.seats.items():
        terminal.show(f"{role:<7} {url}")
    terminal.say(
        "\nOpen the last two side by side. Ctrl-C ends the demo and removes it;\n"
        "`vttsync init --with-table` puts it into an app."
    )
    code = terminal.finish(
        {
            "page": running.page,
            "seats": running.seats,
            "room": running.room,
            "stages": terminal.stage_times(),
        }
    )
    if browser and terminal.interactive:
        open_page(running.page)
    return code
