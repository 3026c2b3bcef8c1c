"""How polling is written: each form is found, with what it asks, how often, and the way there."""

from __future__ import annotations

import pytest

from tests.unit.audit.app import only, report
from vttsync.audit.site import Form

JS = "a_js"


@pytest.mark.parametrize(
    ("source", "form", "what", "every"),
    [
        ("setInterval(() => fetch('/a'), 5000)", Form.INTERVAL, "/a", "5 s"),
        ("window.setInterval(load, 5 * 60 * 1000); function load() { fetch('/a') }",
         Form.INTERVAL, "/a", "300 s"),
        ("const MS = 1_500; setInterval(() => axios.get(`/a/${id}`), MS)",
         Form.INTERVAL, "/a/…", "1.5 s"),
        ("setInterval('load()', 1000); function load() { fetch('/a') }",
         Form.INTERVAL, "/a", "1 s"),
        ("class A { b() { setInterval(this.c.bind(this), 9e2) } c() { ky('/a') } }",
         Form.INTERVAL, "/a", "9e2"),
        ("function p() { $.get('/a', () => setTimeout(p, 2000)) }", Form.TIMEOUT, "/a", "2 s"),
        ("async function f() { while (on) { await fetch('/a'); await sleep(100) } }",
         Form.LOOP, "/a", "0.1 s"),
        ("useInterval(() => fetch('/a'), 1000)", Form.HOOK, "/a", "1 s"),
        ("useQuery({ queryKey: ['a', 1], refetchInterval: 1000 })", Form.OPTION, "['a',1]", "1 s"),
        ("useTurn(7, { query: { refetchInterval: 1000 } })", Form.OPTION, "useTurn(7)", "1 s"),
        ("useSWR('/a', f, { refreshInterval: 1000 })", Form.OPTION, "/a", "1 s"),
        ("useGetAQuery(7, { pollingInterval: 1000 })", Form.OPTION, "useGetAQuery(7)", "1 s"),
        ("const { startPolling } = useQuery(A); startPolling(500)", Form.OPTION, None, "0.5 s"),
        ("import { timer } from 'rxjs'; timer(0, 2000).subscribe(() => fetch('/a'))",
         Form.STREAM, "/a", "2 s"),
    ],
)  # fmt: skip
def test_scripts(source: str, form: Form, what: str | None, every: str) -> None:
    found = only(source)
    assert (found.form, found.every) == (form, every)
    assert what is None or found.what == what


@pytest.mark.parametrize(
    ("read", "what"),
    [
        ("socket.emit('getState')", "the message getState"),
        ("ws.send(JSON.stringify({ type: 'sync_request' }))", "the message sync_request"),
        ("queryClient.invalidateQueries({ queryKey: ['a'] })", "['a']"),
        ("supabase\n  .from('turns')\n  .select('*')", "rows of turns"),
        ("client.query({ query: A })", "client.query()"),
        ("fetch('/graphql', { method: 'POST', body: 'query { a }' })", "/graphql"),
        ("trpc.turn.query()", "trpc.turn.query()"),
        ("{ location.reload() }", "the page"),
        ("{ img.src = '/a.png?' + Date.now() }", "/a.png?…"),
        ("{ const a = await http.get<A>('/a'); }", "/a"),
    ],
)
def test_reads(read: str, what: str) -> None:
    assert only(f"setInterval(async () => {read}, 1000)").what == what


@pytest.mark.parametrize(
    ("options", "every"),
    [
        ("const refetchInterval = 5000; useQuery({ queryKey, refetchInterval })", "5 s"),
        ("const useA = (refetchInterval = 5000) => useQuery({ refetchInterval })", "5 s"),
        ("const useA = ({ refetchInterval = 5000 }) => useQuery({ refetchInterval })", "5 s"),
        ("const useA = (id, refetchInterval) => useQuery({ refetchInterval })", "refetchInterval"),
        ("const useA = ({ refetchInterval }) => useQuery({ refetchInterval })", None),
        ("const useA = (refetchInterval = false) => useQuery({ refetchInterval })", None),
        ("const refetchInterval = false; useQuery({ refetchInterval })", None),
        ("saveSettings({ refreshInterval })", None),
    ],
)
def test_an_option_that_is_written_by_its_name_alone(options: str, every: str | None) -> None:
    assert [it.every for it in report(a_tsx=options).findings] == ([every] if every else [])


