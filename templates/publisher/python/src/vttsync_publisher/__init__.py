"""Tells a vttsync room what a virtual tabletop's server has committed.

Start with `Publisher` (asyncio) or `ThreadedPublisher` (Flask, Django), and an outbox:
`SqliteOutbox` or `PostgresOutbox`. docs/publisher.md in vttsync shows it in four frameworks.
"""

from vttsync_publisher.answers import Published, Ref
from vttsync_publisher.changes import (
    Change,
    changes_text,
    delete,
    in_publishes,
    patch,
    put,
)
from vttsync_publisher.errors import (
    KeyRefusedError,
    NotInTransactionError,
    PublisherError,
    QueueFullError,
    Refusal,
    RefusedError,
    StoppedError,
    TooLargeError,
    UnreachableError,
)
from vttsync_publisher.outbox import Outbox, Refused, schema
from vttsync_publisher.pace import Pace
from vttsync_publisher.postgres import PostgresOutbox
from vttsync_publisher.publisher import Health, Publisher
from vttsync_publisher.sqlite import SqliteOutbox
from vttsync_publisher.threaded import ThreadedPublisher
from vttsync_publisher.tickets import Role, mint_ticket

__all__ = [
    "Change",
    "Health",
    "KeyRefusedError",
    "NotInTransactionError",
    "Outbox",
    "Pace",
    "PostgresOutbox",
    "Published",
    "Publisher",
    "PublisherError",
    "QueueFullError",
    "Ref",
    "Refusal",
    "Refused",
    "RefusedError",
    "Role",
    "SqliteOutbox",
    "StoppedError",
    "ThreadedPublisher",
    "TooLargeError",
    "UnreachableError",
    "changes_text",
    "delete",
    "in_publishes",
    "mint_ticket",
    "patch",
    "put",
    "schema",
]
