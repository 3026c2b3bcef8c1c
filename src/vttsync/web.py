"""The one place that imports httpx, so that changing the HTTP library is one edit."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from vttsync.errors import Exit, VttsyncError

Client = httpx.Client
AsyncClient = httpx.AsyncClient
Response = httpx.Response
TransportError = httpx.TransportError
NotConnected = (httpx.ConnectError, httpx.ConnectTimeout)

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
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


def tls(base_url: str) -> ssl.SSLContext | None:
    """Whose certificates to trust; None over plain http, which is for this machine only.

    Raises:
        VttsyncError: exit 3, when the variables name certificates that can't be read.
    """
    return _certificates() if base_url.startswith("https:") else None


@cache
def _certificates() -> ssl.SSLContext:
    # Reading them takes longer than most calls: once for all clients.
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError too
        variables = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        raise VttsyncError(
            f"The certificates of {' or '.join(variables) or 'this machine'} can't be read.",
            why=f"{error.strerror or error}.",
            fix="Let it name a file of certificates in PEM form, or unset it.",
            exit_code=Exit.CONFIG,
        ) from error


def client(base_url: str, headers: Mapping[str, str] | None = None) -> Client:
    """Open a kept-alive client; proxies from the environment are left out for loopback.

    Raises:
        VttsyncError: exit 3, when a proxy or the certificates can't be used.
    """
    with _proxies():
        return Client(**_options(base_url, headers))


def async_client(base_url: str, headers: Mapping[str, str] | None = None) -> AsyncClient:
    """Open the asynchronous twin of `client`."""
    with _proxies():
        return AsyncClient(**_options(base_url, headers))


def _options(base_url: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "base_url": base_url,
        "headers": headers,
        "timeout": _TIMEOUT,
        "trust_env": not is_loopback(base_url),
        "verify": tls(base_url) or False,
    }


@contextmanager
def _proxies() -> Iterator[None]:
    """Turn what httpx says of a proxy that it can't use into an error that names the variable."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        variables = [name for name in os.environ if name.upper() in _PROXIES and os.environ[name]]
        raise VttsyncError(
            f"The proxy in {' or '.join(sorted(variables))} can't be used.",
            # Its address is left out: it may hold a password.
            why="vttsync speaks to proxies over http:// and https:// only, not over socks.",
            fix="Give such an address, such as http://proxy.example:3128, or unset the variable.",
            exit_code=Exit.CONFIG,
        ) from error


def certificate_fix(error: BaseException) -> str:
    """The next step where a certificate was refused; nothing, where `error` is about others."""
    refused: BaseException | None = error
    while refused and not isinstance(refused, ssl.SSLCertVerificationError):
        refused = refused.__cause__ or refused.__context__
    if refused is None:
        return ""
    return (
        "Its certificate must be valid, for this name, and signed by somebody whom this machine "
        "trusts; SSL_CERT_FILE names a file of others to trust, such as a company's own."
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
            fix=certificate_fix(error)
            or "Check the network (and HTTPS_PROXY, if you use one), then try again.",
            exit_code=Exit.UNREACHABLE,
        ) from error
