"""Requests to the Worker."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from vttsync_publisher.answers import Answer, NoAnswer
from vttsync_publisher.encoding import idempotency_key

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Room:
    """The Worker at one address.

    Args:
        url: where it answers, such as `https://table.example.workers.dev`.
        publish_key: its `PUBLISH_KEY`.
        timeout: seconds for one request, all in all.
        client: used in the place of an own one, and not closed.

    Raises:
        ValueError: that is no address, or no key; neither is repeated.
    """

    def __init__(
        self, url: str, publish_key: str, timeout: float, client: httpx.AsyncClient | None
    ) -> None:
        host = urlsplit(url).hostname
        if not url.startswith(("https://", "http://")) or not host or "?" in url or "@" in url:
            raise ValueError("the room's address must look like https://table.example.workers.dev")
        if not publish_key or not (publish_key.isascii() and publish_key.isprintable()):
            raise ValueError("the publish key is empty, or has characters that no header can carry")
        self._url = url.rstrip("/")
        self._authorization = f"Bearer {publish_key}"
        self._timeout = timeout
        self._own = client is None
        # A proxy from the environment is for the world, not for a room on this machine.
        self._client = client or httpx.AsyncClient(timeout=timeout, trust_env=host not in _LOOPBACK)

    async def publish(self, session: str, body: bytes) -> Answer | NoAnswer:
        """Send one request's worth of changes."""
        headers = {"idempotency-key": idempotency_key(body)}
        return await self.ask("POST", f"{session}/publish", body, headers)

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer | NoAnswer:
        """Send a request about a session; a failure is a value, not an exception."""
        headers = {"authorization": self._authorization, **(headers or {})}
        if body:
            headers["content-type"] = "application/json"
        url = f"{self._url}/parties/session/{path}"
        request = asyncio.ensure_future(
            self._client.request(method, url, headers=headers, content=body or None)
        )
        try:
            # Not wait_for: until Python 3.12 it loses a cancellation that comes with the answer.
            await asyncio.wait([request], timeout=self._timeout)
            if not request.done():
                return NoAnswer(f"no answer within {self._timeout:g} s")
            response = request.result()
        except httpx.HTTPError as error:
            return NoAnswer(f"{type(error).__name__}: {error}".rstrip(": "))
        finally:
            if not request.done():
                request.cancel()
                await asyncio.wait([request])
        return Answer(
            status=response.status_code,
            body=_parsed(response),
            retry_after=response.headers.get("retry-after", ""),
            date=response.headers.get("date", ""),
        )

    async def close(self) -> None:
        """Close its connections."""
        if self._own:
            await self._client.aclose()


def _parsed(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:  # UnicodeDecodeError too
        return None
