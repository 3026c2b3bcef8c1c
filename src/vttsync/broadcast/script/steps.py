"""The steps of a broadcast script: each class is one verb."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from vttsync.broadcast.actions import Entity, PresenceKind, Role, Value
from vttsync.broadcast.script.table import Name, Place, Seconds, Table, just, like, one_of

_MOST_CHANGES = 500
_MOST_TIMES = 1000


class Step(Table):
    """`[[step]]`: what every step may have beside its verb."""

    say: str = Field("", description="a line of narration, shown while the script plays")


class Begin(Step):
    """Everyone who rolled enters the turn order; round 1 begins."""

    begin: Literal["combat"]


class Move(Step):
    """A token goes from place to place."""

    move: Name = Field(description="the token")
    along: list[Place] = Field(min_length=1, description="the places, as [column, row]")
    every: Seconds = Field(0.1, description="seconds between two places")
    times: int = Field(1, ge=1, le=_MOST_TIMES, description="how often it goes that way")


class Overtake(Step):
    """A token goes from place to place, but its last publish overtakes the others."""

    overtake: Name = Field(description="the token")
    along: list[Place] = Field(min_length=2, description="the places, as [column, row]")


class Next(Step):
    """The next in the order has its turn."""

    next: Literal["turn"]


class Reveal(Step):
    """A hidden token becomes visible to all."""

    reveal: Name = Field(description="the token")


class Hide(Step):
    """A token disappears for all but the game master."""

    hide: Name = Field(description="the token")


class Hurt(Step):
    """A token loses hit points."""

    hurt: Name = Field(description="the token")
    by: int = Field(gt=0, description="how many")


class Remove(Step):
    """A token leaves the map and the turn order."""

    remove: Name = Field(description="the token")


class Wait(Step):
    """Nothing happens for a while."""

    pause: Seconds


_ENTITY = r"^[A-Za-z][A-Za-z0-9_]*/[A-Za-z0-9_.:-]{1,128}$"
_HOOK = r"^[a-z][a-z0-9-]{0,31}$"
_Named = Annotated[
    str,
    AfterValidator(like(_ENTITY, 'it should be written "kind/key"')),
    Field(json_schema_extra={"pattern": _ENTITY}),
]
_Hook = Annotated[
    str,
    AfterValidator(like(_HOOK, "it should be small letters, digits and -, a letter first")),
    Field(json_schema_extra={"pattern": _HOOK}),
]


def _json(value: Value) -> Value:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        message = "it should be what JSON can say: no dates, no inf, no nan"
        raise ValueError(message) from error
    return value


class WrittenChange(Table):
    """One change of a publish: `put`, `patch` or `del` of an entity, named `kind/key`."""

    model_config = ConfigDict(json_schema_extra=one_of("put", "patch", "del"))

    put: _Named | None = Field(None, description="the whole row is `value`")
    patch: _Named | None = Field(None, description="`value` has the fields that change")
    del_: _Named | None = Field(None, alias="del", description="the row is gone")
    value: Annotated[dict[str, Any], AfterValidator(_json)] | None = None
    without: list[str] = Field(default=[], description="fields that a patch takes out")

    @property
    def op(self) -> Literal["put", "patch", "del"]:
        """What it does."""
        return "put" if self.put else "patch" if self.patch else "del"

    @property
    def entity(self) -> Entity:
        """What it is about."""
        kind, _, key = (self.put or self.patch or self.del_ or "").partition("/")
        return kind, key

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(name is not None for name in (self.put, self.patch, self.del_)) != 1:
            message = 'a change has one of put, patch and del, each naming "kind/key"'
            raise ValueError(message)
        if (self.value is None) is (self.del_ is None) and not self.without:
            message = "a put and a patch carry a value, a del carries none"
            raise ValueError(message)
        if self.without and not self.patch:
            message = "only a patch can take fields out"
            raise ValueError(message)
        return self


class Send(Step):
    """The app server publishes rows as they are written here, in one request."""

    publish: list[WrittenChange] = Field(min_length=1, max_length=_MOST_CHANGES)


class Republish(Step):
    """The last publish is sent again, as after an answer that got lost."""

    republish: Literal["last"]


_POINTING = ("at", "along", "token")
_POINTED: dict[PresenceKind, set[str]] = {
    "cursor": {"at"},
    "ping": {"at"},
    "ruler": {"along"},
    "drag": {"at", "token"},
}


class Point(Step):
    """Somebody points at something; nothing of it is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"properties": {"presence": {"const": kind}}, **just(keys, _POINTING)}
                for kind, keys in _POINTED.items()
            ]
        }
    )

    presence: PresenceKind = Field(description="what is shown")
    by: Name = Field(description="the client who points")
    at: Place | None = Field(None, description="[column, row], of cursor, ping and drag")
    along: list[Place] | None = Field(None, min_length=2, max_length=16, description="of a ruler")
    token: Name | None = Field(None, description="the token that is dragged")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        has = {name for name in _POINTING if getattr(self, name) is not None}
        needs = _POINTED[self.presence]
        if has != needs:
            message = f"a {self.presence} has {' and '.join(sorted(needs))}, nothing else"
            raise ValueError(message)
        return self


class Meet(Step):
    """Go on when every client has got all that was published."""

    wait: Literal["everyone"]


class Join(Step):
    """One more client of a role joins."""

    join: Role = Field(description="the role")


class Disconnect(Step):
    """Clients lose their connection, as when a cable is pulled."""

    disconnect: Name = Field(description="who: a client, a role in the plural, or everyone")


class Reconnect(Step):
    """Clients who lost their connection come back, and ask for what they missed."""

    reconnect: Name = Field(description="who: a client, a role in the plural, or everyone")


class Slow(Step):
    """Clients stop reading for a while; the script goes on meanwhile."""

    slow: Name = Field(description="who: a client, a role in the plural, or everyone")
    for_: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] = Field(
        1.0, alias="for", description="seconds"
    )


class Expire(Step):
    """A client knocks with a ticket that has run out, and must be told so, and nothing else."""

    expire: Name = Field(description="whose ticket: a client")


class Call(Step):
    """Something outside is done: whoever starts the proof says how."""

    hook: _Hook = Field(description="what it is called")


class Expect(Step):
    """What the step before published tells some of the clients nothing."""

    expect: Literal["nothing"]
    for_: Name = Field(alias="for", description="who: a client, a role in the plural, or everyone")


STEPS: dict[str, type[Step]] = {
    "begin": Begin,
    "move": Move,
    "next": Next,
    "reveal": Reveal,
    "hide": Hide,
    "hurt": Hurt,
    "remove": Remove,
    "pause": Wait,
    "publish": Send,
    "republish": Republish,
    "overtake": Overtake,
    "presence": Point,
    "wait": Meet,
    "join": Join,
    "disconnect": Disconnect,
    "reconnect": Reconnect,
    "slow": Slow,
    "expire": Expire,
    "hook": Call,
    "expect": Expect,
}
"""The verbs: a step's model is the one whose verb is among its keys."""
