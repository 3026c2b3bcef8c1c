"""What the browser says, as the recorder keeps it."""

from __future__ import annotations

import json
from typing import Any

from vttsync.polling.browser.cable import ATTEMPT, SENDS
from vttsync.polling.browser.recorder import Recorder

ROOM = "ws://room/parties/session/friday"
HELLO = {"type": "hello", "protocol": 1, "epoch": "e", "audience": "player"}


class Page:
    """A target that says things to a recorder, a second apart."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.now = 0

    def says(self, method: str, **params: Any) -> None:
        self.now += 1
        self.recorder.hear(self, method, {"timestamp": self.now, **params})

    def opens(self, url: str, socket: str = "1") -> None:
        self.says("Network.webSocketCreated", requestId=socket, url=url)

    def hears(self, text: str, socket: str = "1") -> None:
        self._frame("Received", text, socket)

    def sends(self, text: str, socket: str = "1") -> None:
        self._frame("Sent", text, socket)

    def _frame(self, way: str, text: str, socket: str) -> None:
        frame = {"opcode": 1, "payloadData": text}
        self.says(f"Network.webSocketFrame{way}", requestId=socket, response=frame)

    def logs(self, text: str, **params: Any) -> None:
        self.says("Runtime.consoleAPICalled", args=[{"value": text}], **params)

    def asks(self, url: str, kind: str = "Fetch", **params: Any) -> None:
        request = {"method": "GET", "url": url}
        self.says(
            "Network.requestWillBeSent", requestId=url, request=request, type=kind, wallTime=0,
            **params,
        )  # fmt: skip


def at_the_table() -> Page:
    page = Page()
    page.opens(f"{ROOM}?ticket=s3cret")
    page.hears(json.dumps(HELLO))
    return page


def test_a_room_is_one_that_says_hello() -> None:
    assert at_the_table().recorder.rooms == (ROOM,)
    other = Page()
    other.opens("ws://app/live")
    other.hears(json.dumps({"type": "hello"}))
    assert other.recorder.rooms == ()
    assert other.recorder.sockets == {"ws://app/live": 1}


def test_of_a_room_only_deltas_are_news() -> None:
    page = at_the_table()
    for text in ("pong", '{"type":"presence"}', '{"type":"delta"}'):
        page.hears(text)
    assert [it.delta for it in page.recorder.told()] == [True]


def test_an_answered_message_asks_and_its_answer_is_no_news() -> None:
    page = at_the_table()
    page.opens("ws://app/live", "2")
    stack = {"callFrames": [], "parent": {"description": "setInterval", "callFrames": []}}
    page.logs(SENDS, stackTrace=stack)
    page.sends('{"type":"getState"}', "2")
    page.hears('{"state":1}', "2")
    (asked,) = page.recorder.asked()
    assert "(getState)" in asked.what.label
    assert asked.cause.timer == "setInterval"
    assert page.recorder.told() == ()


def test_a_page_that_was_loading_is_cut_off_when_it_first_tries() -> None:
    page = at_the_table()
    page.logs(ATTEMPT)
    assert len(page.recorder.closed) == len(page.recorder.attempts) == 1


def test_what_markup_brings_along_is_not_asked_for() -> None:
    page = Page()
    page.asks("http://app/logo.png", "Image", initiator={"type": "parser"})
    assert page.recorder.asked() == ()


def test_a_page_that_refreshes_itself_is_on_a_timer() -> None:
    page = Page()
    page.says("Page.frameRequestedNavigation", reason="metaTagRefresh", frameId="f")
    page.asks("http://app/table", "Document", frameId="f")
    page.asks("http://app/other", "Document", frameId="f")
    assert [it.cause.timer for it in page.recorder.asked()] == ["meta refresh", ""]
