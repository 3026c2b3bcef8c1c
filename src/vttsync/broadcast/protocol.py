"""Version 1 of the wire protocol, as the room's JSON Schema has it.

The source is `templates/party/src/protocol.ts`; a test holds these models against the schema
made from it (`templates/party/protocol.schema.json`).
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from vttsync.broadcast.actions import Audience, Value

_Text = Annotated[str, Field(min_length=1)]
_Count = Annotated[int, Field(ge=0)]


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
    seq: dict[Audience, _Count]


class Refusal(_Frame):
    """Why a request was refused."""

    code: str
    message: str
    change: _Count | None = None
    path: str | None = None
    stored: _Count | None = None


class ErrorBody(_Frame):
    """The body of every answer that is not a success."""

    error: Refusal


class Hello(_Frame):
    """The first frame: who answers, running which version, taking the client for whom."""

    type: Literal["hello"]
    protocol: int
    version: str
    epoch: _Text
    audience: Audience


class SnapshotEntity(_Frame):
    """One entity of a snapshot."""

    kind: str
    key: str
    value: Value


class Snapshot(_Frame):
    """The second frame: the whole view."""

    type: Literal["snapshot"]
    epoch: _Text
    seq: _Count
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
    """What one publish changed of the view."""

    type: Literal["delta"]
    epoch: _Text
    seq: _Count
    changes: list[Annotated[Put | Patch | Del, Field(discriminator="op")]]


class RoomError(_Frame):
    """What the room has to complain of, mostly before it closes."""

    type: Literal["error"]
    code: str
    message: str


ServerFrame = Hello | Snapshot | Delta | RoomError
_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(Annotated[ServerFrame, Field(discriminator="type")])


def parse_frame(text: str) -> ServerFrame:
    """Read a frame from the room.

    Raises:
        ValueError: it is no JSON, or no frame of this protocol (then a `ValidationError`).
    """
    return _FRAME.validate_python(json.loads(text, parse_constant=_refuse))


def _refuse(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)
