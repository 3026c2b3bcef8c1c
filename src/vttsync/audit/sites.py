"""Places where something is made to happen again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tree_sitter import Node

from vttsync.audit import reads
from vttsync.audit.code import tree
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Names, Place
from vttsync.audit.reach import Led, Reach, Step, calls_in
from vttsync.audit.reads import Does, Request


class Form(StrEnum):
    """How a poll is written."""

    INTERVAL = "interval"
    TIMEOUT = "recursive timeout"
    LOOP = "loop"
    HOOK = "interval hook"
    WRAPPER = "own helper"
    OPTION = "query option"
    STREAM = "rxjs"
    MARKUP = "markup"
    PYTHON = "python"


@dataclass(frozen=True)
class Site:
    """A poll, or what may be one.

    Attributes:
        place: the call, option or loop that repeats.
        starts: the functions that it runs.
        every: the expression of its period; None when there is none.
        led: the request behind it.
        conditions: expressions that must hold for it to run (`enabled: …`), or mustn't (`skip: …`).
    """

    form: Form
    place: Place
    starts: tuple[Place, ...]
    every: Node | None
    led: Led
    conditions: tuple[tuple[Node, bool], ...] = field(default=())


_GLOBALS = re.compile(r"^(?:window|self|globalThis|global|root|Meteor|timers?|worker)?$")
_HOOKS = frozenset({"useInterval", "useIntervalFn", "useTimeoutPoll", "useIntervalEffect", "$interval"})
_SLEEPS = re.compile(r"sleep|delay|wait|timeout|pause|setTimeout", re.I)
_OPTIONS = frozenset({"refetchInterval", "refreshInterval", "pollingInterval", "pollInterval"})
_OFF = frozenset({"false", "0", "undefined", "null", "Infinity"})
_BOUNDED = re.compile(r"attempt|retr(?:y|ies)|tries|maxWait|waited|deadline|countdown|elapsed", re.I)
_WAITS = re.compile(r"^(?:retry|reconnect|connect)|(?:With)?Retr(?:y|ies)$|reconnect", re.I)
_FAILS = frozenset({"catch_clause"})
_FAILED = re.compile(r"^(?:on)?(?:error|close|fail|disconnect|reject)", re.I)


def sites(module: Module, reach: Reach) -> Iterator[Site]:
    """Every poll that a file begins, wrappers of its own left to `wrapped`."""
    for call in module.calls:
        place = Place(module, call)
        name, owner = tree.name_of(tree.callee(call)), _owner(call)
        if name in ("setInterval", "requestInterval") and _GLOBALS.match(owner):
            yield from _interval(place, reach, Form.INTERVAL)
        elif name in _HOOKS:
            yield from _interval(place, reach, Form.HOOK)
        elif name == "setTimeout" and _GLOBALS.match(owner):
            yield from _timeout(place, reach)
        elif name in ("interval", "timer", "repeat", "repeatWhen"):
            yield from _stream(place, reach)
        elif name == "startPolling" and not _followed(place, reach):
            yield _option(place, tree.arguments(call)[0] if tree.arguments(call) else None, ())
    for node in module.nodes("while_statement", "do_statement", "for_statement"):
        yield from _loop(Place(module, node), reach)
    for node in module.nodes("pair", "jsx_attribute"):
        yield from _options(Place(module, node))


def _followed(call: Place, reach: Reach) -> bool:
    callee = tree.callee(call.node)
    return callee is not None and bool(reach.names.functions(Place(call.module, callee)))


def _owner(call: Node) -> str:
    callee = tree.callee(call)
    inner = tree.field(callee, "object") if callee is not None else None
    return tree.squeezed(inner)


def _asks(reach: Reach, starts: list[Place]) -> Led | None:
    led = reach.first(starts) if starts else None
    return led if led is not None and led.request.does is not Does.WRITE else None


def _interval(place: Place, reach: Reach, form: Form) -> Iterator[Site]:
    given = tree.arguments(place.node)
    if not given:
        return
    callback = Place(place.module, given[0])
    starts = reach.names.functions(callback)
    led = _asks(reach, starts) if starts else _named(callback, reach)
    if led is not None:
        yield Site(form, place, tuple(starts), given[1] if len(given) > 1 else None, led)


def _named(callback: Place, reach: Reach) -> Led | None:
    """A callback that can't be followed, but is called `refetch`, `loadGame` or the like."""
    node = tree.bare(callback.node)
    if node is None or node.type not in ("identifier", "member_expression"):
        return None
    name = tree.name_of(node)
    binding = callback.module.binding(node) if node.type == "identifier" else None
    if binding is not None and binding.parameter is not None and not binding.path[1:]:
        return None  # a wrapper's parameter: its callers say
    request = reads.by_name(name, tree.squeezed(node))
    return Led(request, callback, (), (callback,)) if request is not None else None


