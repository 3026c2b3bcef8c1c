"""What is the same request, and that no name holds a secret."""

from __future__ import annotations

import json

import pytest

from vttsync.polling.naming import label, message, request

STATE = "https://app.example/api/state"


def key(url: str, method: str = "GET", body: str = "") -> str:
    found = request(method, url, "Fetch", body)
    assert found
    return found.key


@pytest.mark.parametrize(
    "query",
    ["?t=1", "?_=1700000000000", "?since=12", "?1700000000000", "?x=0.123456789", "#top"],
)
def test_what_only_passes_does_not_part_requests(query: str) -> None:
    assert key(STATE + query) == key(STATE)


def test_another_query_is_another_request() -> None:
    assert len({key(STATE), key(f"{STATE}?scene=2"), key(f"{STATE}?scene=3")}) == 3


def test_graphql_goes_by_its_operation() -> None:
    def ask(query: str) -> str:
        return key(STATE, "POST", json.dumps({"query": query}))

    assert ask("query Tokens { a }") == ask("query Tokens { a b }") != ask("query Turn { a }")
    reading = request("POST", STATE, "Fetch", json.dumps({"query": "{ tokens { id } }"}))
    writing = request("POST", STATE, "Fetch", json.dumps({"query": "mutation Move { id }"}))
    assert reading
    assert writing
    assert (reading.reads, writing.reads) == (True, False)


@pytest.mark.parametrize("kind", ["Ping", "Font", "WebSocket", "Stylesheet"])
def test_what_can_be_no_poll_is_none(kind: str) -> None:
    assert request("GET", STATE, kind) is None


def test_data_is_no_request() -> None:
    assert request("GET", "data:text/plain,x", "Image") is None
    assert request("GET", "blob:https://app.example/1", "Fetch") is None


@pytest.mark.parametrize(
    "url",
    [
        f"{STATE}?ticket=s3cret",
        f"{STATE}?s3cret",
        f"{STATE}?a=1&s3cret&b=2",
        "https://ann:s3cret@app.example/api",
        f"{STATE}#s3cret",
        f"https://app.example/join/{'s3cret' * 6}",
    ],
)
def test_a_label_tells_no_value(url: str) -> None:
    assert "s3cret" not in label(url)
    found = request("GET", url, "Fetch")
    assert found
    assert "s3cret" not in found.label


def test_a_label_has_the_names() -> None:
    assert label(f"{STATE}?b=1&a=2&b=3") == "app.example/api/state?b=…&a=…"
    assert "123e4567-e89b-12d3-a456-426614174000" in label(
        "https://app.example/123e4567-e89b-12d3-a456-426614174000"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"type":"getState"}', "SEND app.example/live (getState)"),
        ('42["ops:getRoleUpdate",7]', "SEND app.example/live (ops:getRoleUpdate)"),
        ("refresh", "SEND app.example/live (refresh)"),
        ('{"x":1}', "SEND app.example/live"),
        ('{"type":"ping"}', None),
        ('{"type":"cursor","x":1}', None),
        ("2", None),
        ("ping", None),
    ],
)
def test_a_message_goes_by_its_name(text: str, told: str | None) -> None:
    found = message("wss://app.example/live", text)
    assert (found.label if found else None) == told


@pytest.mark.parametrize("text", ["kJ8s2Lq0Zx9", '{"type":"kJ8s2Lq0Zx9"}', '["kJ8s2Lq0Zx9"]'])
def test_a_message_that_may_be_a_secret_has_no_name(text: str) -> None:
    found = message("wss://app.example/live", text)
    assert found
    assert "kJ8" not in found.label
    assert "kJ8" not in "".join(found.names)


def test_nesting_breaks_nothing() -> None:
    deep = "[" * 100_000
    assert message("wss://app.example/live", deep)
    assert request("POST", STATE, "Fetch", deep)
