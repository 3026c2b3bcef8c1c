"""Functions of the app's own that run what they are given again and again: `usePolling(load)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tree_sitter import Node

from vttsync.audit import endings
from vttsync.audit.code import tree
from vttsync.audit.code.bindings import Binding
from vttsync.audit.code.module import CLASSES, Module
from vttsync.audit.code.names import Names, Place
from vttsync.audit.options import switched
from vttsync.audit.reach import Reach, Step, calls_in
from vttsync.audit.site import Form, Site, asked_by
from vttsync.audit.sites import HOOKS
from vttsync.audit.streams import TICKS, pauses_of, ticks, whole_chain

_TIMERS = ("setInterval", "setTimeout", *HOOKS)


@dataclass(frozen=True)
class Wrapper:
    """Such a function, or a class.

    Attributes:
        whole: the function, or the class whose constructor takes what is run.
        argument: which of its arguments is run, from 0.
        property: which property of that argument; empty for the argument itself.
        every: how often, where it says so itself.
        timer: the call in it that repeats.
    """

    whole: Place
    name: str
    argument: int
    property: str
    every: Node | None
    timer: Place


def wrappers(module: Module, reach: Reach) -> Iterator[Wrapper]:
    """Those that a file defines."""
    for name in (*_TIMERS, *TICKS):
        for call in module.calls_of(name):
            given = tree.arguments(call)
            if not given:
                continue
            if name in TICKS:
                yield from _streaming(Place(module, call), given)
            else:
                yield from _timing(Place(module, call), given, reach)
    for node in module.nodes("while_statement", "do_statement", "for_statement"):
        yield from _looping(Place(module, node))


def _looping(timer: Place) -> Iterator[Wrapper]:
    """`while (alive) { await task(); await sleep(ms); }`."""
    body, pauses = tree.field(timer.node, "body"), pauses_of(timer)
    if body is None or not pauses:
        return
    for call in calls_in(body):
        callee = tree.callee(call)
        if callee is not None and tree.name_of(callee) != "setTimeout":
            for each in (callee, tree.bare(tree.field(callee, "object"))):  # `task().catch(…)`
                inner = tree.callee(each) if each and each.type == "call_expression" else each
                if inner is not None:
                    yield from _wrapper(Place(timer.module, inner), timer, [])


def _timing(timer: Place, given: list[Node], reach: Reach) -> Iterator[Wrapper]:
    """`setInterval(task, ms)`, and what calls the task in turn."""
    callback = Place(timer.module, given[0])
    functions = reach.names.functions(callback)
    once = tree.name_of(tree.callee(timer.node)) == "setTimeout"
    if once and not reach.passes(functions, timer.node):
        return
    called = [] if once else [callback]
    for function in functions:
        for each in calls_in(function.node):
            callee = tree.callee(each)
            if callee is not None and not (once and endings.in_last_round(each, timer.node)):
                called.append(Place(function.module, callee))
    for place in called:
        yield from _wrapper(place, timer, given[1:2])


def _streaming(timer: Place, given: list[Node]) -> Iterator[Wrapper]:
    """`timer(0, ms).pipe(switchMap(() => source()))`."""
    if not ticks(timer, len(given)):
        return
    for call in calls_in(whole_chain(timer.node)):
        callee = tree.callee(call)
        if callee is not None:
            yield from _wrapper(Place(timer.module, callee), timer, given[-1:])


def _wrapper(called: Place, timer: Place, every: list[Node]) -> Iterator[Wrapper]:
    binding = _parameter(called)
    if binding is None or binding.parameter is None:
        return
    function, whole = binding.parameter, binding.parameter
    name = endings.function_name(function)
    if name == "constructor":
        whole = tree.enclosing(function, CLASSES) or function
        name = tree.text(tree.field(whole, "name"))
    if name:
        index, prop = int(binding.path[0]), "".join(binding.path[1:2])
        place = Place(called.module, whole)
        yield Wrapper(place, name, index, prop, every[0] if every else None, timer)


def _parameter(called: Place) -> Binding | None:
    """The parameter behind a name, or behind what was kept of it: in a ref, in `this`."""
    node = tree.bare(called.node)
    kept = _kept_in_a_ref(called) or (_kept_in_this(called.module, node) if node else None)
    if isinstance(kept, Binding):
        return kept
    node = kept or node
    if node is None or node.type != "identifier":
        return None
    binding = called.module.binding(node)
    return binding if binding is not None and binding.parameter is not None else None


def _kept_in_this(module: Module, node: Node) -> Binding | Node | None:
    """What the constructor kept as `this.task`."""
    owner = tree.field(node, "object") if node.type == "member_expression" else None
    around = tree.enclosing(node, CLASSES) if owner is not None and owner.type == "this" else None
    if around is None:
        return None
    name = tree.name_of(node)
    for value in module.members.get(name, []):
        if value.type == "identifier" and tree.enclosing(value, CLASSES) == around:
            return value
    return module.kept_parameter(around, name)


def _kept_in_a_ref(called: Place) -> Node | None:
    """The name behind `saved.current()`: React's way to run the newest callback."""
    node = tree.bare(called.node)
    if node is None or node.type != "member_expression" or tree.name_of(node) != "current":
        return None
    module = called.module
    kept = [value for value in module.members.get("current", []) if value.type == "identifier"]
    holder = tree.field(node, "object")
    binding = module.binding(holder) if holder is not None and holder.type == "identifier" else None
    begun = binding.node if binding is not None else None
    if begun is not None and begun.type == "call_expression":
        kept += [each for each in tree.arguments(begun) if each.type == "identifier"]
    return kept[0] if kept else None


def wrapped(module: Module, reach: Reach, known: list[Wrapper]) -> Iterator[Site]:
    """The calls of such functions in a file."""
    told = set()
    for wrapper in known:
        for call in module.calls_of(wrapper.name):
            if call.id in told or not _calls(Place(module, call), wrapper, reach.names):
                continue
            for site in _used(Place(module, call), wrapper, reach):
                told.add(call.id)
                yield site


def _calls(call: Place, wrapper: Wrapper, names: Names) -> bool:
    callee = tree.callee(call.node)
    if callee is None:
        return False
    place = Place(call.module, callee)
    known = names.values(place) if call.node.type == "new_expression" else names.functions(place)
    return wrapper.whole.key in {target.key for target in known}


def _used(call: Place, wrapper: Wrapper, reach: Reach) -> Iterator[Site]:
    given = tree.arguments(call.node)
    if len(given) <= wrapper.argument:
        return
    argument: Node | None = given[wrapper.argument]
    rest = [each for each in given if each != argument]
    if wrapper.property:
        argument = tree.property_of(tree.bare(argument), wrapper.property)
    if argument is None:
        return
    starts, led = asked_by(Place(call.module, argument), reach)
    if led is None:
        return
    inside = wrapper.whole.module
    step = Step(wrapper.name, inside.path, inside.line(wrapper.timer.node))
    led = replace(led, way=(step, *led.way))
    every = rest[0] if rest else wrapper.every
    switches = [each for given in rest if given.type == "object" for each in switched(given)]
    yield Site(Form.WRAPPER, call, tuple(starts), every, led, tuple(switches))
