"""Cloudflare's v4 API, as far as the checks before a deploy need it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from vttsync import web
from vttsync.cloudflare.token import Token
from vttsync.errors import Exit, VttsyncError

_TRIES = 3
_LONGEST_WAIT = 60.0  # seconds; wrangler's own limit for Retry-After


@dataclass(frozen=True)
class Answer:
    """One answer: the HTTP status, the first error's code and message, and the result."""

    status: int
    code: int | None
    message: str
    result: Any


class CloudflareApi:
    """A client that retries what is worth retrying (429, 5xx, network), `Retry-After` honoured.

    Raises:
        VttsyncError: exit 6 from every call, when Cloudflare can't be reached or stays busy.
    """

    def __init__(
        self, base_url: str, token: Token, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._base_url = base_url
        self._pause = pause
        self._client = web.client(base_url, {"authorization": f"Bearer {token.value}"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET `path`, relative to the API's address."""
        return self._call("GET", path, params=params)

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        """PATCH `path` with a JSON merge patch."""
        content_type = {"content-type": "application/merge-patch+json"}
        return self._call("PATCH", path, json=body, headers=content_type)

    def _call(self, method: str, path: str, **request: Any) -> Answer:  # noqa: ANN401
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            try:
                response = self._client.request(method, path, **request)
            except web.TransportError:
                if last:
                    with web.reaching("Cloudflare's API", self._base_url):
                        raise
                self._pause(2.0 ** (attempt - 1))
                continue
            if response.status_code != 429 and response.status_code < 500:
                return _read(response)
            wait = _retry_after(response, attempt)
            if last or wait > _LONGEST_WAIT:
                raise _busy(response, wait)
            self._pause(wait)
        raise AssertionError("unreachable")


def _retry_after(response: web.Response, attempt: int) -> float:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else 2.0 ** (attempt - 1)


def _busy(response: web.Response, wait: float) -> VttsyncError:
    limited = response.status_code == 429
    return VttsyncError(
        "Cloudflare limits how often it may be asked."
        if limited
        else f"Cloudflare's API failed with {response.status_code}.",
        why="1200 requests per five minutes are allowed for one token."
        if limited
        else f"Ray id {response.headers.get('cf-ray', 'unknown')}.",
        fix=f"Try again in {wait:.0f} s."
        if limited
        else "Try again; https://www.cloudflarestatus.com tells of incidents.",
        exit_code=Exit.UNREACHABLE,
    )


def _read(response: web.Response) -> Answer:
    try:
        body = response.json()
        errors = body.get("errors") or [{}]
        first = errors[0]
        chain = first.get("error_chain") or [{}]
        message = " ".join(
            part for part in (first.get("message", ""), chain[0].get("message", "")) if part
        )
        return Answer(response.status_code, first.get("code"), message, body.get("result"))
    except (ValueError, AttributeError, LookupError) as error:
        raise VttsyncError(
            f"Cloudflare's API answered {response.status_code} with something that is not JSON.",
            why="A firewall or a proxy on the way may have answered instead "
            f"(ray id {response.headers.get('cf-ray', 'none')}).",
            fix="Check HTTPS_PROXY and CLOUDFLARE_API_BASE_URL, then try again.",
            exit_code=Exit.UNREACHABLE,
        ) from error
