"""What a deployed Worker does, as it is shown; the samples are what a real workerd told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vttsync.node.tail import Blocks, Filters
from vttsync.output.events import event_json, event_text

REQUEST: dict[str, Any] = {
    "executionModel": "stateless",
    "outcome": "ok",
    "logs": [],
    "exceptions": [],
    "eventTimestamp": 1795456215273,
    "event": {
        "request": {
            "url": "http://127.0.0.1:1/parties/session/a?ticket=a.b.c&x=1",
            "method": "GET",
        },
        "response": {"status": 401},
    },
}


def shown(**fields: object) -> str:
    """Without the time, which is the reader's own."""
    return event_text({**REQUEST, **fields}).plain[10:]


def test_a_request() -> None:
    assert shown() == "worker  GET /parties/session/a?ticket=***&x=1  401"
    assert shown(executionModel="durableObject").startswith("room    GET")


def test_no_ticket_gets_out_in_json_either() -> None:
    line = event_json({**REQUEST, "logs": [{"message": ["at ?ticket=d.e.f"]}]})
    assert "a.b.c" not in line
    assert "d.e.f" not in line
    assert json.loads(line)["event"]["request"]["url"].endswith("?ticket=***&x=1")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"getWebSocketEvent": {"webSocketEventType": "message"}}, "websocket message"),
        (
            {"getWebSocketEvent": {"webSocketEventType": "close", "code": 1001}},
            "websocket close 1001",
        ),
        ({"scheduledTime": 1}, "alarm"),
        ({"scheduledTime": 1, "cron": "* * * * *"}, "cron * * * * *"),
        ({"rpcMethod": "publish"}, "Session.publish()"),
        ({"type": "overload", "message": "Too much"}, "Too much"),
        (None, "event"),
    ],
)
def test_other_events(event: object, told: str) -> None:
    assert shown(event=event, entrypoint="Session") == f"worker  {told}"


def test_what_was_logged_and_thrown_is_below() -> None:
    line = '{"event":"refused","code":"bad_ticket","session":"a"}'
    logs = [
        {"level": "warn", "message": [line]},
        {"level": "log", "message": ["hello", {"a": 1}]},
    ]
    thrown = {"name": "TypeError", "message": "boom", "stack": "    at f (index.js:1:2)"}
    text = shown(logs=logs, exceptions=[thrown], outcome="exception")
    assert text.splitlines() == [
        "worker  GET /parties/session/a?ticket=***&x=1  401  exception",
        "  warn  refused: code=bad_ticket session=a",
        '  hello {"a": 1}',
        "  TypeError: boom",
        "    at f (index.js:1:2)",
    ]


def test_nobody_steers_the_terminal() -> None:
    request = {"url": "http://x/\x1b[2J\r", "method": "GET\x07"}
    logs = [{"level": "log", "message": ["\x1b]0;mine\x07"]}]
    text = shown(event={"request": request}, logs=logs)
    assert "\\x1b" in text
    assert not any(ord(it) < 32 and it != "\n" for it in text)


def test_an_event_without_what_it_should_have() -> None:
    assert event_text({}).plain == "--:--:--  worker  event"


def test_events_are_found_between_wranglers_words() -> None:
    blocks = Blocks()
    lines = ["warning: lost", *json.dumps(REQUEST, indent=4).splitlines(), "again"]
    assert [it for it in map(blocks.feed, lines) if it] == [REQUEST]
    assert not blocks.inside
    assert blocks.feed("{") is None
    assert blocks.inside


def test_filters_in_wranglers_words() -> None:
    assert Filters().words() == []
    filters = Filters(["ok", "error"], ["POST"], "x-a: b", "-v", ["self"], "id", 0.5)
    assert filters.words() == [
        "--status=ok", "--status=error", "--method=POST", "--ip=self", "--header=x-a: b",
        "--search=-v", "--version-id=id", "--sampling-rate=0.5",
    ]  # fmt: skip
