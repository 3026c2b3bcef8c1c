"""The one place that imports httpx, so that changing the HTTP library is one edit."""

from __future__ import annotations

import re
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
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")


def address(text: str) -> str:
    """Return `text` in its one spelling, when vttsync may send keys and tokens there.

    That is https, or http on this machine, with a host; without user name, query and fragment.
    The spelling has a lower-case ASCII host, no default port and no slash at the end.

    Raises:
        ValueError: saying what is wrong, without repeating the text: a password may be in it.
    """
    try:
        # Twice: httpx drops a default port only behind a scheme in lower case.
        url = httpx.URL(str(httpx.URL(text)))
        parts = urlsplit(text)
        port = parts.port
    except (httpx.InvalidURL, ValueError) as error:
        raise ValueError("can't be read as an address: check its host and port") from error
    host = url.raw_host.decode()
    if url.scheme not in ("https", "http") or not host:
        raise ValueError("must begin with https:// and a host")
    if url.scheme == "http" and not is_loopback(text):
        raise ValueError("must begin with https:// (http:// is for this machine only)")
    if parts.username is not None:
        raise ValueError("must not have a user name or a password in it")
    if "?" in text or "#" in text:
        raise ValueError("must not have a query (?) or a fragment (#)")
    if port == 0 or (":" not in host and not _is_host(host)):
        raise ValueError("can't be read as an address: check its host and port")
    return f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode().rstrip('/')}"


def _is_host(name: str) -> bool:
    return all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))


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
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl's errors are OSErrors too
        raise VttsyncError(
            "The certificates can't be read.",
            why=f"{error.strerror or error}.",
            fix="Check SSL_CERT_FILE and SSL_CERT_DIR, or unset them.",
            exit_code=Exit.CONFIG,
        ) from error


def _verify(base_url: str) -> ssl.SSLContext | bool:
    # There is nothing to verify over plain http, which is for this machine only.
    return _tls() if base_url.startswith("https:") else False


def client(base_url: str, headers: Mapping[str, str] | None = None) -> Client:
    """Open a kept-alive client; proxies from the environment are left out for loopback."""
    with _usable_proxy():
        return Client(
            base_url=base_url,
            headers=headers,
            timeout=_TIMEOUT,
            trust_env=not is_loopback(base_url),
            verify=_verify(base_url),
        )


def async_client(base_url: str, headers: Mapping[str, str] | None = None) -> AsyncClient:
    """Open the asynchronous twin of `client`."""
    with _usable_proxy():
        return AsyncClient(
            base_url=base_url,
            headers=headers,
            timeout=_TIMEOUT,
            trust_env=not is_loopback(base_url),
            verify=_verify(base_url),
        )


@contextmanager
def _usable_proxy() -> Iterator[None]:
    # httpx reads the variables while a client is made: an ImportError means a SOCKS proxy.
    try:
        yield
    except (ImportError, httpx.InvalidURL, ValueError) as error:
        raise VttsyncError(
            "The proxy that the environment names can't be used.",
            why="vttsync goes through http:// and https:// proxies only.",
            fix="Check ALL_PROXY, HTTPS_PROXY and HTTP_PROXY, or unset them.",
            exit_code=Exit.CONFIG,
        ) from error


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
