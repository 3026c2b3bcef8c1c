"""What the address of a room may be: keys are sent there, so nothing is guessed or mended."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

# RFC 1123 §2.1; an address with other letters is written in its ASCII form (xn--…).
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_LONGEST_HOST = 253


def address(text: str) -> str:
    """Check the address of a room; return it without slashes at its end.

    Raises:
        ValueError: it is none; the text says why, and repeats nothing of it.
    """
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("It has a space, or a character that no address has")
    if not text.startswith(("https://", "http://")):
        raise ValueError("It must begin with https:// (or http:// for a room on this machine)")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("Its host or its port can't be read") from None
    if "@" in parts.netloc:
        raise ValueError("It holds a user or a password; vttsync's keys come from variables")
    if port == 0:
        raise ValueError("Its port is 0")
    if "?" in text or "#" in text or "\\" in text:
        raise ValueError("It goes on after the path; an address ends before any ? or #")
    _check_host(parts)
    return text.rstrip("/")


def _check_host(parts: SplitResult) -> None:
    host = parts.hostname or ""
    if not host:
        raise ValueError("It has no host")
    if not _is_ip(host) and not _is_name(host):
        raise ValueError("Its host is not the name of one")
    # The publish key goes there: never unencrypted over a network.
    if parts.scheme == "http" and not _is_here(host):
        raise ValueError("It must begin with https://; http:// is for rooms on this machine")


def _is_ip(host: str) -> bool:
    try:
        return not (isinstance(ip := ip_address(host), IPv6Address) and ip.scope_id)
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    # A last label of digits would be an IP address, and it is none.
    return (
        len(host) <= _LONGEST_HOST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdecimal()
    )


def _is_here(host: str) -> bool:
    if _is_ip(host):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
