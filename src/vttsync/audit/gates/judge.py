"""The verdict on one poll: gated or not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place
from vttsync.audit.gates import words
from vttsync.audit.gates.conditions import Condition, Way, around, ways
from vttsync.audit.gates.values import UNKNOWN, Value, World, truthy
from vttsync.audit.site import Form, Site, option_name


class Verdict(StrEnum):
    """What realtime does to a poll."""

    GATED = "gated"
    PROBABLY_GATED = "probably gated"
    THROTTLED = "throttled"
    INVERTED = "inverted"
    NEVER_STOPPED = "never stopped"
    NEVER_STARTS = "never starts"
    UNGATED = "ungated"


# To these options, Infinity is no "off": the timer comes at once, again and again.
_NEVER_ENDLESS = frozenset({"refreshInterval", "pollingInterval", "pollInterval"})
_KEEPS = frozenset(
    {"assignment_expression", "augmented_assignment_expression", "variable_declarator"}
)
PASSES = frozenset({Verdict.GATED, Verdict.PROBABLY_GATED})


@dataclass(frozen=True)
class Judgement:
    """A verdict, and the reason in a sentence."""

    verdict: Verdict
    why: str


@dataclass(frozen=True)
class _Runs:
    """What is known of a poll in one world."""

    starts: bool
    goes_on: bool
    periods: tuple[float, ...]

    @property
    def polls(self) -> bool:
        return self.starts and self.goes_on


def judge(site: Site, names: Names) -> Judgement:
    """Evaluate a poll with realtime up, then down."""
    starting = _starting(site, names)
    inner = [condition for call in site.led.calls for condition in around(call)]
    if site.form is Form.TIMEOUT:  # asked again each time around
        inner += around(site.place)
    up, down = World(names, up=True), World(names, up=False)
    while_up, while_down = (_run(site, starting, inner, world) for world in (up, down))
    if up.proofs and not while_up.polls:
        return Judgement(
            Verdict.GATED, "vttsync's own helper switches it off while realtime is up."
        )
    told = _shown(up, starting)
    if while_up.polls and while_down.polls:
        return _both(site, while_up, while_down, told)
    if while_up.polls:
        why = (
            f"{told} lets it run while realtime is up, and not while it is down, "
            "to judge by the names."
        )
        return Judgement(Verdict.INVERTED, why)
    if not while_down.polls:
        return Judgement(Verdict.UNGATED, "It can't be told when this runs.")
    return _only_down(site, starting, while_up, up)


def _only_down(site: Site, starting: list[Way], while_up: _Runs, up: World) -> Judgement:
    """It is off while realtime is up; see that it begins and ends as it should."""
    if not while_up.starts and while_up.goes_on and not _stops(site, starting, up.names):
        return Judgement(
            Verdict.NEVER_STOPPED,
            "It begins as realtime goes down, and nothing ends it when realtime is back.",
        )
    if starting and all(_is_starved(way) for way in starting):
        return Judgement(
            Verdict.NEVER_STARTS,
            "Each failed attempt to reconnect starts its delay anew, so the fallback never begins.",
        )
    told = _shown(up, starting)
    if _is_asked_once(site, up):
        return Judgement(
            Verdict.NEVER_STARTS,
            f"Nothing calls this function again when {told} changes: the fallback never begins.",
        )
    return Judgement(
        Verdict.PROBABLY_GATED,
        f"{told} switches it off while realtime is up, to judge by the names.",
    )


def _is_starved(way: Way) -> bool:
    return any(each.restarted for each in way) and any(each.moment for each in way)


def _is_asked_once(site: Site, up: World) -> bool:
    """Whether an option's function reads what no component is drawn again for.

    TanStack Query calls `refetchInterval` after an answer and when the component is drawn again;
    once it has said no, neither comes (`polling.md` has the measurement).
    """
    every = tree.bare(site.every)
    if site.form is not Form.OPTION or every is None or every.type not in tree.FUNCTIONS:
        return False
    read = [hint.node for hint in up.hints.values() if _within(hint.node, every)]
    return bool(read) and all(_is_unseen(site, node) for node in read)


def _within(node: Node, around_it: Node) -> bool:
    return around_it.start_byte <= node.start_byte and node.end_byte <= around_it.end_byte


def _is_unseen(site: Site, node: Node) -> bool:
    """Whether React doesn't hear of a change of this: a property, a call, a plain variable."""
    if node.type == "binary_expression":
        left = tree.field(node, "left")
        return left is not None and _is_unseen(site, left)
    if node.type != "identifier":
        return True
    binding = site.place.module.binding(node)
    assigned = site.place.module.assigned.get(tree.text(node))
    return binding is not None and binding.parameter is None and bool(assigned)


