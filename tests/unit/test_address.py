"""Which addresses vttsync sends keys to, and what it says of the others."""

from __future__ import annotations

import pytest

from tests.runner import Cli
from vttsync.address import address


@pytest.mark.parametrize(
    "text",
    [
        "https://my-table-prod.example.workers.dev",
        "https://example.com:8443/vtt",
        "https://xn--bcher-kva.example",
        "https://[2001:db8::1]:8443",
        "http://127.0.0.1:8787",
        "http://localhost:8787",
        "http://[::1]:8787",
    ],
)
def test_an_address_is_taken_without_its_last_slash(text: str) -> None:
    assert address(text) == address(text + "/") == text


WRONG = [
    ("", "begin with https"),
    ("ftp://example.com", "begin with https"),
    ("http://example.com", "this machine"),
    ("https://", "no host"),
    ("https://:99999", "port"),
    ("https://:443", "no host"),
    ("https://x y/z", "space"),
    ("https://exa\u200bmple.com", "character"),
    ("https://exa\tmple.com", "character"),
    ("https://bücher.example", "character"),
    ("https://..", "host"),
    ("https://a..b", "host"),
    ("https://-a.example", "host"),
    ("https://1.2.3", "host"),
    (f"https://{'a' * 64}.example", "host"),
    (f"https://{'.'.join(['a' * 60] * 5)}", "host"),
    ("http://[::1", "host"),
    ("https://a.invalid:abc", "port"),
    ("https://a.invalid:0", "port"),
    ("https://a.invalid:99999", "port"),
    ("https://user:pw@x.invalid/", "password"),
    ("https://pw@x.invalid/", "password"),
    ("https://x.invalid?q#f", "?"),
    ("https://x.invalid#", "#"),
]


@pytest.mark.parametrize(("text", "why"), WRONG)
def test_what_is_no_address_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z]") as caught:
        address(text)
    assert why in str(caught.value)


@pytest.mark.parametrize("text", [text for text, _ in WRONG if text])
def test_the_flag_is_wrong_usage(cli: Cli, text: str) -> None:
    ran = cli("verify-broadcast", "--url", text)
    assert ran.code == 2
    assert "--url" in ran.err


def test_the_variable_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTTSYNC_URL", "https://user:hunter2@x.invalid")
    ran = cli("verify-broadcast")
    assert ran.code == 2
    assert "VTTSYNC_URL" in ran.err
    assert "hunter2" not in ran.err