def _timeout(place: Place, reach: Reach) -> Iterator[Site]:
    given = tree.arguments(place.node)
    if not given:
        return
    starts = reach.names.functions(Place(place.module, given[0]))
    reloads = _reloads(place, starts)
    if not starts or not (reloads or reach.passes(starts, place.node)):
        return
    led = _asks(reach, starts)
    if led is None or (not reloads and (_after_failure(place.node) or _bounded(place, starts))):
        return
    yield Site(Form.TIMEOUT, place, tuple(starts), given[1] if len(given) > 1 else None, led)


def _reloads(place: Place, starts: list[Place]) -> bool:
    """A page that loads itself again after a while, as soon as it is there."""
    around = tree.enclosing(place.node, tree.FUNCTIONS)
    again = ("location.reload", "window.location.reload")
    calls = [call for start in starts for call in calls_in(start.node)]
    return around is None and any(tree.squeezed(tree.callee(call)) in again for call in calls)


def _after_failure(node: Node) -> bool:
    """Whether this only comes after a failure: a retry, which ends when it works."""
    above: Node | None = node
    while above is not None and above.type != "program":
        if above.type in _FAILS:
            return True
        if above.type in tree.FUNCTIONS:
            return _handles_failure(above) or _FAILED.match(_function_name(above)) is not None
        above = above.parent
    return False


def _handles_failure(function: Node) -> bool:
    above = function.parent
    if above is None:
        return False
    if above.type == "arguments" and above.parent is not None:
        name = tree.name_of(tree.callee(above.parent))
        given = tree.arguments(above.parent)
        event = tree.string_value(given[0]) if given else None
        if event is not None:
            return _FAILED.match(event) is not None
        second = name == "then" and len(given) > 1 and given[1] == function
        return name in ("catch", "fail", "error") or second
    if above.type == "assignment_expression":
        return _FAILED.match(tree.name_of(tree.field(above, "left"))) is not None
    if above.type == "pair":
        return _FAILED.match(tree.text(tree.field(above, "key"))) is not None
    return False


def _function_name(function: Node) -> str:
    own = tree.field(function, "name")
    if own is not None:
        return tree.text(own)
    above = function.parent
    while above is not None and above.type in ("call_expression", "arguments", *tree.WRAPPERS):
        above = above.parent
    if above is not None and above.type in ("variable_declarator", "public_field_definition"):
        return tree.text(tree.field(above, "name"))
    if above is not None and above.type == "pair":
        return tree.text(tree.field(above, "key"))
    return ""


def _bounded(place: Place, starts: list[Place]) -> bool:
    """Whether it gives up after some attempts, or is only a wait for something to be ready."""
    around = tree.enclosing(place.node, tree.FUNCTIONS)
    functions = [each for each in (around, *(start.node for start in starts)) if each is not None]
    if any(_WAITS.search(_function_name(each)) for each in functions):
        return True
    above = place.node.parent
    while above is not None and above not in functions:
        if above.type == "if_statement" and _BOUNDED.search(tree.text(tree.field(above, "condition"))):
            return True
        above = above.parent
    return any(_gives_up(each) for each in functions)


def _gives_up(function: Node) -> bool:
    for node in tree.walk_within(function):
        if node.type != "if_statement":
            continue
        condition = tree.text(tree.field(node, "condition"))
        if _BOUNDED.search(condition) and re.search(r"[<>]", condition):
            return True
    return False


