"""The verdict on each thing that a page asks for, over three phases; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vttsync.audit.covering import covers
from vttsync.polling.rhythm import Rhythm, belongs, follows, rhythm
from vttsync.polling.seen import Asked, Cause, Phase, Seen, Told, What, Window

_SLOWER = 1.5
_LIVE = (Phase.LIVE, Phase.BACK)


class Verdict(StrEnum):
    """What realtime does to a poll; the words are those of `vttsync audit`."""

    UNGATED = "ungated"
    THROTTLED = "throttled"
    INVERTED = "inverted"
    NEVER_STOPPED = "never stopped"
    TWICE = "asked for again"
    GATED = "gated"
    NO_POLL = "no poll"


FAILS = frozenset(
    {Verdict.UNGATED, Verdict.THROTTLED, Verdict.INVERTED, Verdict.NEVER_STOPPED, Verdict.TWICE}
)


@dataclass(frozen=True)
class Group:
    """All requests for one thing.

    Attributes:
        asked: all of them, also between the phases.
        counts: how many there were in each phase that was judged.
        every: how often, in seconds, in the phases in which it polled.
        covered: whether realtime brings it.
        cause: what most of those that poll came from.
    """

    what: What
    asked: tuple[Asked, ...]
    counts: dict[Phase, int]
    every: dict[Phase, float]
    verdict: Verdict
    why: str
    covered: bool
    cause: Cause

    @property
    def fails(self) -> bool:
        """Whether it must not be."""
        return self.covered and self.verdict in FAILS


@dataclass(frozen=True)
class Outcome:
    """What was proved, and what wasn't.

    Attributes:
        groups: those that fail first, then those that poll.
        covered: the patterns that say what realtime brings; without any, all counts.
        broadcasts: how many came while live.
    """

    seen: Seen
    groups: tuple[Group, ...]
    covered: tuple[str, ...]
    broadcasts: int

    @property
    def failing(self) -> tuple[Group, ...]:
        """What must not be."""
        return tuple(it for it in self.groups if it.fails)

    @property
    def came_back(self) -> bool:
        """Whether realtime did, after the cut."""
        return any(window.phase is Phase.BACK for window in self.seen.windows)

    @property
    def fallback(self) -> tuple[Group, ...]:
        """What polls while the room is cut, of what counts."""
        return tuple(it for it in self.groups if it.covered and Phase.CUT in it.every)

    @property
    def never_starts(self) -> bool:
        """Whether nothing is asked in the room's stead."""
        return not self.fallback and not any(it.verdict is Verdict.INVERTED for it in self.failing)

    @property
    def passed(self) -> bool:
        """Whether the page asks nothing while live, and asks while it isn't."""
        return not (self.failing or self.never_starts) and self.came_back

    @property
    def surely_seen(self) -> float:
        """Polls that come this often, in seconds, or more often, were seen while live."""
        return max((it.seconds for it in self.seen.windows if it.phase in _LIVE), default=0.0) / 2

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Patterns that mean nothing of what was asked for."""
        return tuple(
            it for it in self.covered if not any(covers([it], names(g.asked)) for g in self.groups)
        )


def judge(seen: Seen, covered: Sequence[str]) -> Outcome:
    """Judge what a page did, where `covered` (patterns as for `vttsync audit`) is what counts."""
    groups = [_judged(asked, seen, covered) for asked in _grouped(seen.asked)]
    live = [window for window in seen.windows if window.phase in _LIVE]
    broadcasts = sum(it.delta for window in live for it in _told(seen, window))
    order = sorted(groups, key=lambda it: (not it.fails, not it.every, it.what.label))
    return Outcome(seen, tuple(order), tuple(covered), broadcasts)


def fallback_every(
    asked: Iterable[Asked], attempts: Sequence[float], covered: Sequence[str]
) -> float:
    """The longest time between two polls of what counts, in seconds; 0 while nothing polls."""
    found = [
        beat.every
        for group in _grouped(asked)
        if group[0].what.reads and _counts(group, covered)
        if not belongs(group, attempts) and (beat := rhythm(group))
    ]
    return max(found, default=0.0)


def polling(asked: Iterable[Asked]) -> list[tuple[What, float]]:
    """What repeats by itself, and how often, in seconds."""
    found = [(group[0].what, rhythm(group)) for group in _grouped(asked) if group[0].what.reads]
    return [(what, beat.every) for what, beat in found if beat]


def names(asked: Iterable[Asked]) -> list[str]:
    """What a pattern may mean: addresses, operations, and the functions on the way."""
    found: dict[str, None] = {}
    for it in asked:
        found |= dict.fromkeys(it.what.names)
        found |= dict.fromkeys(place.function for place in it.cause.places if place.function)
    return list(found)


def _grouped(asked: Iterable[Asked]) -> list[list[Asked]]:
    groups: dict[str, list[Asked]] = {}
    for it in asked:
        groups.setdefault(it.what.key, []).append(it)
    return list(groups.values())


def _counts(asked: Sequence[Asked], covered: Sequence[str]) -> bool:
    return not covered or covers(covered, names(asked))


def _judged(asked: Sequence[Asked], seen: Seen, covered: Sequence[str]) -> Group:
    parts = {window.phase: window.of(asked) for window in seen.windows}
    beats = _rhythms(parts, seen) if asked[0].what.reads else {}
    verdict, why = _verdict(asked[0].what, parts, beats, seen)
    # What fails is explained by what was asked while live, not by a fallback that is right.
    phases = [it for it in _LIVE if it in parts] if verdict in FAILS else list(beats)
    counted = [it for phase in phases for it in parts[phase]] or list(asked)
    return Group(
        asked[0].what, tuple(asked), {phase: len(part) for phase, part in parts.items()},
        {phase: beat.every for phase, beat in beats.items()}, verdict, why,
        _counts(asked, covered), Counter(it.cause for it in counted).most_common(1)[0][0],
    )  # fmt: skip


def _rhythms(parts: dict[Phase, list[Asked]], seen: Seen) -> dict[Phase, Rhythm]:
    """How it polls, in the phases in which it does."""
    found = {}
    for window in seen.windows:
        part = parts[window.phase]
        if follows(part, _told(seen, window)) or belongs(part, seen.attempts):
            continue
        if beat := rhythm(part):
            found[window.phase] = beat
    return found


def _verdict(
    what: What, parts: dict[Phase, list[Asked]], beats: dict[Phase, Rhythm], seen: Seen
) -> tuple[Verdict, str]:
    live = [phase for phase in _LIVE if phase in beats]
    if not live:
        return _quiet_while_live(what, parts, beats, seen)
    if Phase.CUT not in beats and len(parts[Phase.CUT]) <= 1:
        return Verdict.INVERTED, "It runs while live, and stops while the room is out of reach."
    if Phase.CUT in beats and live == [Phase.BACK]:
        return Verdict.NEVER_STOPPED, "It began while the room was out of reach, and goes on."
    if Phase.CUT in beats and _slower(beats[live[0]], parts[live[0]], parts[Phase.CUT]):
        return Verdict.THROTTLED, "Realtime only makes it slower."
    return Verdict.UNGATED, f"While live, {beats[live[0]].why}."


def _quiet_while_live(
    what: What, parts: dict[Phase, list[Asked]], beats: dict[Phase, Rhythm], seen: Seen
) -> tuple[Verdict, str]:
    if what.reads and (told := _asked_again(parts, seen)):
        return Verdict.TWICE, told
    if beats:
        return Verdict.GATED, "It runs only while the room is out of reach."
    return _no_poll(what, parts, seen)


def _slower(live: Rhythm, part: Sequence[Asked], cut: Sequence[Asked]) -> bool:
    """Whether what asks while live asks more often while cut; another timer may ask besides."""
    usual = Counter(it.cause for it in part).most_common(1)[0][0]
    same = rhythm([it for it in cut if it.cause == usual]) or rhythm(cut)
    return same is not None and live.every >= _SLOWER * same.every


def _no_poll(what: What, parts: dict[Phase, list[Asked]], seen: Seen) -> tuple[Verdict, str]:
    if not what.reads:
        return Verdict.NO_POLL, "It writes."
    if belongs(parts.get(Phase.CUT, []), seen.attempts):
        return Verdict.NO_POLL, "It belongs to the attempts to reach the room."
    return Verdict.NO_POLL, "It doesn't repeat by itself."


def _asked_again(parts: dict[Phase, list[Asked]], seen: Seen) -> str:
    """How broadcasts were followed by requests; empty where they weren't."""
    for window in seen.windows:
        deltas = [it for it in _told(seen, window) if it.delta]
        part = parts[window.phase]
        if window.phase in _LIVE and len(deltas) >= 2 and len(part) >= 2 and follows(part, deltas):
            return f"{len(part)} requests followed {len(deltas)} broadcasts, which had brought it."
    return ""


def _told(seen: Seen, window: Window) -> list[Told]:
    return [it for it in seen.told if window.start <= it.at < window.end]
