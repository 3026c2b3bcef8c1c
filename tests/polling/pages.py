"""Small pages that follow a room, each with a way of polling: traps, and ways that are right.

Each is a script behind `PRELUDE`; the interval of all polls is 800 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PRELUDE = """
const name = location.pathname.split("/")[2];
const get = (path, more) => fetch(`/api/${name}/${path}`, more).then((it) => it.json());
const load = () => get("state");
const rt = { up: false, changed() {}, heard() {}, failed() {} };
function turn(up) { if (rt.up !== up) { rt.up = up; rt.changed(up); } }
async function ticket() { return (await fetch(`/ticket/${name}`, { method: "POST" })).text(); }
async function dial() {
  const socket = new WebSocket(`${ROOM}/parties/session/${name}?ticket=${await rt.ticket()}`);
  socket.onopen = () => socket.send("ping");
  socket.onmessage = ({ data }) => {
    if (data === "pong") return;
    const frame = JSON.parse(data);
    if (frame.type === "hello") turn(true);
    rt.heard(frame);
  };
  socket.onclose = () => { turn(false); rt.failed(); setTimeout(dial, 250); };
}
rt.ticket = ticket;
function gated() {
  let timer;
  rt.changed = (up) => { clearInterval(timer); if (!up) timer = setInterval(load, 800); };
}
setTimeout(dial);
"""


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        verdict: of what is asked for at `asks`.
        moves: whether the room has broadcasts all the while.
        covered: as the user would say it.
        starts: whether something is asked for in the room's stead.
        files: what it needs besides, by name.
    """

    script: str
    verdict: str = "ungated"
    asks: str = "/state"
    moves: bool = False
    covered: tuple[str, ...] = ()
    starts: bool = True
    head: str = ""
    timer: str = ""
    files: dict[str, str] = field(default_factory=dict)


_OTHER_SOCKET = "const other = new WebSocket(`${location.origin.replace('http', 'ws')}/echo`);"

TRAPS = {
    "fetch": Page("setInterval(load, 800)", timer="setInterval"),
    "xhr": Page(
        "setInterval(() => { const it = new XMLHttpRequest(); "
        "it.open('GET', `/api/${name}/state`); it.send(); }, 800)",
        timer="setInterval",
    ),
    "recursive": Page(
        "(async function again() { await load(); "
        "setTimeout(again, 600 + 600 * Math.random()); })()",
        timer="setTimeout",
    ),
    "sleeping": Page(
        "(async () => { for (;;) "
        "{ await new Promise((it) => setTimeout(it, 800)); await load(); } })()"
    ),
    "long-poll": Page("(async () => { for (;;) await get('held'); })()", asks="/held"),
    "graphql": Page(
        "setInterval(() => get('graphql', { method: 'POST', body: JSON.stringify({ "
        "operationName: 'Tokens', query: 'query Tokens { tokens { id } }' }) }), 800)",
        asks="(query Tokens)",
    ),
    "cursor": Page("let n = 0; setInterval(() => get(`state?since=${n++}`), 800)", asks="/state?"),
    "image": Page(
        "setInterval(() => { new Image().src = `/api/${name}/state?${Date.now()}`; }, 800)"
    ),
    "frame": Page(
        "document.body.append(Object.assign(document.createElement('iframe'), "
        "{ src: `/file/${name}/inner.html` }))",
        files={"inner.html": "<script>setInterval(() => fetch('/api/frame/state'), 800)</script>"},
        timer="setInterval",
    ),
    "animation": Page(
        "let last = 0; (function draw(now) { if (now - last > 800) { last = now; load(); } "
        "requestAnimationFrame(draw); })(0)",
        timer="requestAnimationFrame",
    ),
    "refresh": Page("", head='<meta http-equiv="refresh" content="1.4">', asks="/page/refresh"),
    "reloading": Page("setTimeout(() => location.reload(), 1200)", asks="/page/reloading"),
    "worker": Page(
        "new Worker(`/file/${name}/worker.js`)",
        files={
            "worker.js": "function poll() { fetch('/api/worker/state'); }\nsetInterval(poll, 800)"
        },
    ),
    "shared-worker": Page(
        "new SharedWorker(`/file/${name}/worker.js`)",
        files={"worker.js": "setInterval(() => fetch('/api/shared-worker/state'), 800)"},
    ),
    "service-worker": Page(
        "navigator.serviceWorker.register(`/file/${name}/worker.js`)",
        files={"worker.js": "setInterval(() => fetch('/api/service-worker/state'), 800)"},
    ),
    "socket": Page(
        f"{_OTHER_SOCKET} const ask = JSON.stringify({{ type: 'getState' }}); "
        "setInterval(() => other.send(ask), 800)",
        asks="(getState)",
    ),
    "socket-io": Page(
        f"{_OTHER_SOCKET} setInterval(() => other.send('42[\"ops:getRoleUpdate\",7]'), 800)",
        asks="(ops:getRoleUpdate)",
    ),
    "beside-broadcasts": Page("setInterval(load, 700)", moves=True, timer="setInterval"),
    "recursive-beside-broadcasts": Page(
        "(async function again() { await load(); setTimeout(again, 500); })()", moves=True
    ),
    "inverted": Page(
        "setInterval(() => { if (rt.up) load(); }, 800)", "inverted", starts=False
    ),
    "log-only": Page(
        "setInterval(() => { if (!rt.up) console.log('falling back'); load(); }, 800)"
    ),
    # What SWR does: Infinity is no delay for a timer, and what is deduplicated waits 300 ms.
    "infinity": Page(
        "let last = 0; (function next() { setTimeout(() => { const now = Date.now(); "
        "if (now - last > 600) { last = now; load(); } next(); }, rt.up ? Infinity : 800); })()"
    ),
    "two-observers": Page("gated(); setInterval(load, 800)"),
    # What TanStack Query does with a function: it is asked when the query is set, and never again.
    "not-reactive": Page(
        "rt.changed = () => {}; rt.heard = ({ type }) => { if (type !== 'hello') return; "
        "rt.heard = () => {}; const every = (() => (rt.up ? false : 800))(); "
        "if (every) setInterval(load, every); }",
        "no poll", starts=False,
    ),
    "starved": Page(
        "let timer; rt.failed = () => { clearTimeout(timer); "
        "timer = setTimeout(() => setInterval(load, 800), 10_000); }; "
        "rt.changed = (up) => { if (up) clearTimeout(timer); }",
        "no poll", starts=False,
    ),
    "never-stopped": Page(
        "rt.changed = (up) => { if (!up) setInterval(load, 800); }", "never stopped"
    ),
    "throttled": Page(
        "(function next() { setTimeout(() => { load(); next(); }, rt.up ? 2200 : 800); })()",
        "throttled",
    ),
    "asked-again": Page(
        "gated(); rt.heard = ({ type }) => { if (type === 'delta') load(); }",
        "asked for again", moves=True,
    ),
    "asked-again-later": Page(
        "gated(); let soon; rt.heard = ({ type }) => { if (type === 'delta') "
        "{ clearTimeout(soon); soon = setTimeout(load, 150); } }",
        "asked for again", moves=True,
    ),
    "asked-twice-again": Page(
        "gated(); rt.heard = ({ type }) => { if (type === 'delta') { load(); load(); } }",
        "asked for again", moves=True,
    ),
}  # fmt: skip

