"""Functions of the app's own that run what they are given again and again: `usePolling(load)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tree_sitter import Node

from vttsync.audit import endings
from vttsync.audit.code import tree
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Names, Place
from vttsync.audit.reach import Reach, Step, calls_in
from vttsync.audit.site import Form, Site, asked_by
from vttsync.audit.sites import HOOKS

_TIMERS = ("setInterval", "setTimeout", *HOOKS)


@dataclass(frozen=True)
class Wrapper:
    """Such a function.

    Attributes:
        argument: which of its arguments is run, from 0.
        property: which property of that argument; empty for the argument itself.
        every: how often, where it says so itself.
        timer: the call in it that repeats.
    """

    function: Place
    name: str
    argument: int
    property: str
    every: Node | None
    timer: Place


def wrappers(module: Module, names: Names) -> Iterator[Wrapper]:
    """Those that a file defines."""
    for name in _TIMERS:
        for call in module.calls_of(name):
            given = tree.arguments(call)
            if not given:
                continue
            callback = Place(module, given[0])
            called = [callback]
            for function in names.functions(callback):
                inner = [tree.callee(each) for each in calls_in(function.node)]
                called += [Place(function.module, each) for each in inner if each is not None]
            for each in called:
                yield from _wrapper(each, Place(module, call), given[1:2])


def _wrapper(called: Place, timer: Place, every: list[Node]) -> Iterator[Wrapper]:
    node = _kept_in_a_ref(called) or tree.bare(called.node)
    if node is None or node.type != "identifier":
        return
    binding = called.module.binding(node)
    if binding is None or binding.parameter is None:
        return
    function = binding.parameter
    name = endings.function_name(function)
    repeats = timer.node != called.node or tree.name_of(tree.callee(timer.node)) != "setTimeout"
    if name and repeats:
        index, prop = int(binding.path[0]), "".join(binding.path[1:2])
        whole = Place(called.module, function)
        yield Wrapper(whole, name, index, prop, every[0] if every else None, timer)


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
    targets = names.functions(Place(call.module, callee)) if callee is not None else []
    return wrapper.function.key in {target.key for target in targets}


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
    inside = wrapper.function.module
    step = Step(wrapper.name, inside.path, inside.line(wrapper.timer.node))
    led = replace(led, way=(step, *led.way))
    every = rest[0] if rest else wrapper.every
    yield Site(Form.WRAPPER, call, tuple(starts), every, led)
