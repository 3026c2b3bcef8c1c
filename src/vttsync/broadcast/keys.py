"""Whether a room takes the keys that it should: several of each, while one is rotated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vttsync import web
from vttsync.broadcast.replay.ticket import mint
from vttsync.errors import Exit, VttsyncError
from vttsync.sessions import fresh_session


def check_taken(url: str, publish_keys: Sequence[str], ticket_keys: Sequence[str]) -> None:
    """See that the room at `url` takes each of the keys; the first of a kind is the new one.

    Raises:
        VttsyncError: exit 8, when it refuses one; exit 6, not reached.
    """
    session = fresh_session()
    tickets = [_ticket(key, session) for key in ticket_keys]
    with (
        web.reaching("The room", url),
        web.client(url) as client,
        _forgotten(client, session, publish_keys[0]),
    ):
        for path, bearers in (("health", publish_keys), ("snapshot", tickets)):
            answers = [_status(client, session, path, bearer) for bearer in bearers]
            if any(status != 200 for status in answers):
                raise _refused(url, path, answers)


def _ticket(key: str, session: str) -> str:
    return mint(key, session=session, role="gm", user="vttsync-verify")


def _status(client: web.Client, session: str, path: str, bearer: str) -> int:
    headers = {"authorization": f"Bearer {bearer}"}
    return client.get(f"/parties/session/{session}/{path}", headers=headers).status_code


@contextmanager
def _forgotten(client: web.Client, session: str, key: str) -> Iterator[None]:
    try:
        yield
    finally:
        headers = {"authorization": f"Bearer {key}"}
        client.delete(f"/parties/session/{session}", headers=headers)


def _refused(url: str, path: str, answers: Sequence[int]) -> VttsyncError:
    kind = "publish key" if path == "health" else "ticket key"
    told = " and ".join(
        f"{status} to the {'new one' if position == 0 else 'one before'}"
        for position, status in enumerate(answers)
    )
    return VttsyncError(
        f"The room does not take every {kind} that it should.",
        why=f"{url} answered {told}.",
        fix="A new version can take seconds to be everywhere: say the same again in a minute.",
        exit_code=Exit.VERIFY_FAILED,
    )
