"""The one place that imports httpx, so that changing the HTTP library is one edit."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from vttsync.errors import Exit, VttsyncError

Client = httpx.Client
AsyncClient = httpx.AsyncClient
Response = httpx.Response
TransportError = httpx.TransportError

_TIMEOUT = httpx.Timeout(15.0, connect=10.0)


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine: `localhost`, 127.0.0.0/8 or [::1]."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than most calls: once for all clients.
    return httpx.create_ssl_context()


def _verify(base_url: str) -> ssl.SSLContext | bool:
    # There is nothing to verify over plain http, which is for this machine only.
    return _tls() if base_url.startswith("https:") else False


def client(base_url: str, headers: Mapping[str, str] | None = None) -> Client:
    """Open a kept-alive client; proxies from the environment are left out for loopback."""
    return Client(
        base_url=base_url,
        headers=headers,
        timeout=_TIMEOUT,
        trust_env=not is_loopback(base_url),
        verify=_verify(base_url),
    )


def async_client(base_url: str, headers: Mapping[str, str] | None = None) -> AsyncClient:
    """Open the asynchronous twin of `client`."""
    return AsyncClient(
        base_url=base_url,
        headers=headers,
        timeout=_TIMEOUT,
        trust_env=not is_loopback(base_url),
        verify=_verify(base_url),
    )


@contextmanager
def reaching(name: str, url: str) -> Iterator[None]:
    """Turn a transport failure inside the block into an error that names what wasn't reached.

    Raises:
        VttsyncError: exit 6, when the network or the other side failed.
    """
    try:
        yield
    except httpx.TransportError as error:
        host = urlsplit(url).netloc
        raise VttsyncError(
            f"{name} could not be reached at {host}.",
            why=f"{type(error).__name__}: {error}".rstrip(": ") + ".",
            fix="Check the network (and HTTPS_PROXY, if you use one), then try again.",
            exit_code=Exit.UNREACHABLE,
        ) from error
