"""A note of each session that vttsync makes, kept on this machine until the session is removed.

A process that is killed removes nothing. Cloudflare can't be asked what it left either: it lists
Durable Objects by ids that can't be turned back into names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from platformdirs import user_state_path

from vttsync import web
from vttsync.errors import Exit, VttsyncError
from vttsync.locks import lock
from vttsync.sessions import is_ours

_PRIVATE = 0o600


def notes_folder() -> Path:
    """Where this user's notes are."""
    return user_state_path("vttsync", appauthor=False) / "sessions"


class Note:
    """What is noted of a session while it exists.

    Attributes:
        problem: why nothing could be noted; empty, where it was.
    """

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.settled = False

    def removed(self) -> None:
        """Say that the session is gone, or never was: the note can go, too."""
        self.settled = True


def not_removed(session: str, problem: str, note: Note) -> str:
    """Say that a session is left behind, and what removes it."""
    last = "It forgets itself after 30 days without use."
    if note.problem:
        return f"The room {session} was not removed: {problem}. {note.problem}. {last}"
    return (
        f"The room {session} was not removed: {problem}. "
        f"`vttsync verify-broadcast --sweep` removes it; otherwise it forgets itself after 30 days."
    )


@contextmanager
def noted(url: str, session: str) -> Iterator[Note]:
    """Keep a note of a session from before it is made until it is removed, or for `sweep`.

    It holds no key. While the block lasts it is locked, so that nobody sweeps what is in use.
    """
    path = notes_folder() / f"{session}.json"
    try:
        file = _make(path, url, session)
    except OSError as error:
        yield Note(f"{path} can't be written: {error.strerror or error}")
        return
    note = Note()
    try:
        yield note
    finally:
        file.close()
        if note.settled:
            with suppress(OSError):
                path.unlink()


def _make(path: Path, url: str, session: str) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE)
    file = FileIO(handle, "r+")
    lock(file)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    file.write(json.dumps({"url": url, "session": session, "since": since}).encode())
    return file


@dataclass(frozen=True)
class Leftover:
    """A session whose process ended without removing it.

    Attributes:
        url: where its Worker answers.
        session: its name, one that vttsync gives.
        since: when it was noted, ISO 8601.
        path: the note.
    """

    url: str
    session: str
    since: str
    path: Path


def leftovers() -> list[Leftover]:
    """Read the notes whose sessions nobody uses any more, the oldest first."""
    found = (_read(path) for path in sorted(notes_folder().glob("*.json")))
    return sorted((note for note in found if note), key=lambda note: note.since)


def _read(path: Path) -> Leftover | None:
    """Read a note; None for one that is in use, or says what vttsync doesn't."""
    try:
        with path.open("r+b") as file:
            if not lock(file):
                return None
            told = json.loads(file.read())
        note = Leftover(str(told["url"]), str(told["session"]), str(told["since"]), path)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note if is_ours(note.session) and path.stem == note.session else None


@dataclass(frozen=True)
class Swept:
    """What became of the leftovers.

    Attributes:
        removed: sessions that are gone now.
        kept: sessions that are still there, each with the reason.
        elsewhere: those noted for other addresses.
    """

    removed: Sequence[str]
    kept: Sequence[tuple[str, str]]
    elsewhere: Sequence[Leftover]


def sweep(url: str, publish_key: str) -> Swept:
    """Remove every session from the room at `url` that a note names and nobody uses.

    Raises:
        VttsyncError: exit 6, when the room can't be reached; 4, when it refuses the key.
    """
    noted_here = [note for note in leftovers() if note.url == url]
    removed, kept = [], []
    headers = {"authorization": f"Bearer {publish_key}"}
    with web.reaching("The room", url), web.client(url, headers) as client:
        for note in noted_here:
            status = client.delete(f"/parties/session/{note.session}").status_code
            if status == 401:
                raise _refused()
            if status == 204:
                note.path.unlink(missing_ok=True)
                removed.append(note.session)
            else:
                kept.append((note.session, f"it answered {status}"))
    return Swept(removed, kept, [note for note in leftovers() if note.url != url])


def _refused() -> VttsyncError:
    return VttsyncError(
        "The room does not accept the publish key, so nothing more was removed.",
        why="It answered 401: the deployed PUBLISH_KEY is another one.",
        fix="Set PUBLISH_KEY to the same value here and in the deployed Worker.",
        exit_code=Exit.CREDENTIALS,
    )
