"""What a linter of polling must not fall for, each told as it is."""

from __future__ import annotations

import pytest

from tests.unit.audit.app import only, report
from vttsync.audit.gates.judge import Verdict

LOAD = "const load = () => fetch('/api/state').then(draw);\n"


def verdict(source: str) -> Verdict:
    return only(LOAD + source).verdict


def option(value: str, name: str = "refetchInterval", more: str = "") -> str:
    return f"""function Table() {{
      const {{ isConnected, paused }} = useRoom();
      const rt = useRef(room);
      return useQuery({{ queryKey: ["game"], queryFn: load, {more} {name}: {value} }});
    }}"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5000", Verdict.UNGATED),
        ("isConnected ? false : 5000", Verdict.PROBABLY_GATED),
        ("!isConnected && 5000", Verdict.PROBABLY_GATED),
        ("isConnected ? undefined : 5000", Verdict.PROBABLY_GATED),
        ("isConnected ? Infinity : 5000", Verdict.PROBABLY_GATED),
        ("() => (isConnected ? false : 5000)", Verdict.PROBABLY_GATED),
        ("paused ? false : 5000", Verdict.UNGATED),
        ("isConnected && paused ? false : 5000", Verdict.UNGATED),
        ("isConnected || paused ? false : 5000", Verdict.PROBABLY_GATED),
        ("isConnected ? 30_000 : 5000", Verdict.THROTTLED),
        ("isConnected ? 5000 : 0", Verdict.INVERTED),
        ("isConnected ? 5000 : 30_000", Verdict.UNGATED),
    ],
)
def test_a_query_option_is_evaluated_with_realtime_up_and_down(
    value: str, expected: Verdict
) -> None:
    assert verdict(option(value)) is expected


@pytest.mark.parametrize("name", ["refreshInterval", "pollingInterval", "pollInterval"])
def test_infinity_is_not_off_for_everybody(name: str) -> None:
    """SWR 2.5.1 asks every 2 s at Infinity, and 15 times a second with a short dedupe."""
    found = only(LOAD + option("isConnected ? Infinity : 5000", name))
    assert found.verdict is Verdict.UNGATED
    assert "Infinity" in found.why
    assert verdict(option("isConnected ? 0 : 5000", name)) is Verdict.PROBABLY_GATED


@pytest.mark.parametrize(
    "value",
    [
        "() => (room.connected ? false : 5000)",
        "() => (rt.current.connected ? false : 5000)",
        "() => { if (isLive()) return false; return 5000; }",
        "() => (ws.readyState === WebSocket.OPEN ? false : 5000)",
    ],
)
def test_a_function_that_nobody_calls_again_never_starts_the_fallback(value: str) -> None:
    assert verdict(option(value)) is Verdict.NEVER_STARTS


def test_a_query_that_is_switched_off_is_gated() -> None:
    assert verdict(option("5000", more="enabled: !isConnected,")) is Verdict.PROBABLY_GATED
    assert verdict(option("5000", more="enabled: isConnected,")) is Verdict.INVERTED
    assert verdict(option("5000", "pollingInterval", "skip: isConnected,")) is (
        Verdict.PROBABLY_GATED
    )


def test_of_two_observers_the_ungated_one_is_found() -> None:
    found = report(
        a_tsx=LOAD + option("isConnected ? false : 5000"), b_tsx=LOAD + option("5000")
    ).findings
    assert [(it.path, it.verdict) for it in found] == [
        ("a.tsx", Verdict.PROBABLY_GATED),
        ("b.tsx", Verdict.UNGATED),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if (!wsConnected) console.log('polling'); load();", Verdict.UNGATED),
        ("if (!wsConnected) load();", Verdict.PROBABLY_GATED),
        ("if (wsConnected) return; load();", Verdict.PROBABLY_GATED),
        ("if (!isPolling) return; load();", Verdict.UNGATED),
        ("if (pollingFallback) load();", Verdict.UNGATED),
        ("if (pollFallback) load();", Verdict.UNGATED),
        ("if (document.hidden) return; load();", Verdict.UNGATED),
        ("if (wsConnected) load();", Verdict.INVERTED),
        ("if (socket.readyState !== WebSocket.OPEN) load();", Verdict.PROBABLY_GATED),
        ("if (status === 'disconnected') load();", Verdict.PROBABLY_GATED),
        ("wsConnected || load();", Verdict.PROBABLY_GATED),
        ("if (wsConnected) { log(); } else { load(); }", Verdict.PROBABLY_GATED),
    ],
)
def test_a_check_gates_what_it_is_around(body: str, expected: Verdict) -> None:
    assert verdict(f"setInterval(() => {{ {body} }}, 5000);") is expected


def test_connected_may_be_about_a_radio_so_inverted_says_what_it_goes_by() -> None:
    found = only(LOAD + "if (connectionStatus === 'connected') setInterval(load, 5000);")
    assert found.verdict is Verdict.INVERTED
    assert found.why.endswith("to judge by the names.")


EFFECT = """function Table() {{
  const {{ connected }} = useRoom();
  useEffect(() => {{
    if (connected) return;
    const timer = setInterval(load, 5000);
    return () => clearInterval(timer);
  }}, [{dependencies}]);
}}"""


def test_an_effect_gates_when_it_runs_again_for_the_connection() -> None:
    assert verdict(EFFECT.format(dependencies="connected")) is Verdict.PROBABLY_GATED
    assert verdict(EFFECT.format(dependencies="")) is Verdict.UNGATED


HANDLERS = """let timer;
room.onclose = () => {{ {down} }};
room.onopen = () => {{ {up} }};
"""


def test_a_fallback_that_is_never_stopped() -> None:
    start = "timer = setInterval(load, 5000);"
    assert verdict(HANDLERS.format(down=start, up="")) is Verdict.NEVER_STOPPED
    stopped = HANDLERS.format(down=start, up="clearInterval(timer);")
    assert verdict(stopped) is Verdict.PROBABLY_GATED
    other = HANDLERS.format(down=start, up="clearInterval(another);")
    assert verdict(other) is Verdict.NEVER_STOPPED


STARVED = """let timer, delay;
function start() {{ timer = setInterval(load, 5000); }}
room.on("connect_error", () => {{ {again} delay = setTimeout(start, 10000); }});
room.on("connect", () => {{ clearTimeout(delay); clearInterval(timer); }});
"""


def test_a_fallback_whose_delay_each_failure_begins_anew() -> None:
    assert verdict(STARVED.format(again="clearTimeout(delay);")) is Verdict.NEVER_STARTS
    assert verdict(STARVED.format(again="if (delay) return;")) is Verdict.PROBABLY_GATED


def test_a_wait_for_the_next_time_is_no_end() -> None:
    late = "if (Date.now() - last > 5000) { load(); return; }"
    assert verdict(f"setInterval(() => {{ {late} }}, 1000);") is Verdict.UNGATED


OURS = """import {{ {name} }} from "{package}";
{code}
"""


@pytest.mark.parametrize(
    ("name", "package", "code"),
    [
        ("pollWhenOffline", "vttsync-client", "pollWhenOffline(session, load, 5000);"),
        ("pollWhenOffline as poll", "vttsync-client", "poll(session, load, 5000);"),
        ("connectSession", "/vttsync.js", "connectSession({}).pollWhenOffline(load, 5000);"),
        (
            "connectSession",
            "../party-client/src/index.ts",
            "const session = connectSession({}); session.pollWhenOffline(load, 5000);",
        ),
        (
            "useOfflineInterval",
            "vttsync-client/tanstack",
            "function T() { useQuery({ refetchInterval: useOfflineInterval(s, 5000) }); }",
        ),
        (
            "useOfflineInterval as every",
            "vttsync-client/swr",
            'function T() { const ms = every(s, 1); useSWR("/a", load, { refreshInterval: ms }); }',
        ),
    ],
)
def test_vttsyncs_own_helpers_are_proof_when_they_are_imported(
    name: str, package: str, code: str
) -> None:
    assert verdict(OURS.format(name=name, package=package, code=code)) is Verdict.GATED


def test_a_helper_of_that_name_from_elsewhere_is_no_proof() -> None:
    code = (
        'function T() { useQuery({ queryKey: ["a"], refetchInterval: useOfflineInterval(s, 9) }); }'
    )
    found = only(LOAD + OURS.format(name="useOfflineInterval", package="./mine", code=code))
    assert found.verdict is not Verdict.GATED


def test_htmx_filters() -> None:
    page = '<p hx-get="/turn" hx-trigger="every 5s{}"></p>'
    filters = {
        "": Verdict.UNGATED,
        "[!isConnected]": Verdict.PROBABLY_GATED,
        "[isConnected]": Verdict.INVERTED,
        "[visible]": Verdict.UNGATED,
    }
    for text, expected in filters.items():
        assert only(page.format(text), "a_html").verdict is expected
