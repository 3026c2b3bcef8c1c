"""What wrangler and the room print, as it is shown."""

from __future__ import annotations

import pytest

from vttsync.errors import Exit, VttsyncError
from vttsync.output.room_log import RoomLog

# As wrangler 4.156 prints it, without a terminal.
PRINTED = """\
Using secrets defined in .dev.vars
Your Worker has access to the following bindings:
Binding                                   Resource                     Mode
env.Session (Session)                     Durable Object               local
env.PUBLISH_KEY ("(hidden)")              Environment Variable         local

⎔ Starting local server...
[wrangler:info] Ready on http://127.0.0.1:8799
[wrangler:info] GET /health 200 OK (596ms)
[wrangler:info] POST /parties/session/x/publish 401 Unauthorized (20ms)
⎔ Reloading local server...
\x1b[31m✘ \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m \x1b[1mBuild failed with 1 error:\x1b[0m

{"event":"refused","code":"bad_ticket","session":"friday"}
{"some": "other"}
plain console.log
"""
SHOWN = [
    "POST /parties/session/x/publish 401 Unauthorized (20ms)",
    "⎔ Reloading local server...",
    "✘ [ERROR] Build failed with 1 error:",
    "refused: code=bad_ticket session=friday",
    '{"some": "other"}',
    "plain console.log",
]


@pytest.mark.parametrize("opened_before", [0, 7, 100])
def test_what_a_person_has_use_for_is_shown_in_order(opened_before: int) -> None:
    said: list[str] = []
    log = RoomLog(said.append)
    for number, line in enumerate(PRINTED.splitlines()):
        if number == opened_before:
            assert said == []
            log.open()
        log.hear(line)
    log.open()
    assert said == SHOWN
    log.check()


def test_output_that_nobody_reads_any_more_is_told_where_it_can_be() -> None:
    def say(_line: str) -> None:
        raise VttsyncError("unwritten", exit_code=Exit.OUTPUT_CLOSED)

    log = RoomLog(say)
    log.open()
    log.hear("a line")
    with pytest.raises(VttsyncError, match="unwritten"):
        log.check()