@pytest.mark.parametrize(
    ("page", "what", "every"),
    [
        ('<p hx-get="/turn" hx-trigger="load, every 2s"></p>', "/turn", "2 s"),
        ('<p data-hx-get="/turn" data-hx-trigger="every 500ms"></p>', "/turn", "0.5 s"),
        ('<p wire:poll.5s="refresh"></p>', "refresh", "5 s"),
        ("<p wire:poll></p>", "the component", "2.5 s"),
        ("<p data-on-interval__duration.5s=\"@get('/turn')\"></p>", "/turn", "5s"),
        ('<p up-poll up-interval="2000"></p>', "the fragment", "2 s"),
        ('<meta http-equiv="refresh" content="9">', "the page", "9 s"),
        ("<script>\nsetInterval(() => fetch('/turn'), {{ every }});</script>", "/turn", None),
    ],
)
@pytest.mark.parametrize("ending", ["html", "php", "erb", "svelte"])
def test_pages(page: str, what: str, every: str | None, ending: str) -> None:
    found = only(f"<div>\n{page}\n</div>", f"a_{ending}")
    assert found.what == what
    assert every is None or found.every.replace(" ", "") == every.replace(" ", "")
    assert found.line == (3 if "<script" in page else 2)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "turn_worker_js",
            "self.onmessage = () => setInterval(async () => postMessage(await fetch('/a')), 2000)",
        ),
        ("page_html", """<p x-data="{}" x-init="setInterval(() => fetch('/a'), 3000)"></p>"""),
        ("frame_js", "function frame() { fetch('/a'); requestAnimationFrame(frame) } frame()"),
    ],
)
def test_workers_alpine_and_frames(name: str, source: str) -> None:
    assert only(source, name).what == "/a"


@pytest.mark.parametrize(
    "source",
    [
        "while True:\n    requests.get('/a')\n    time.sleep(5)\n",
        "def poll():\n    httpx.get('/a')\n    root.after(5000, poll)\n",
        (
            "async def poll():\n    while running:\n        await session.get('/a')\n"
            "        await asyncio.sleep(5)\n"
        ),
    ],
)
def test_python(source: str) -> None:
    found = only(source, "a_py")
    assert (found.form, found.what) == (Form.PYTHON, "/a")


@pytest.mark.parametrize(
    "source",
    [
        "setInterval(() => setNow(Date.now()), 1000)",
        "setInterval(() => fetch('/a', { method: 'POST' }), 1000)",
        (
            "setInterval(() => send('/a', { method: 'PUT' }), 1000);"
            "const send = (url, init) => fetch(url, init)"
        ),
        "setInterval(() => socket.emit('ping'), 1000)",
        "setInterval(() => localStorage.setItem('a', 1), 1000)",
        "setTimeout(() => fetch('/a'), 1000)",
        "button.onclick = () => setTimeout(() => location.reload(), 1000)",
        "function go(n) { fetch('/a').catch(() => setTimeout(() => go(n + 1), 1000)) }",
        "function go(n) { if (n > 5) return; fetch('/a'); setTimeout(() => go(n + 1), 1000) }",
        "ws.onclose = () => setTimeout(connect, 1000); function connect() { fetch('/ticket') }",
        (
            "async function wait() { for (;;) { const a = await fetch('/a'); if (a.ok) return a; "
            "await sleep(100) } }"
        ),
        (
            "function w() { if (window.T) return start(); setTimeout(w, 50) }"
            "function start() { fetch('/a') }"
        ),
        "useQuery({ queryKey: ['a'], refetchInterval: false })",
        "const useA = (options) => useQuery({ refetchInterval: options.refetchInterval })",
        (
            "let tries = 0; const t = setInterval(() => { fetch('/a'); "
            "if (++tries > 10) clearInterval(t) }, 1000)"
        ),
        (
            "const t = setInterval(() => { if (Date.now() - begun > LIMIT) { stop(); return } "
            "fetch('/pin') }, 1000); const stop = () => clearInterval(t)"
        ),
        "class A { static defaultProps = { refreshInterval: 2000 } }",
        "A.propTypes = { refreshInterval: PropTypes.number }",
        "setInterval(() => button.addEventListener('click', () => fetch('/a')), 1000)",
        "// setInterval(() => fetch('/a'), 1000)",
        "const text = `setInterval(() => fetch('/a'), 1000)`",
    ],
)
def test_what_is_no_poll(source: str) -> None:
    assert report(a_ts=source).findings == ()


