"""Cloudflare's v4 API, as far as vttsync asks it itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

from vttsync import web
from vttsync.cloudflare.token import Token
from vttsync.errors import Exit, VttsyncError

_TRIES = 3
_NO_WORKER = (10007, 10090)
_LONGEST_WAIT = 60.0  # seconds; wrangler's own limit for Retry-After


@dataclass(frozen=True)
class Question:
    """One call: path relative to the API's address, and a JSON body; of a PATCH, a merge patch."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: Mapping[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        """As httpx takes it."""
        asked: dict[str, Any] = {"method": self.method, "url": self.path, "params": self.params}
        if self.body is not None:
            asked["json"] = self.body
            kind = "application/merge-patch+json" if self.method == "PATCH" else "application/json"
            asked["headers"] = {"content-type": kind}
        return asked


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        status: of HTTP.
        code: of the first error, if there is one; `message` likewise.
        ahead: seconds by which this machine's clock is ahead of Cloudflare's, within a second or
            two; None when Cloudflare didn't say.
        info: where a list goes on.
    """

    status: int
    code: int | None
    message: str
    result: Any
    ahead: float | None = field(default=None, compare=False)
    info: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def fields(self) -> Mapping[str, Any]:
        """The result of a call about one thing; empty when it is refused or of another shape."""
        return self.result if self.status == 200 and isinstance(self.result, dict) else {}

    def rows(self) -> list[dict[str, Any]]:
        """The result of a list; empty when it is refused or of another shape."""
        found = self.result if self.status == 200 and isinstance(self.result, list) else []
        return [row for row in found if isinstance(row, dict)]

    @property
    def names_no_worker(self) -> bool:
        """Whether it says that there is no such Worker."""
        return self.code in _NO_WORKER

    def __str__(self) -> str:
        """What Cloudflare said, short."""
        return f"{self.code or self.status} {self.message}".strip()


def untold(what: str, answer: Answer) -> VttsyncError:
    """What to raise when Cloudflare doesn't say `what`, such as "what is live of my-table"."""
    return VttsyncError(
        f"Cloudflare does not say {what}.",
        why=f"It answered {answer}.",
        fix="Run `vttsync doctor` with the same --env; it looks at the token.",
        exit_code=Exit.CREDENTIALS,
    )


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
        return self.ask(Question(path, params or {}))

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        """PATCH `path` with a JSON merge patch."""
        return self.ask(Question(path, method="PATCH", body=body))

    def post(
        self, path: str, body: Mapping[str, Any], params: Mapping[str, str] | None = None
    ) -> Answer:
        """POST JSON to `path`; it may be sent again when there is no answer."""
        return self.ask(Question(path, params or {}, method="POST", body=body))

    def ask(self, question: Question) -> Answer:
        """Ask one question; several threads may ask at once."""
        for attempt in range(1, _TRIES + 1):
            try:
                response = self._client.request(**question.request())
            except web.TransportError as error:
                self._pause(_after_silence(self._base_url, error, attempt))
                continue
            wait = _after(response, attempt)
            if wait is None:
                return _read(response)
            self._pause(wait)
        raise AssertionError("unreachable")


def _after_silence(base_url: str, error: Exception, attempt: int) -> float:
    """Seconds to wait before asking again, after the network failed with `error`."""
    if attempt == _TRIES:
        with web.reaching("Cloudflare's API", base_url):
            raise error
    return 2.0 ** (attempt - 1)


def _after(response: web.Response, attempt: int) -> float | None:
    """Seconds to wait before asking again; None when this answer counts."""
    if response.status_code != 429 and response.status_code < 500:
        return None
    wait = _retry_after(response, attempt)
    if attempt == _TRIES or wait > _LONGEST_WAIT:
        raise _busy(response, wait)
    return wait


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
        return Answer(
            response.status_code,
            first.get("code"),
            message,
            body.get("result"),
            _ahead(response),
            body.get("result_info") or {},
        )
    except (ValueError, AttributeError, LookupError) as error:
        raise VttsyncError(
            f"Cloudflare's API answered {response.status_code} with something that is not JSON.",
            why="A firewall or a proxy on the way may have answered instead "
            f"(ray id {response.headers.get('cf-ray', 'none')}).",
            fix="Check HTTPS_PROXY and CLOUDFLARE_API_BASE_URL, then try again.",
            exit_code=Exit.UNREACHABLE,
        ) from error


def _ahead(response: web.Response) -> float | None:
    try:
        theirs = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
    if theirs.tzinfo is None:  # "-0000", by RFC 5322
        theirs = theirs.replace(tzinfo=UTC)
    return (datetime.now(UTC) - theirs).total_seconds()
