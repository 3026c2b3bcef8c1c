"""What can go wrong, in words that an app's server can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class PublisherError(Exception):
    """Everything that this package raises of its own."""


class TooLargeError(PublisherError, ValueError):
    """More than a room takes: publish it in several pieces."""


class QueueFullError(PublisherError):
    """As much waits as may; nothing was queued."""


class NotInTransactionError(PublisherError):
    """The outbox would have been written outside the app's transaction."""


class KeyRefusedError(PublisherError):
    """The room doesn't take the publish key: nothing can be delivered until it does."""


class StoppedError(PublisherError):
    """The publisher was closed before this was delivered."""


class UnreachableError(PublisherError):
    """The room gave no answer that counts; nobody knows whether it did what was asked."""


@dataclass(frozen=True)
class Refusal:
    """Why the room won't take a publish; nothing of it was applied.

    Attributes:
        status: of HTTP.
        code: `bad_change`, `expect_mismatch`, … (docs/protocol.md of vttsync, "Errors").
        message: for people.
        change: the index of the change at fault, if it is one's.
        path: a JSON Pointer to what is wrong, or "".
        found: what the fields of `expect` are stored as, after `expect_mismatch`.
        stored: the row's rev in the room after `base_mismatch`, or None.
    """

    status: int
    code: str
    message: str
    change: int | None = None
    path: str = ""
    found: Mapping[str, Any] | None = None
    stored: int | None = None


class RefusedError(PublisherError):
    """The room refused what was published; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.code}: {refusal.message}")
        self.refusal = refusal
