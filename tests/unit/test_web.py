"""Where vttsync sends keys and tokens, and what the environment says of the way there."""

from __future__ import annotations

import pytest

from vttsync import web
from vttsync.errors import Exit, VttsyncError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://table.example", "https://table.example"),
        ("HTTPS://Table.Example:443/", "https://table.example"),
        ("https://table.example:8443/base/", "https://table.example:8443/base"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://203.0.113.9", "https://203.0.113.9"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8787/", "http://127.0.0.1:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert web.address(text) == address
    assert web.address(address) == address


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("foo", "https://"),
        ("table.example", "https://"),
        ("ftp://table.example", "https://"),
        ("https://", "host"),
        (":99999", "host"),
        ("http://table.example", "this machine only"),
        ("http://127.0.0.1.example", "this machine only"),
        ("http://[::1", "host and port"),
        ("https://table.example:abc", "host and port"),
        ("https://table.example:99999", "host and port"),
        ("https://table.example:0", "host and port"),
        ("https://..", "host and port"),
        ("https://a..b", "host and port"),
        ("https://x y/z", "host and port"),
        ("https://x\u200by.example", "host and port"),
        (f"https://{'a' * 64}.example", "host and port"),
        ("https://gm:hunter2@table.example", "password"),
        ("https://@table.example", "password"),
        ("https://table.example?", "query"),
        ("https://table.example/?q", "query"),
        ("https://table.example/#f", "fragment"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|can't)") as caught:
        web.address(text)
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "gopher://x", "http://[::1"])
def test_a_proxy_that_can_not_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(VttsyncError, match="ALL_PROXY") as caught:
        web.client("https://table.example")
    assert caught.value.exit_code is Exit.CONFIG


def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    web._tls.cache_clear()
    with pytest.raises(VttsyncError, match="SSL_CERT_FILE") as caught:
        web.client("https://table.example")
    assert caught.value.exit_code is Exit.CONFIG
