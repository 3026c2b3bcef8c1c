"""Where a function leads: the requests behind it, across files, and the way there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tree_sitter import Node

from vttsync.audit import asking, reads
from vttsync.audit.asking import Does, Request
from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place

_MOST = 400  # functions looked at for one timer
# Functions given to these run when a person or the network does something, not now.
_LISTENS = tree.named(
    """addEventListener addListener on once off one listen subscribe onSnapshot onMessage
    click change submit hover keydown keyup bind delegate removeEventListener"""
)
# What is assigned to these runs as an answer comes.
_ANSWERS = ("onload", "onloadend", "onreadystatechange", "onsuccess", "oncomplete", "onfinish")
_RUNS_INSIDE = frozenset({"arguments", "array", "pair", "object", "parenthesized_expression"})


@dataclass(frozen=True)
class Step:
    """A function on the way from the timer to the request."""

    name: str
    path: str
    line: int


@dataclass(frozen=True)
class Led:
    """A request that a function leads to.

    Attributes:
        request: what is asked.
        call: where.
        way: the functions in between, outermost first, with the nodes of the calls.
        calls: the calls on the way, the request's own last.
    """

    request: Request
    call: Place
    way: tuple[Step, ...]
    calls: tuple[Place, ...]


class Reach:
    """Follows calls."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._runs: dict[tuple[str, int, int], tuple[list[Node], list[Node]]] = {}
        self._led: dict[tuple[str, int, int], list[tuple[Place, Place]]] = {}

    def requests(self, starts: list[Place]) -> Iterator[Led]:
        """Every request behind these functions, the nearest first."""
        for place, way, calls in self._functions(starts):
            for call in [*self._acts(place)[0], *self._acts(place)[1]]:
                here = Place(place.module, call)
                request = reads.request_of(call)
                if request is not None and request.does is Does.READ and _told_to_write(calls):
                    request = replace(request, does=Does.WRITE)
                if request is not None:
                    yield Led(request, here, way, (*calls, here))

    def first(
        self, starts: list[Place], counts: Callable[[Led], bool] = lambda _led: True
    ) -> Led | None:
        """The nearest read behind these functions; a likely one, or a write, when there is none.

        Args:
            starts: the functions.
            counts: whether a request is one of those that are looked for.
        """
        others: dict[Does, Led] = {}
        for led in filter(counts, self.requests(starts)):
            if led.request.does is Does.READ:
                return led
            others.setdefault(led.request.does, led)
        guess = self._likely(starts, counts)
        return guess if guess is not None and not others else next(iter(others.values()), guess)

    def passes(self, starts: list[Place], call: Node) -> bool:
        """Whether these functions, followed all the way, come to this very call."""
        return any(call in self._acts(place)[0] for place, _, _ in self._functions(starts))

    def _likely(self, starts: list[Place], counts: Callable[[Led], bool]) -> Led | None:
        for place, way, calls in self._functions(starts):
            for call in self._acts(place)[0]:
                callee = tree.callee(call)
                if callee is None or self.names.functions(Place(place.module, callee)):
                    continue
                request = reads.likely(call)
                if request is not None:
                    here = Place(place.module, call)
                    led = Led(request, here, way, (*calls, here))
                    if counts(led):
                        return led
        return None

    def _functions(
        self, starts: list[Place]
    ) -> Iterator[tuple[Place, tuple[Step, ...], tuple[Place, ...]]]:
        waiting: deque[tuple[Place, tuple[Step, ...], tuple[Place, ...]]] = deque(
            (place, (), ()) for place in starts
        )
        seen = {place.key for place in starts}
        while waiting and len(seen) < _MOST:
            place, way, calls = waiting.popleft()
            yield place, way, calls
            for call, target in self._next(place):
                if target.key not in seen:
                    seen.add(target.key)
                    line = target.module.line(target.node)
                    step = Step(_called(call.node), target.module.path, line)
                    waiting.append((target, (*way, step), (*calls, call)))

    def _next(self, place: Place) -> list[tuple[Place, Place]]:
        """The calls that a function makes, each with a function that it may run."""
        if place.key not in self._led:
            calls = [Place(place.module, call) for call in self._acts(place)[0]]
            self._led[place.key] = [
                (call, target) for call in calls for target in self._targets(call)
            ]
        return self._led[place.key]

    def _acts(self, place: Place) -> tuple[list[Node], list[Node]]:
        if place.key not in self._runs:
            self._runs[place.key] = calls_in(place.node), assignments_in(place.node)
        return self._runs[place.key]

    def _targets(self, call: Place) -> list[Place]:
        callee = tree.callee(call.node)
        if callee is None:
            return []
        found = self.names.functions(Place(call.module, callee))
        if tree.name_of(callee) in _LISTENS:
            return found
        for each in tree.arguments(call.node):
            if each.type in ("identifier", "member_expression"):  # `.then(this.show)`
                found += self.names.functions(Place(call.module, each))
        return found


def _told_to_write(calls: tuple[Place, ...]) -> bool:
    """Whether a method that writes is handed down: `authFetch(url, { method: "POST" })`."""
    given = [each for call in calls for each in tree.arguments(call.node)]
    return any(asking.writes(each) or _is_mutation(each) for each in given)


def _is_mutation(given: Node) -> bool:
    return (tree.string_value(given) or "").lstrip().startswith("mutation")


def _called(call: Node) -> str:
    return tree.squeezed(tree.callee(call))[:60]


def calls_in(function: Node) -> list[Node]:
    """The calls that running a function makes, now or as answers come.

    The insides of functions defined in it count where they are run as part of it: callbacks of
    promises, time-outs and requests; not listeners, and not functions that are only given a name.
    """
    return [node for node in _run(function) if node.type in ("call_expression", "new_expression")]


def assignments_in(function: Node) -> list[Node]:
    """The assignments that running a function makes; see `calls_in`."""
    return [node for node in _run(function) if node.type == "assignment_expression"]


def _run(function: Node) -> list[Node]:
    found = []
    # Each node with what it is in, parentheses and the like left out, and the way into that:
    # tree-sitter would go down from the root to tell.
    waiting = [(function, function, function)]
    while waiting:
        node, above, way = waiting.pop()
        found.append(node)
        if node.type in tree.FUNCTIONS and node != function and not _runs(above, way):
            continue
        if node.type in _RUNS_INSIDE:
            waiting.extend((child, above, way) for child in reversed(node.named_children))
        else:
            waiting.extend((child, node, child) for child in reversed(node.named_children))
    return found


def _runs(above: Node, way: Node) -> bool:
    """Whether a function that is given to `above` runs as part of it."""
    if above.type in ("call_expression", "new_expression"):
        return not (way.type == "arguments" and tree.name_of(tree.callee(above)) in _LISTENS)
    if above.type == "assignment_expression":
        return tree.name_of(tree.field(above, "left")) in _ANSWERS
    return False