def test_the_way_leads_through_files() -> None:
    files = {
        "page_tsx": 'import { load } from "./store"; import { every } from "@/timers";\n'
        "every(load, 3000);",
        "store_ts": 'import * as api from "~/api";\nexport const load = () => api.turn();',
        "api_ts": 'export { turn } from "./turn";',
        "turn_ts": "export const turn = async () => (await fetch('/turn')).json();",
        "timers_ts": "export function every(task, ms) { setInterval(() => task(), ms) }",
    }
    (found,) = report(**files).findings
    assert (found.path, found.line, found.form) == ("page.tsx", 2, Form.WRAPPER)
    assert [step.name for step in found.way] == ["every", "load", "api.turn"]
    assert (found.request_path, found.request_line) == ("turn.ts", 1)
    assert (found.what, found.every) == ("/turn", "3 s")


def test_an_address_is_told_as_it_is_handed_down() -> None:
    found = only(
        "const BASE = '/api';\n"
        "const ask = (url) => fetch(url, { headers });\n"
        "setInterval(() => ask(`${BASE}/games/${id}` + '?full=1'), 1000);"
    )
    assert found.what == "/api/games/…?full=1"


def test_a_read_only_by_its_name_is_marked() -> None:
    found = only("import { fetchGame } from 'somewhere'; setInterval(() => fetchGame(), 1000)")
    assert found.likely
    assert not only("setInterval(() => fetch('/a'), 1000)").likely


def test_stores_that_are_told_to_load() -> None:
    thunk = "const getA = createAsyncThunk('a', async () => fetch('/a'));\n"
    assert only(thunk + "setInterval(() => dispatch(getA()), 1000)").what == "/a"
    assert only("setInterval(() => store.dispatch('game/fetchTurn'), 1000)").likely
    assert report(a_tsx="setInterval(() => store.dispatch('game/tick'), 1000)").findings == ()


def test_what_runs_on_a_server_is_left_out() -> None:
    poll = "setInterval(() => fetch('https://example.org/a'), 1000)"
    assert report(a_ts=f"import express from 'express';\n{poll}").findings == ()
    assert report(**{"server/jobs_ts": poll}).findings == ()
    rows = "import { eq } from 'drizzle-orm';\n// all that comes in one window.\n"
    assert report(**{"monitor/rows_ts": rows + poll}).findings == ()
    assert len(report(**{"server/public/table_js": poll}).findings) == 1


def test_a_servers_job_in_python_is_left_out() -> None:
    loop = "import requests\nwhile True:\n    requests.get('/a')\n    time.sleep(5)\n"
    assert report(a_py=f"import flask\n{loop}").findings == ()


def test_a_helper_that_keeps_its_callback_in_a_ref() -> None:
    helper = (
        "export function useEvery(task, ms) { const saved = useRef(task);"
        "useEffect(() => { const t = setInterval(() => saved.current(), ms); }, [ms]); }\n"
    )
    page = "import { useEvery } from './every'; useEvery(() => fetch('/a'), 1000);"
    (found,) = report(every_js=helper, page_jsx=page).findings
    assert (found.path, found.form, found.what) == ("page.jsx", Form.WRAPPER, "/a")
