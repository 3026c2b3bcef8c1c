"""What the server is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Room:
    """Where the room answers, and the keys that this server and the room share."""

    url: str
    publish_key: str
    ticket_key: str


@dataclass(frozen=True)
class Settings:
    """Where things are.

    Attributes:
        database: the SQLite file.
        client: the browser's part of vttsync, served as `/vttsync.js`.
        room: None, to live on polling alone.
    """

    database: Path
    client: Path
    room: Room | None


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        ValueError: something is missing; the message says what.
    """
    client = environment.get("TABLE_CLIENT", str(_TABLE.parent / "party-client/dist/vttsync.js"))
    room = _room(environment)
    if room and not Path(client).is_file():
        raise ValueError(f"TABLE_CLIENT says {client}, and no file is there.")
    return Settings(Path(environment.get("TABLE_DATABASE", "table.sqlite3")), Path(client), room)


def _room(environment: Mapping[str, str]) -> Room | None:
    names = ("VTTSYNC_ROOM_URL", "VTTSYNC_PUBLISH_KEY", "VTTSYNC_TICKET_KEY")
    url, publish_key, ticket_key = (environment.get(name, "") for name in names)
    if not url:
        return None
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise ValueError(f"VTTSYNC_ROOM_URL is set, so {' and '.join(missing)} must be set too.")
    return Room(url.rstrip("/"), publish_key, ticket_key)
