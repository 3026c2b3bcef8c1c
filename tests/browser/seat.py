"""Somebody at the table, in a browser of their own: what they see, and all that reached them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page, Request, WebSocket
from playwright.sync_api import Error as PlaywrightError

Scheme = Literal["light", "dark"]
WIDE = (1280, 800)
NARROW = (390, 844)
PATIENCE = 20_000.0  # ms for whatever is waited for

# Each token's places in order: `shown` by its attributes, where the view has it; `drawn` by the
# transform that it is under, where somebody who drags it holds it.
_RECORD = """
window.shown = {};
window.drawn = {};
const keep = (all, key, place) => {
  const places = (all[key] ??= []);
  if (String(places.at(-1)) !== String(place)) places.push(place);
};
new MutationObserver((records) => {
  const touched = new Set();
  for (const { target, addedNodes } of records) {
    for (const node of [target, ...addedNodes]) {
      if (!(node instanceof Element)) continue;
      touched.add(node);
      for (const inner of node.querySelectorAll("[data-token]")) touched.add(inner);
    }
  }
  for (const node of touched) {
    const { token, x, y } = node.dataset ?? {};
    if (!token || x === undefined) continue;
    keep(window.shown, token, [Number(x), Number(y)]);
    keep(window.drawn, token, node.closest("[style*=transform]")?.style.transform);
  }
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


@dataclass(frozen=True)
class Heard:
    """Something that came over the network: a frame, or a body."""

    where: str
    text: str


@dataclass
class Seat:
    """One person's browser: a context of its own, and its tabs.

    Attributes:
        requests: every HTTP request of every tab, workers included, as "METHOD /path".
        heard: every websocket frame and every body that any tab received.
        sent: every websocket frame that any tab sent.
        complaints: the console's errors and warnings, and exceptions nobody caught.
    """

    browser: Browser
    url: str
    session: str
    size: tuple[int, int] = WIDE
    scheme: Scheme = "light"
    requests: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        width, height = self.size
        self.context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=self.scheme,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(_RECORD)
        self.context.on("page", lambda page: page.on("websocket", self._follow))
        self.context.on("request", lambda it: self.requests.append(_named(it)))
        self.context.on("requestfinished", self._keep_body)
        self.context.on("console", lambda it: self._complain(it.type, it.text))
        self.context.on("weberror", lambda it: self._complain("error", str(it.error)))
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def tab(self, role: str, user: str, mode: str = "realtime") -> Page:
        """Open the table in one more tab."""
        page = self.context.new_page()
        self.open(page, role, user, mode)
        return page

    def open(self, page: Page, role: str, user: str, mode: str = "realtime") -> None:
        """Open the table in a tab that is there."""
        query = urlencode({"session": self.session, "role": role, "user": user, "mode": mode})
        page.goto(f"{self.url}/?{query}")

    def polls(self) -> int:
        """How often the app's server was asked for the whole state."""
        return sum(it.endswith("/state") for it in self.requests)

    def overheard(self, *secrets: str) -> list[Heard]:
        """Whatever reached this person that holds one of `secrets`."""
        return [it for it in self.heard if any(secret in it.text for secret in secrets)]

    def _follow(self, socket: WebSocket) -> None:
        where = urlsplit(socket.url).path
        socket.on("framereceived", lambda frame: self.heard.append(Heard(where, _text(frame))))
        socket.on("framesent", lambda frame: self.sent.append(_text(frame)))

    def _keep_body(self, request: Request) -> None:
        try:
            response = request.response()
            body = response.body() if response else b""
        except PlaywrightError:  # a redirect has none; a closed tab takes its own along
            return
        self.heard.append(Heard(_named(request), body.decode("utf-8", "replace")))

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")


def status(page: Page, wanted: str, patience: float = PATIENCE) -> None:
    """Wait until the page says that it is `wanted`, for so many milliseconds at most."""
    page.wait_for_selector(f"[data-status={wanted}]", state="attached", timeout=patience)


def loses_patience(page: Page) -> None:
    """Let the time pass after which a page that can't reach the room polls."""
    page.clock.fast_forward(6_000)
    status(page, "fallback")


@contextmanager
def drag(page: Page, token: str, right: float, down: float) -> Iterator[None]:
    """Take a token with the mouse, move it by so many pixels of the screen; drop it at the end."""
    box = page.locator(f"[data-token={token}]").bounding_box()
    assert box, f"{token} is not drawn"
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=8)
    yield
    page.mouse.up()


def store(page: Page) -> Any:
    """What the session holds, as the page's scripts see it."""
    return page.evaluate("window.vttsync.getSnapshot()")


def shown(page: Page, token: str) -> list[tuple[float, float]]:
    """Every place that `token` had on the page, in order, whatever it was dragged through."""
    places = page.evaluate("(key) => window.shown[key] ?? []", token)
    return [(x, y) for x, y in places]


def picture(page: Page, path: Path, quality: int = 80) -> None:
    """Keep what the page looks like, as WebP."""
    path.parent.mkdir(parents=True, exist_ok=True)
    devtools = page.context.new_cdp_session(page)
    taken = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
    path.write_bytes(base64.b64decode(taken["data"]))
    devtools.detach()


def _named(request: Request) -> str:
    return f"{request.method} {urlsplit(request.url).path}"


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
