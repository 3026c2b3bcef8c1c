"""The room as a deploy leaves it: uploaded by the real wrangler, run by the real workerd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from urllib.parse import urlsplit

from vttsync.deploy.execute.run import deploy
from vttsync.progress import Step
from vttsync.project.secrets import PUBLISH_KEY, TICKET_KEY
from vttsync.rehearsal.pipeline import Stand, set_up


class DeployedRoom:
    """A Worker in the account on this machine, at one port whatever is deployed."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.port = 0

    def deploy(self) -> str:
        """Deploy as `vttsync deploy` does, and answer the version's id; every websocket breaks."""
        receipt = deploy(self._stand.project, self._stand.want, _quietly).receipt
        self.port = urlsplit(receipt.url).port or 0
        return receipt.version_id

    @property
    def publish_key(self) -> str:
        """What the app server publishes with."""
        return self._stand.want.secrets[PUBLISH_KEY]

    @property
    def ticket_key(self) -> str:
        """What the app server signs tickets with."""
        return self._stand.want.secrets[TICKET_KEY]


@contextmanager
def deployed_room() -> Iterator[DeployedRoom]:
    """A fresh project's room, deployed once."""
    with set_up(None, "staging", None, _quietly) as stand:
        room = DeployedRoom(stand)
        room.deploy()
        yield room


class _Silent:
    def update(self, detail: str) -> None:
        """Keep it to oneself."""


def _quietly(_name: str) -> AbstractContextManager[Step]:
    return nullcontext(_Silent())
