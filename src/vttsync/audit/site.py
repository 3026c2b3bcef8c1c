"""A poll, or what may be one: where it is, what it runs, what it asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tree_sitter import Node

from vttsync.audit import reads
from vttsync.audit.asking import Does, Request
from vttsync.audit.code import tree
from vttsync.audit.code.bindings import Binding
from vttsync.audit.code.names import Place
from vttsync.audit.reach import Led, Reach, Step


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


_QUERY = re.compile(r"use\w*(?:Fetch|Query|Request|AsyncData|Axios|Api|SWR)$")
_AGAIN = frozenset({"execute", "refresh", "refetch", "reload", "run", "mutate", "load"})
_CALL = re.compile(r"\s*([\w$]+)\(")
_NAME = re.compile(r"[\w$.]+")


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


def option_name(option: Node) -> str:
    """The name of an attribute, or of a property; also of one by itself: `{ pollInterval }`."""
    if option.type == "shorthand_property_identifier":
        return tree.text(option)
    if option.type == "jsx_attribute":
        return tree.text(next(iter(option.named_children), None))
    return tree.text(tree.field(option, "key")).strip("'\"")


def owner(call: Node) -> str:
    """What a method is called on, as text: `window` of `window.setTimeout`."""
    callee = tree.callee(call)
    inner = tree.field(callee, "object") if callee is not None else None
    return tree.squeezed(inner)


def asks(
    reach: Reach, starts: list[Place], counts: Callable[[Led], bool] = lambda _led: True
) -> Led | None:
    """The request behind these functions, when it asks and doesn't only tell."""
    led = reach.first(starts, counts) if starts else None
    return led if led is not None and led.request.does is not Does.WRITE else None


def asked_by(
    callback: Place, reach: Reach, counts: Callable[[Led], bool] = lambda _led: True
) -> tuple[list[Place], Led | None]:
    """The functions that a callback can be, and the request behind them.

    One that can't be followed is judged by its name: `refetch`, `loadGame`.

    Args:
        callback: what is run again and again.
        reach: follows calls.
        counts: whether a request is part of that.
    """
    callback = _evaluated(callback)
    starts = reach.names.functions(callback)
    if not starts:
        return [], _named(callback)
    led, name = asks(reach, starts, counts), tree.squeezed(tree.bare(callback.node))
    if led is not None and _NAME.fullmatch(name):
        step = Step(name, starts[0].module.path, starts[0].module.line(starts[0].node))
        led = replace(led, way=(step, *led.way))
    return starts, led


def _evaluated(callback: Place) -> Place:
    """The function that a text calls: `setInterval("load()", 1000)`, as one did long ago."""
    text = tree.string_value(callback.node)
    called = _CALL.match(text) if text else None
    binding = callback.module.outermost(called[1]) if called else None
    if binding is None or binding.node is None:
        return callback
    return Place(callback.module, binding.node)


def _of_a_query(binding: Binding | None) -> Request | None:
    """`execute` of `const { data, execute } = useFetch("/api/turn").json()`."""
    if binding is None or binding.node is None or binding.original not in _AGAIN:
        return None
    made = tree.bare(binding.node)
    while made is not None and made.type == "call_expression":
        callee = tree.callee(made)
        if callee is not None and callee.type == "identifier":
            return Request(Does.READ, "a query") if _QUERY.match(tree.text(callee)) else None
        made = tree.bare(tree.field(callee, "object")) if callee is not None else None
    return None


def _named(callback: Place) -> Led | None:
    node = tree.bare(callback.node)
    if node is None or node.type not in ("identifier", "member_expression"):
        return None
    binding = callback.module.binding(node) if node.type == "identifier" else None
    if binding is not None and binding.parameter is not None and not binding.path[1:]:
        return None  # a helper's parameter: its callers say
    request = _of_a_query(binding) or reads.by_name(tree.name_of(node), tree.squeezed(node))
    return Led(request, callback, (), (callback,)) if request is not None else None
