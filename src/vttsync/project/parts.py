"""What `vttsync init` puts beside the room for the app: client, publisher, the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

CLIENT, PUBLISHER, TABLE = "party-client", "party-publisher", "table"


class Publisher(StrEnum):
    """In which language the app's server publishes."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True)
class Parts:
    """What stands beside the room.

    Attributes:
        client: the package for the app's page.
        publisher: the package for the app's server; None, as long as nobody knows its language.
        table: the worked example, a small VTT.
    """

    client: bool = False
    publisher: Publisher | None = Publisher.NONE
    table: bool = False

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that the app's server gets a publisher for."""
        match self.publisher:
            case Publisher.BOTH:
                return Publisher.PYTHON.value, Publisher.TYPESCRIPT.value
            case Publisher.NONE | None:
                return ()
            case publisher:
                return (publisher.value,)

    def folders(self, party: str) -> list[str]:
        """The folder of each part, relative to the project as `party` is."""
        chosen = {
            CLIENT: self.client,
            PUBLISHER: bool(self.languages),
            TABLE: self.table,
        }
        return [beside(party, name) for name, wanted in chosen.items() if wanted]

    def templates(self, party: str) -> Iterator[tuple[str, str]]:
        """Each template, and the folder it goes to: beside the room's, whose files it names."""
        if self.client:
            yield "client", beside(party, CLIENT)
        publisher = beside(party, PUBLISHER)
        for language in self.languages:
            both = self.publisher is Publisher.BOTH
            yield f"publisher/{language}", f"{publisher}/{language}" if both else publisher
        if self.languages:
            yield "publisher/vectors", f"{publisher}/vectors"
        if self.table:
            yield "table", beside(party, TABLE)

    def python_path(self, party: str) -> str:
        """Where `vttsync_publisher` can be imported from."""
        inner = "python/src" if self.publisher is Publisher.BOTH else "src"
        return f"{beside(party, PUBLISHER)}/{inner}"


ROOM_ONLY = Parts()


def beside(party: str, name: str) -> str:
    """The folder `name` next to the room's."""
    return str(PurePosixPath(party).with_name(name))
