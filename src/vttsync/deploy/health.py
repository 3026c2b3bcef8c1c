"""Asking the deployed room which version it runs."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from vttsync import web
from vttsync.errors import Exit, VttsyncError
from vttsync.sessions import fresh_session

PATIENCE = 60.0  # seconds; users report that a new version can take 10 s to reach every location
_PAUSE = 0.05
_LONGEST_PAUSE = 2.0


@dataclass(frozen=True)
class Health:
    """What `GET /health` says."""

    protocol: int
    version: str


def read_health(client: web.Client, path: str = "/health") -> Health | str:
    """Ask once; words instead of an answer say what came back.

    Raises:
        web.TransportError: when nothing did.
    """
    response = client.get(path)
    if response.status_code != 200:
        return f"status {response.status_code}"
    try:
        body = response.json()
        return Health(int(body["protocol"]), str(body["version"]))
    except (ValueError, KeyError, TypeError):
        return "an answer that is not a room's"


def wait_until_live(url: str, version_id: str, patience: float = PATIENCE) -> None:
    """Return when `url` answers with `version_id`.

    Raises:
        VttsyncError: exit 8, when it hasn't within `patience` seconds.
    """
    with web.client(url) as client:
        told = _wait(client, "/health", version_id, patience)
    if told:
        raise VttsyncError(
            f"Version {version_id} was uploaded, but does not answer at {url}.",
            why=f"After {patience:.0f} s, {url}/health still gave: {told}.",
            fix="If another version answers, wait a little and run `vttsync verify-broadcast`; a "
            "new workers.dev address can take minutes. Otherwise look at the Worker's logs.",
            exit_code=Exit.VERIFY_FAILED,
        )


def wait_until_inside(
    url: str, version_id: str, publish_key: str, patience: float = PATIENCE
) -> None:
    """Return when a room that nobody has used runs `version_id`; it is removed again.

    Raises:
        VttsyncError: exit 8, when it doesn't within `patience` seconds.
    """
    session = f"/parties/session/{fresh_session()}"
    with web.client(url, {"authorization": f"Bearer {publish_key}"}) as client:
        told = _wait(client, f"{session}/health", version_id, patience)
        with suppress(web.TransportError):
            client.delete(session)
    if told:
        raise VttsyncError(
            f"Version {version_id} answers at {url}, but does not run inside its rooms.",
            why=f"After {patience:.0f} s, a new room still gave: {told}.",
            fix="Status 401 says that the room has another publish key; 500, that it fails as it "
            "starts: look at the Worker's logs.",
            exit_code=Exit.VERIFY_FAILED,
        )


def _wait(client: web.Client, path: str, version_id: str, patience: float) -> str:
    """Ask until `version_id` answers; the last other answer, in words, when it hasn't in time."""
    deadline = time.monotonic() + patience
    pause = _PAUSE
    while True:
        try:
            answer = read_health(client, path)
        except web.TransportError as error:
            answer = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(answer, Health) and answer.version == version_id:
            return ""
        if time.monotonic() + pause > deadline:
            return f"version {answer.version}" if isinstance(answer, Health) else answer
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