def judge_markup(condition: str) -> Judgement:
    """Judge a condition of htmx's: `every 5s [!vttsync.connected]`."""
    plain = condition.replace(" ", "")
    name = plain.lstrip("!").removesuffix("()").rsplit(".", 1)[-1]
    told = words.says(name)
    if told is None:
        return Judgement(Verdict.UNGATED, f"`{condition}` isn't about realtime.")
    if told is not plain.startswith("!"):
        why = f"`{condition}` lets it run while realtime is up, and not while it is down."
        return Judgement(Verdict.INVERTED, why)
    why = f"`{condition}` switches it off while realtime is up, to judge by the name."
    return Judgement(Verdict.PROBABLY_GATED, why)


def _both(site: Site, up: _Runs, down: _Runs, told: str) -> Judgement:
    if float("inf") in up.periods and _option(site) in _NEVER_ENDLESS:
        why = f"To `{_option(site)}`, Infinity isn't off: it asks as fast as it can. 0 is off."
        return Judgement(Verdict.UNGATED, why)
    if up.periods and down.periods and min(up.periods) > max(down.periods):
        return Judgement(Verdict.THROTTLED, f"{told} only makes it slower while realtime is up.")
    return Judgement(Verdict.UNGATED, "Nothing stops it while realtime is up.")


def _starting(site: Site, names: Names) -> list[Way]:
    if site.form is Form.OPTION:
        return [()]
    return ways(site.place, names)


def _run(site: Site, starting: list[Way], inner: list[Condition], world: World) -> _Runs:
    module = site.place.module
    starts = any(all(each.can_hold(world) for each in way) for way in starting)
    goes_on = all(each.can_hold(world) for each in inner)
    goes_on &= all(world.can_be(Place(module, node), wanted) for node, wanted in site.conditions)
    periods: tuple[float, ...] = ()
    if site.every is not None:
        found = world.values(Place(module, site.every))
        goes_on &= any(value is UNKNOWN or _polls_at(value, site) for value in found)
        periods = tuple(value for value in found if isinstance(value, float) and value)
    return _Runs(starts, goes_on, periods)


def _polls_at(value: Value, site: Site) -> bool:
    if value == float("inf"):
        return _option(site) != "refetchInterval"
    if site.form in (Form.OPTION, Form.HOOK, Form.WRAPPER):
        return truthy(value)
    return True  # setInterval(f, 0) is a poll too


def _option(site: Site) -> str:
    return option_name(site.place.node) if site.form is Form.OPTION else ""


def _shown(world: World, starting: list[Way]) -> str:
    hint = next(iter(world.hints.values()), None)
    if hint is not None:
        return f"`{tree.squeezed(hint.node)[:50]}`"
    moments = [each for way in starting for each in way if each.moment]
    return "A handler of the connection" if moments else "A condition"


def _stops(site: Site, starting: list[Way], names: Names) -> bool:
    """Whether something ends the poll as realtime comes up."""
    if site.form not in (Form.INTERVAL, Form.TIMEOUT):
        return True
    return _has_clear(site, names) or any(_in_tidy_effect(site, way) for way in starting)


def _in_tidy_effect(site: Site, way: Way) -> bool:
    """Whether an effect around it gives back what clears it."""
    if any(each.stale for each in way):
        return False
    around_it = (each for each in tree.above(site.place.node) if each.type in tree.FUNCTIONS)
    return any(
        "clear" in tree.text(node)
        for function in around_it
        for node in tree.walk_within(function)
        if node.type == "return_statement"
    )


def _handle(site: Site) -> str:
    above: Node | None = site.place.node.parent
    while above is not None and above.type in tree.WRAPPERS:
        above = above.parent
    if above is None:
        return ""
    kept = tree.field(above, "left") or tree.field(above, "name")
    return tree.squeezed(kept) if above.type in _KEEPS else ""


def _has_clear(site: Site, names: Names) -> bool:
    handle = _handle(site)
    module = site.place.module
    up, down = World(names, up=True), World(names, up=False)
    for call in module.calls:
        if tree.name_of(tree.callee(call)) not in ("clearInterval", "clearTimeout"):
            continue
        given = tree.arguments(call)
        if not handle or not given or tree.squeezed(given[0]).rstrip("!") != handle:
            continue
        for way in ways(Place(module, call), names):
            if all(each.can_hold(up) for each in way) and not all(
                each.can_hold(down) for each in way
            ):
                return True
    return False
