"""`vttsync verify-polling`: the proof that a running page polls no more, and that it still can."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal
    from vttsync.polling.browser.visit import Plan, Visit
    from vttsync.polling.judge import Outcome

_Url = Annotated[str, typer.Argument(metavar="URL", help="The app's page, at which its table is.")]
_Covered = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="What realtime brings, besides [audit] covered in vttsync.toml: an address or a "
        "function, * for anything. Can be repeated.",
        show_default=False,
    ),
]
_Watch = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        min=4,
        max=600,
        help="How long each phase is watched; polls twice in that time are found.",
    ),
]
_State = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A browser that is logged in, as Playwright's storageState keeps it.",
        show_default=False,
    ),
]
_Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write an HTML page with the timeline.", show_default=False),
]


def verify_polling(
    url: _Url,
    covered: _Covered = None,
    watch: _Watch = 20,
    storage_state: _State = None,
    report: _Report = None,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Open your running app in a browser, and prove that it asks nothing that realtime brings.

    Three phases: live, the room out of reach, live again. Exit code 8 when something polls while
    live, when the fallback never starts or never stops, or when broadcasts are asked for again.
    """
    from vttsync.cli.writing import write_result
    from vttsync.errors import Exit
    from vttsync.output.polling_page import polling_page
    from vttsync.output.terminal import Terminal
    from vttsync.polling.judge import judge

    terminal = Terminal("verify-polling", as_json=json)
    plan = _plan(url, (*_from_settings(folder), *(covered or ())), watch, storage_state)
    found = _run(terminal, plan)
    outcome = judge(found.seen, plan.covered)
    if report:
        write_result(report, polling_page(outcome, plan.url, found.rooms), "--report")
    _tell(terminal, outcome, found)
    code = Exit.DONE if outcome.passed else Exit.VERIFY_FAILED
    return terminal.finish(_result(plan, found, outcome), exit_code=code)


def _from_settings(folder: Path) -> tuple[str, ...]:
    from vttsync.project.config import covered_in

    return covered_in(folder)


def _plan(url: str, covered: tuple[str, ...], watch: float, state: Path | None) -> Plan:
    from vttsync.polling.address import page_address
    from vttsync.polling.browser.start import need_playwright
    from vttsync.polling.storage_state import check_storage_state

    address = page_address(url)
    if state:
        check_storage_state(state)
    need_playwright()
    from vttsync.polling.browser.visit import Plan

    return Plan(address, covered, watch=watch, storage_state=state)


def _run(terminal: Terminal, plan: Plan) -> Visit:
    import os
    from contextlib import AsyncExitStack

    from vttsync import interrupts
    from vttsync.polling.browser.chromium import find_chromium
    from vttsync.polling.browser.start import running_browser
    from vttsync.polling.browser.visit import visit

    binary = find_chromium(os.environ)  # an interrupt of what it asks is one of this

    async def watch() -> Visit:
        async with AsyncExitStack() as stack:
            with terminal.stage("browser") as step:
                browser = await stack.enter_async_context(running_browser(binary))
                step.update(f"{binary}, {browser.version}")
            return await visit(browser, plan, terminal.stage)

    return interrupts.run(watch())


def _tell(terminal: Terminal, outcome: Outcome, found: Visit) -> None:
    from vttsync.output.polling import PollingView, caveats, conclusion

    terminal.say()
    terminal.show(PollingView(outcome))
    for kind in dict.fromkeys(found.dialogs):
        count = found.dialogs.count(kind)
        times = "once" if count == 1 else f"{count} times"
        terminal.warn(f"The page opened a dialog ({kind}) {times}; it was dismissed.")
    for sentence in caveats(outcome):
        terminal.say(sentence)
    _point_out(terminal, outcome)
    for alarming, sentence in conclusion(outcome):
        if alarming:
            terminal.warn(sentence)
        else:
            terminal.say(sentence)


def _point_out(terminal: Terminal, outcome: Outcome) -> None:
    from vttsync.errors import Place
    from vttsync.polling.sources import file_of, where

    for group in outcome.failing:
        what = f"{group.what.label}: {group.verdict.value}. {group.why}"
        files = ((file_of(place, Path()), place.line) for place in where(group))
        file, line = next(((it, line) for it, line in files if it), (None, 0))
        terminal.point_out(what, Place(file, line, what) if file else None)


def _result(plan: Plan, found: Visit, outcome: Outcome) -> dict[str, object]:
    from vttsync.output.polling import polling_json
    from vttsync.polling.naming import label

    return {
        "url": label(plan.url),
        "rooms": [label(room) for room in found.rooms],
        "dialogs": list(found.dialogs),
        **polling_json(outcome),
    }
