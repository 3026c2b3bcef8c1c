"""A proxy or certificates that can't be used are the user's to mend, and no bug."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from vttsync import web
from vttsync.errors import Exit, VttsyncError

OPEN: list[Callable[[str], object]] = [web.client, web.async_client]


@pytest.mark.parametrize("open_client", OPEN)
@pytest.mark.parametrize("variable", ["ALL_PROXY", "https_proxy"])
@pytest.mark.parametrize("proxy", ["socks5://user:hunter2@x.invalid:1080", "nonsense://x"])
def test_a_proxy_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, open_client: Callable[[str], object], variable: str, proxy: str
) -> None:
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(VttsyncError) as caught:
        open_client("https://x.invalid")
    assert caught.value.exit_code is Exit.CONFIG
    assert variable in caught.value.what
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    web._certificates.cache_clear()
    with pytest.raises(VttsyncError) as caught:
        web.client("https://x.invalid")
    assert caught.value.exit_code is Exit.CONFIG
    assert "SSL_CERT_FILE" in caught.value.what


def test_plain_http_needs_no_certificates() -> None:
    assert web.tls("http://127.0.0.1:8787") is None
    assert isinstance(web.tls("https://x.invalid"), ssl.SSLContext)