RIGHT = {
    "gated": Page("gated()"),
    "helper": Page(
        "import('/vttsync.js').then(({ connectSession }) => connectSession({ host: "
        "ROOM.replace('ws', 'http'), session: name, share: false, ticket, "
        "poll: { fn: () => { load(); }, every: 800, grace: 500 } })); rt.ticket = () => "
        "new Promise(() => {})"
    ),
    "startup": Page("gated(); load(); load(); setTimeout(load, 200)"),
    "events": Page("gated(); new EventSource(`/events/${name}`).onmessage = () => {}"),
    "beacon": Page("gated(); setInterval(() => navigator.sendBeacon(`/api/${name}/seen`), 800)"),
    "telemetry": Page("gated(); setInterval(() => get('log', { method: 'POST', body: '1' }), 800)"),
    "presence": Page(
        f"gated(); {_OTHER_SOCKET} setInterval(() => {{ get('here', {{ method: 'POST' }}); "
        "other.send('{\"type\":\"cursor\",\"x\":1}'); other.send('2'); }, 800)"
    ),
    "retries": Page(
        "gated(); setTimeout(() => { let wait = 250; (function again() { "
        "fetch(`/api/${name}/broken`).then(() => setTimeout(again, (wait *= 2))); })(); }, 1500)"
    ),
    "told-by-another": Page(
        f"gated(); {_OTHER_SOCKET} other.onmessage = () => get('chat'); "
        "setInterval(() => other.send('{\"type\":\"ping\"}'), 800)",
        covered=("/api/*/state",),
    ),
    "asked-again-elsewhere": Page(
        "gated(); rt.heard = ({ type }) => { if (type === 'delta') get('chat'); }",
        moves=True, covered=("load",),
    ),
    "not-covered": Page(
        "gated(); setInterval(() => get('weather'), 800)", covered=("/api/*/state",)
    ),
    "ticket-by-get": Page(
        "gated(); rt.ticket = async () => (await fetch(`/ticket/${name}`)).text()"
    ),
    "debugger": Page("gated(); debugger; setInterval(() => { debugger; }, 500)"),
    "dialogs": Page("gated(); setTimeout(() => { alert('Roll!'); confirm('Sure?'); }, 300)"),
    "worker-socket": Page(
        "rt.ticket = () => new Promise(() => {}); gated(); "
        "const it = new Worker(`/file/${name}/worker.js`); it.onmessage = ({ data }) => turn(data)",
        files={
            "worker.js": "const name = 'worker-socket';\n"
            "async function dial() {\n"
            "  const ticket = await (await fetch(`/ticket/${name}`, { method: 'POST' })).text();\n"
            "  const it = new WebSocket(`${ROOM}/parties/session/${name}?ticket=${ticket}`);\n"
            "  it.onmessage = () => postMessage(true);\n"
            "  it.onclose = () => { postMessage(false); setTimeout(dial, 250); };\n"
            "}\n"
            "dial();"
        },
    ),
}  # fmt: skip
PAGES = TRAPS | RIGHT


def html(page: Page, room: str) -> str:
    """The page as it is served; `room` is ws://host:port."""
    script = f"const ROOM = '{room}';\n{PRELUDE}\n{page.script};"
    return f"<!doctype html><title>A table</title>{page.head}<body><script>{script}</script>"
