"""What a replay does, as data: changes, publishes, pauses, and who watches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["gm", "player", "spectator", "display"]
"""Who a client is in the cast."""
PresenceKind = Literal["cursor", "ping", "ruler", "drag"]
"""What somebody can point with."""
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
        duplicate: a request that the room has to take for one it had: a retry, or one that a
            later version of its rows has overtaken.
    """

    changes: tuple[Change, ...]
    label: str
    line: int
    say: str = ""
    duplicate: bool = False


@dataclass(frozen=True)
class Pause:
    """A wait of so many seconds before the next publish."""

    seconds: float
    say: str = ""


@dataclass(frozen=True)
class Client:
    """Somebody at the table.

    Attributes:
        name: unique among the cast, such as `player 2`; also the user id in the ticket.
        role: decides what they may see, together with what they own.
        late: joins only after the last step.
        after: joins when the room has taken so many publishes; None for the cast and who is late.
    """

    name: str
    role: Role
    late: bool = False
    after: int | None = None


@dataclass(frozen=True)
class Join:
    """Somebody joins here."""

    client: Client
    say: str = ""


@dataclass(frozen=True)
class Leave:
    """Those named lose the connection here."""

    who: tuple[str, ...]
    say: str = ""


@dataclass(frozen=True)
class Return:
    """Those named come back, and ask for what they missed."""

    who: tuple[str, ...]
    say: str = ""


@dataclass(frozen=True)
class Meet:
    """Wait until everyone has got all that was published."""

    say: str = ""


@dataclass(frozen=True)
class Lag:
    """Those named stop reading for so many seconds, while everything else goes on."""

    who: tuple[str, ...]
    seconds: float
    say: str = ""


@dataclass(frozen=True)
class Point:
    """Somebody points at something.

    Attributes:
        user: the client's name.
        role: the client's.
        kind: with what.
        value: at what, in scene pixels.
        present: those at the table then, who see it if they may see what it points at.
        label: the step, for people.
        line: that step's line in the script.
        say: the script's narration.
    """

    user: str
    role: Role
    kind: PresenceKind
    value: Value
    present: tuple[str, ...]
    label: str
    line: int
    say: str = ""


@dataclass(frozen=True)
class Knock:
    """Somebody tries to connect with a ticket that has run out."""

    client: Client
    label: str
    line: int
    say: str = ""


@dataclass(frozen=True)
class Call:
    """Something outside is done, such as a deploy; whoever lost the connection comes back."""

    name: str
    label: str
    line: int
    say: str = ""


Action = Publish | Pause | Join | Leave | Return | Meet | Lag | Point | Knock | Call
"""What a replay does while the cast watches."""


@dataclass(frozen=True)
class Limits:
    """What a script allows.

    Attributes:
        patience: seconds to wait for a message that doesn't come.
        ms: milliseconds that `p50_ms`, `p99_ms`, `max_ms` and `reconnect_ms` may not pass.
        losses: presence messages that may get lost in all.
        lines: where each of these is written.
    """

    patience: float = 5.0
    ms: Mapping[str, float] = field(default_factory=dict)
    losses: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class KindRules:
    """Who may see what of a kind of row.

    Attributes:
        gm: fields for the game master alone.
        owner: fields for the game master and the row's owners.
        owned: whether `ownerIds` names owners.
        hidden_with: kinds that a row is hidden with, by the field that names one of each.
        opens: whether owners see a row that is hidden.
    """

    gm: frozenset[str] = frozenset()
    owner: frozenset[str] = frozenset()
    owned: bool = False
    hidden_with: Mapping[str, str] = field(default_factory=dict)
    opens: bool = False


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
        limits: what may take how long, and what may get lost.
        kinds: kinds that were added to the room.
    """

    title: str
    script: str
    setup: tuple[Publish, ...]
    cast: tuple[Client, ...]
    steps: tuple[Action, ...]
    latecomers: tuple[Client, ...]
    limits: Limits = Limits()
    kinds: Mapping[str, KindRules] = field(default_factory=dict)

    @property
    def publishes(self) -> tuple[Publish, ...]:
        """Every publish in order, the set-up's first; differences and answers count in it."""
        return self.setup + tuple(step for step in self.steps if isinstance(step, Publish))

    @property
    def points(self) -> tuple[tuple[Point, int], ...]:
        """Every presence in order, each with the last publish before it."""
        return tuple((step, n) for step, n in self.after_publishes if isinstance(step, Point))

    @property
    def after_publishes(self) -> Iterator[tuple[Action, int]]:
        """Every step in order, each with the last publish so far, itself included."""
        publish = len(self.setup) - 1
        for step in self.steps:
            publish += isinstance(step, Publish)
            yield step, publish