def _loop(place: Place, reach: Reach) -> Iterator[Site]:
    """`while (true) { await load(); await sleep(5000) }`."""
    body = tree.field(place.node, "body")
    if body is None:
        return
    waits = [node for node in tree.walk_within(body) if node.type == "await_expression"]
    pauses = [node for node in waits if _SLEEPS.search(tree.squeezed(tree.bare(node))[:60])]
    if not pauses or _counted(place.node) or _WAITS.search(_name_around(place.node)):
        return
    led = _asks(reach, [Place(place.module, body)])
    if led is None or all(_within_catch(pause, place.node) for pause in pauses):
        return
    call = tree.bare(pauses[0])
    given = tree.arguments(call) if call is not None and call.type == "call_expression" else []
    yield Site(Form.LOOP, place, (Place(place.module, body),), given[0] if given else None, led)


def _name_around(node: Node) -> str:
    around = tree.enclosing(node, tree.FUNCTIONS)
    return _function_name(around) if around is not None else ""


def _counted(loop: Node) -> bool:
    condition = tree.text(tree.field(loop, "condition"))
    return bool(re.search(r"[<>]", condition)) or _BOUNDED.search(condition) is not None


def _within_catch(node: Node, loop: Node) -> bool:
    above = node.parent
    while above is not None and above != loop:
        if above.type == "catch_clause":
            return True
        above = above.parent
    return False


def _stream(place: Place, reach: Reach) -> Iterator[Site]:
    """`interval(5000).pipe(switchMap(() => this.http.get(…)))` of rxjs."""
    callee = tree.callee(place.node)
    root = callee
    while root is not None and root.type == "member_expression":
        root = tree.bare(tree.field(root, "object"))
    binding = place.module.binding(root) if root is not None and root.type == "identifier" else None
    name, given = tree.name_of(callee), tree.arguments(place.node)
    known = binding is not None and binding.module.startswith("rxjs")
    chained = callee is not None and callee.type == "member_expression" and tree.text(root) in ("Observable", "Rx", "rxjs")
    if not (known or chained) or (name == "timer" and len(given) < 2 and not chained):
        return
    top = _whole_chain(place.node)
    starts = [
        function
        for call in tree.walk(top)
        if call.type == "call_expression"
        for each in tree.arguments(call)
        for function in reach.names.functions(Place(place.module, each))
    ]
    led = _asks(reach, starts) or _asks(reach, [Place(place.module, top)])
    if led is not None:
        yield Site(Form.STREAM, place, tuple(starts), given[-1] if given else None, led)


def _whole_chain(node: Node) -> Node:
    above = node.parent
    kinds = ("member_expression", "call_expression", "arguments", "parenthesized_expression")
    while above is not None and above.type in kinds:
        node, above = above, above.parent
    return node


def _options(place: Place) -> Iterator[Site]:
    node = place.node
    if node.type == "jsx_attribute":
        parts = node.named_children
        name = tree.text(parts[0])
        value = parts[1].named_children[0] if len(parts) > 1 and parts[1].named_children else None
    else:
        name, value = tree.text(tree.field(node, "key")).strip("'\""), tree.field(node, "value")
    if name not in _OPTIONS or value is None or tree.text(value) in _OFF:
        return
    if node.type == "jsx_attribute" and "Session" in tree.text(node.parent):
        return  # next-auth keeps its token fresh so: nothing that realtime brings
    yield _option(place, value, tuple(_switches(node)))


def _switches(pair: Node) -> Iterator[tuple[Node, bool]]:
    around = pair.parent
    if around is None or around.type != "object":
        return
    for name, value in tree.pairs(around):
        if name in ("enabled", "skip", "pause"):
            yield value, name == "enabled"


def _option(place: Place, every: Node | None, switches: tuple[tuple[Node, bool], ...]) -> Site:
    request = Request(Does.READ, _query(place))
    led = Led(request, place, (), (place,))
    return Site(Form.OPTION, place, (), every, led, switches)


