"""From a script to the publishes an app server would send: pure, so that it can be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vttsync.broadcast.actions import (
    Action,
    Call,
    Client,
    Join,
    KindRules,
    Knock,
    Lag,
    Leave,
    Limits,
    Meet,
    Pause,
    Plan,
    Point,
    Publish,
    Return,
    Role,
    Value,
)
from vttsync.broadcast.plan.claims import Claim, check_claims
from vttsync.broadcast.plan.server import AppServer
from vttsync.broadcast.script import steps as written
from vttsync.broadcast.script.model import Cast, Script
from vttsync.broadcast.script.people import People


def make_plan(script: Script) -> Plan:
    """Work out every publish of a script, its row versions, and who watches.

    Raises:
        VttsyncError: exit 3, when a step expects what can't be.
    """
    story = _Story(script)
    for step in script.steps:
        story.play(step.step, step.line)
    actions, cast = story.actions, story.people.cast
    if not any(isinstance(step.step, _COMES_AND_GOES) for step in script.steps):
        returning = _returning(script.file.cast)
        actions, cast = list(_interrupted(actions, returning)), (*cast, returning)
    table = script.file.limits
    ms = {key: value for key in _LIMITS if (value := getattr(table, key)) is not None}
    plan = Plan(
        title=script.file.title,
        script=str(script.path),
        setup=tuple(story.setup),
        cast=cast,
        steps=tuple(actions),
        latecomers=tuple(_latecomers(cast, script.file.cast.late)),
        limits=Limits(table.patience, ms, table.losses, script.lines),
        kinds={
            kind.name: KindRules(
                frozenset({*kind.gm, "hidden"}),
                frozenset({*kind.owner, *(["ownerIds"] if kind.owned else [])}),
                kind.owned,
                kind.hidden_with,
            )
            for kind in script.file.kind
        },
    )
    check_claims(plan, story.claims)
    return plan


_LIMITS = ("p50_ms", "p99_ms", "max_ms", "reconnect_ms")
_COMES_AND_GOES = (written.Disconnect, written.Call)


def _returning(cast: Cast) -> Client:
    """Choose who comes and goes, where the script doesn't say: players do the most."""
    roles: dict[Role, int] = {"player": cast.players, "spectator": cast.spectators, "gm": cast.gm}
    role: Role = next((role for role, count in roles.items() if count), "display")
    return Client(f"returning {role}", role)


def _latecomers(cast: Sequence[Client], each: int) -> Iterator[Client]:
    for role in dict.fromkeys(client.role for client in cast):
        for number in range(1, each + 1):
            yield Client(f"late {role}" if each == 1 else f"late {role} {number}", role, late=True)


def _interrupted(actions: Sequence[Action], client: Client) -> Iterator[Action]:
    """Take a client away for the middle third of the publishes."""
    total = sum(isinstance(action, Publish) for action in actions)
    leaves = max(1, total // 3)
    returns = max(leaves + 1, 2 * total // 3)
    number = 0
    for action in actions:
        yield action
        number += isinstance(action, Publish)
        if isinstance(action, Publish) and total > 1 and number in (leaves, returns):
            yield Leave((client.name,)) if number == leaves else Return((client.name,))


class _Story:
    """A script as it goes on: what the server does, and who is at the table."""

    def __init__(self, script: Script) -> None:
        self.people = People(script.file.cast)
        self.actions: list[Action] = []
        self.claims: list[Claim] = []
        self._server = AppServer(script)
        self._scene = script.ground.scene_id
        self.setup = list(self._server.set_up())
        self._published: list[Publish] = []
        self._last: list[Publish] = []

    def play(self, step: written.Step, line: int) -> None:
        """Add what a step makes happen."""
        if isinstance(step, written.Expect):
            who = tuple(self.people.called(step.for_))
            self.claims.append(Claim(who, tuple(self._last), line))
            return
        actions = list(self._actions(step, line))
        self.actions += actions
        if publishes := [action for action in actions if isinstance(action, Publish)]:
            self._last = publishes
            self._retry(publishes[0])
            self._published += publishes

    def _retry(self, first: Publish) -> None:
        """Send the very first publish twice: an app server repeats one that got no answer."""
        if self._published:
            return
        place = self.actions.index(first) + 1
        again = replace(
            first, label=f"{first.label}, the same request again", say="", duplicate=True
        )
        self.actions.insert(place, again)
        self._published.append(again)

    def _actions(self, step: written.Step, line: int) -> Iterator[Action]:
        match step:
            case written.Wait():
                yield Pause(step.pause, step.say)
            case written.Republish():
                label = f"{self._published[-1].label}, the same request again"
                yield replace(
                    self._published[-1], label=label, line=line, say=step.say, duplicate=True
                )
            case written.Point():
                yield self._point(step, line)
            case written.Call():
                yield Call(step.hook, f"hook {step.hook}", line, step.say)
            case _:
                yield from self._server.play(step, line)
                yield from self._coming_and_going(step, line)

    def _coming_and_going(self, step: written.Step, line: int) -> Iterator[Action]:
        people = self.people
        match step:
            case written.Meet():
                yield Meet(step.say)
            case written.Join():
                yield Join(people.join(step.join, len(self.setup) + len(self._published)), step.say)
            case written.Disconnect():
                who = self._names(step.disconnect, away=False)
                people.away.update(who)
                yield Leave(who, step.say)
            case written.Reconnect():
                who = self._names(step.reconnect, away=True)
                people.away.difference_update(who)
                yield Return(who, step.say)
            case written.Slow():
                yield Lag(self._names(step.slow, away=False), step.for_, step.say)
            case written.Expire():
                (client,) = people.called(step.expire)
                yield Knock(client, f"{client.name} with an expired ticket", line, step.say)

    def _names(self, word: str, *, away: bool) -> tuple[str, ...]:
        called = [client.name for client in self.people.called(word)]
        return tuple(name for name in called if (name in self.people.away) is away)

    def _point(self, step: written.Point, line: int) -> Point:
        (client,) = self.people.called(step.by)
        value: Value = {}
        if step.token is not None:
            value["tokenId"] = self._server.token_id(step.token)
        else:
            value["sceneId"] = self._scene
        if step.along is not None:
            value["points"] = [self._server.pixels(place) for place in step.along]
        if step.at is not None:
            value["x"], value["y"] = self._server.pixels(step.at)
        label = f"{step.presence} of {client.name}"
        present = self.people.present
        return Point(client.name, client.role, step.presence, value, present, label, line, step.say)
