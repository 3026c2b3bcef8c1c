"""What a replay does, as data: changes, publishes, pauses, and who watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["gm", "player", "spectator"]
"""Who a client is in the cast."""
Audience = str
"""Those who may see the same things, one numbered stream for each: a role, `display`, or
`user:` and the id of a player who owns something."""
Entity = tuple[str, str]
"""Kind and key: the name of one row of the app server's database."""
Value = dict[str, Any]
"""A row, as JSON."""


@dataclass(frozen=True)
class Change:
    """One committed change of a row.

    Attributes:
        op: `put` carries the whole row, `patch` an RFC 7396 merge patch, `del` nothing.
        kind: what it is: token, combat, wall …
        key: the row's key, unique within its kind.
        rev: the row's version in the database after this change.
        value: the row or the merge patch.
        base: the version a patch starts from.
    """

    op: Literal["put", "patch", "del"]
    kind: str
    key: str
    rev: int
    value: Value | None = None
    base: int | None = None

    @property
    def entity(self) -> Entity:
        """The row it changes."""
        return self.kind, self.key

    def body(self) -> Value:
        """Write it as the publish request has it."""
        body: Value = {"op": self.op, "kind": self.kind, "key": self.key, "rev": self.rev}
        if self.base is not None:
            body["base"] = self.base
        if self.value is not None:
            body["value"] = self.value
        return body


@dataclass(frozen=True)
class Publish:
    """One publish request.

    Attributes:
        changes: applied all together or not at all.
        label: the step it comes from, for people.
        line: that step's line in the script.
        say: the script's narration, or an empty string.
        retry: the same request a second time, as after an answer that got lost; the room has
            to take it for a duplicate.
    """

    changes: tuple[Change, ...]
    label: str
    line: int
    say: str = ""
    retry: bool = False


@dataclass(frozen=True)
class Pause:
    """A wait of so many seconds before the next publish."""

    seconds: float
    say: str = ""


@dataclass(frozen=True)
class Leave:
    """Whoever returns loses the connection here."""


@dataclass(frozen=True)
class Return:
    """Whoever left comes back, and asks for what they missed."""


@dataclass(frozen=True)
class Client:
    """Somebody at the table.

    Attributes:
        name: unique among the cast, such as `player 2`; also the user id in the ticket.
        role: decides what they may see, together with what they own.
        late: joins only after the last step.
        returns: loses the connection on the way, and comes back.
    """

    name: str
    role: Role
    late: bool = False
    returns: bool = False


Action = Publish | Pause | Leave | Return
"""What a replay does while the cast watches."""


@dataclass(frozen=True)
class Plan:
    """A script, worked out.

    Attributes:
        title: the script's.
        script: the script's path, as it was given.
        setup: publishes before anyone joins.
        cast: who joins then.
        steps: what happens while they watch.
        latecomers: who joins after the last step.
        patience: seconds to wait for a message that doesn't come.
    """

    title: str
    script: str
    setup: tuple[Publish, ...]
    cast: tuple[Client, ...]
    steps: tuple[Action, ...]
    latecomers: tuple[Client, ...]
    patience: float

    @property
    def publishes(self) -> tuple[Publish, ...]:
        """Every publish in order, the set-up's first; differences and answers count in it."""
        return self.setup + tuple(step for step in self.steps if isinstance(step, Publish))