def _query(place: Place) -> str:
    """What a query option belongs to: its key, its document, or the hook that takes it."""
    above = place.node.parent
    while above is not None and above.type in ("object", "pair", "arguments"):
        if above.type == "object":
            for key in ("queryKey", "queryFn", "query"):
                value = tree.property_of(above, key)
                if value is not None:
                    return tree.squeezed(value)[:60]
        above = above.parent
    if above is not None and above.type == "call_expression":
        given = tree.arguments(above)
        first = given[0] if given and given[0].type != "object" else None
        shown = tree.squeezed(tree.callee(above))
        return tree.string_value(first) or f"{shown}({tree.squeezed(first)[:40]})"
    return "a query"


@dataclass(frozen=True)
class Wrapper:
    """A function of the app's own that runs what it is given again and again."""

    function: Place
    name: str
    argument: int
    property: str
    every: Node | None
    timer: Place


def wrappers(module: Module, names: Names) -> Iterator[Wrapper]:
    """Helpers such as `usePolling(load, 5000)` that a file defines."""
    for call in module.calls:
        name = tree.name_of(tree.callee(call))
        given = tree.arguments(call)
        if name not in ("setInterval", "setTimeout", *_HOOKS) or not given:
            continue
        place = Place(module, call)
        callback = Place(module, given[0])
        called = [callback]
        for function in names.functions(callback):
            inner = [tree.callee(each) for each in calls_in(function.node)]
            called += [Place(function.module, each) for each in inner if each is not None]
        for each in called:
            yield from _wrapper(each, place, given[1] if len(given) > 1 else None)


def _wrapper(called: Place, timer: Place, every: Node | None) -> Iterator[Wrapper]:
    node = tree.bare(called.node)
    if node is not None and node.type == "member_expression" and tree.name_of(node) == "current":
        kept = [value for value in called.module.members.get("current", []) if value.type == "identifier"]
        holder = tree.field(node, "object")
        binding = called.module.binding(holder) if holder is not None and holder.type == "identifier" else None
        if binding is not None and binding.node is not None and binding.node.type == "call_expression":
            kept += [each for each in tree.arguments(binding.node) if each.type == "identifier"]
        node = kept[0] if kept else None
    if node is None or node.type != "identifier":
        return
    binding = called.module.binding(node)
    if binding is None or binding.parameter is None:
        return
    function = binding.parameter
    name = _function_name(function)
    repeats = timer.node != called.node or tree.name_of(tree.callee(timer.node)) != "setTimeout"
    if name and repeats:
        prop = binding.path[1] if len(binding.path) > 1 else ""
        index = int(binding.path[0])
        yield Wrapper(Place(called.module, function), name, index, prop, every, timer)


def wrapped(module: Module, reach: Reach, known: list[Wrapper]) -> Iterator[Site]:
    """The calls of such helpers in a file."""
    by_name: dict[str, list[Wrapper]] = {}
    for each in known:
        by_name.setdefault(each.name, []).append(each)
    for call in module.calls:
        callee = tree.callee(call)
        for wrapper in by_name.get(tree.name_of(callee), []):
            targets = {target.key for target in reach.names.functions(Place(module, callee))} if callee else set()
            given = tree.arguments(call)
            if wrapper.function.key not in targets or len(given) <= wrapper.argument:
                continue
            argument: Node | None = given[wrapper.argument]
            if wrapper.property:
                argument = tree.property_of(tree.bare(argument), wrapper.property)
            if argument is None:
                continue
            starts = reach.names.functions(Place(module, argument))
            led = _asks(reach, starts) if starts else _named(Place(module, argument), reach)
            if led is not None:
                step = Step(wrapper.name, wrapper.function.module.path, wrapper.function.module.line(wrapper.timer.node))
                led = Led(led.request, led.call, (step, *led.way), led.calls)
                rest = [each for each in given if each != given[wrapper.argument]]
                yield Site(Form.WRAPPER, Place(module, call), tuple(starts), rest[0] if rest else wrapper.every, led)
            break
