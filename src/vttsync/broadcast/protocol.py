"""Version 1 of the wire protocol, as the room's JSON Schema has it.

The source is `templates/party/src/protocol.ts`; a test holds these models against the schema
made from it (`templates/party/protocol.schema.json`).
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from vttsync.broadcast.actions import Value

ErrorCode = Literal[
    "bad_change",
    "bad_request",
    "bad_ticket",
    "base_mismatch",
    "expect_mismatch",
    "idempotency_mismatch",
    "internal",
    "method_not_allowed",
    "not_found",
    "revoked",
    "too_large",
    "unauthorized",
    "upgrade_required",
    "wrong_origin",
    "wrong_session",
]
"""Why a request was refused."""
RoomErrorCode = Literal[
    "bad_message",
    "bad_ticket",
    "full",
    "internal",
    "replaced",
    "revoked",
    "too_fast",
    "too_large",
    "wrong_origin",
    "wrong_session",
]
"""What a room complains of to a client."""

_Text = Annotated[str, Field(min_length=1)]
_Count = Annotated[int, Field(ge=0)]
_Positive = Annotated[int, Field(ge=1)]
_User = Annotated[str, Field(min_length=1, max_length=128)]
_Audience = Annotated[str, Field(pattern=r"^(?:gm|player|spectator|display|user:(?s:.){1,128})$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Frame(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Ref(_Frame):
    """A version of a row, in a publish's answer."""

    kind: str
    key: str
    rev: _Count


class PublishResult(_Frame):
    """The answer to a publish: what was applied, and each audience's `seq` after it."""

    applied: list[Ref]
    duplicates: list[Ref]
    seq: dict[_Audience, _Count]


class Refusal(_Frame):
    """Why a request was refused; `found` is what `expect` did not fit."""

    code: ErrorCode
    message: str
    change: _Count | None = None
    path: str | None = None
    stored: _Count | None = None
    found: Value | None = None


class ErrorBody(_Frame):
    """The body of every answer that is not a success."""

    error: Refusal


class Counters(_Frame):
    """What a room counted since it woke."""

    since: _Text
    connections: _Count
    publishes: _Count
    deltas: _Count
    snapshots: _Count
    resyncs: _Count
    refusals: _Count
    bytes: _Count


class SessionHealth(_Frame):
    """How a session's room is; its epoch is the room's own, not a stream's."""

    protocol: int
    version: str
    epoch: _Text
    seq: dict[_Audience, _Count]
    counters: Counters


class KickResult(_Frame):
    """How many sockets a kick closed."""

    closed: _Count


class SnapshotEntity(_Frame):
    """One entity of a snapshot."""

    kind: str
    key: str
    value: Value


class SnapshotAnswer(_Frame):
    """The whole view of a ticket's audience, over HTTP."""

    epoch: _Text
    seq: _Count
    audience: _Audience
    entities: list[SnapshotEntity]


class DigestAnswer(_Frame):
    """What a ticket's audience sees, as the SHA-256 of its RFC 8785 canonical JSON."""

    epoch: _Text
    seq: _Count
    audience: _Audience
    sha256: _Sha256


class Digest(_Frame):
    """One stream's place and digest."""

    seq: _Count
    sha256: _Sha256


class DigestsAnswer(_Frame):
    """The digests of all streams, for the publish key; the epoch is the room's own."""

    epoch: _Text
    digests: dict[_Audience, Digest]


class Hello(_Frame):
    """The first frame: who answers, running which version, taking the client for whom.

    Its `epoch` names one stream, and `seq` is where that stream stands.
    """

    type: Literal["hello"]
    protocol: int
    version: str
    epoch: _Text
    seq: _Count
    audience: _Audience


class Snapshot(_Frame):
    """The whole view, or one part of it, counted from 1."""

    type: Literal["snapshot"]
    epoch: _Text
    seq: _Count
    part: _Positive
    parts: _Positive
    entities: list[SnapshotEntity]


class Put(_Frame):
    """An entity that came to be, whole."""

    op: Literal["put"]
    kind: str
    key: str
    value: Value


class Patch(_Frame):
    """A change of an entity, as a merge patch."""

    op: Literal["patch"]
    kind: str
    key: str
    value: Value


class Del(_Frame):
    """An entity that went away."""

    op: Literal["del"]
    kind: str
    key: str


class Delta(_Frame):
    """What the publishes from `first` (the frame's `from`) to `seq` changed of the view."""

    type: Literal["delta"]
    epoch: _Text
    first: _Count | None = Field(None, alias="from")
    seq: _Count
    changes: list[Annotated[Put | Patch | Del, Field(discriminator="op")]]

    @property
    def start(self) -> int:
        """The first number it covers: `seq`, unless it says otherwise."""
        return self.seq if self.first is None else self.first

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        # Only publishes that undo each other leave nothing to tell.
        if not self.changes and self.first is None:
            message = "changes may only be empty where `from` is there"
            raise ValueError(message)
        return self


class Stale(_Frame):
    """Nothing more comes until the client sends a `resume`, from where its own view stands."""

    type: Literal["stale"]


class PresenceItem(_Frame):
    """What somebody points at; no value when they stopped. `ttl` is in milliseconds."""

    user: _User
    role: Literal["gm", "player", "spectator", "display"]
    kind: Literal["cursor", "ping", "ruler", "drag"]
    value: Value | None
    ttl: _Positive | None = None


class Presence(_Frame):
    """What others point at, never stored."""

    type: Literal["presence"]
    items: list[PresenceItem]


class RoomError(_Frame):
    """What the room has to complain of, mostly before it closes."""

    type: Literal["error"]
    code: RoomErrorCode
    message: str


ServerFrame = Hello | Snapshot | Delta | Stale | Presence | RoomError
_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(Annotated[ServerFrame, Field(discriminator="type")])


def parse_frame(text: str) -> ServerFrame:
    """Read a frame from the room.

    Raises:
        ValueError: it is no JSON, or no frame of this protocol (then a `ValidationError`).
    """
    value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_named_once)
    return _FRAME.validate_python(value)


def _named_once(fields: list[tuple[str, object]]) -> dict[str, object]:
    """Take an object only if it names no field twice: programs differ in which one they read."""
    value = dict(fields)
    if len(value) != len(fields):
        message = "a field is named twice"
        raise ValueError(message)
    return value


def _refuse(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
