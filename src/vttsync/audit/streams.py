"""Loops that wait between two rounds, and streams of rxjs that tick."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from vttsync.audit import endings
from vttsync.audit.code import tree
from vttsync.audit.code.names import Place
from vttsync.audit.reach import Reach
from vttsync.audit.site import Form, Site, asks

TICKS = frozenset({"interval", "timer", "repeat", "repeatWhen"})
_SLEEPS = re.compile(r"sleep|delay|(?<!a)wait|timeout|pause", re.IGNORECASE)
_OVER = re.compile(r"over|end|stop|clos|leav|left|cancel|abort|dispos", re.IGNORECASE)
_RX = ("Observable", "Rx", "rxjs")
_CHAIN = tree.named(
    """member_expression call_expression arguments parenthesized_expression array ternary_expression
    arrow_function"""
)
_OPERATORS = tree.named(
    "switchMap mergeMap concatMap exhaustMap flatMap expand defer repeatWhen map iif"
)


def loops(place: Place, reach: Reach) -> Iterator[Site]:
    """`while (true) { await load(); await sleep(5000) }`."""
    body, pauses = tree.field(place.node, "body"), pauses_of(place)
    if body is None or (not pauses and not _is_endless(place.node, body)):
        return
    led = asks(reach, [Place(place.module, body)])
    if led is None or (pauses and all(endings.within_catch(it, place.node) for it in pauses)):
        return
    every = _pause(tree.bare(pauses[0])) if pauses else None
    yield Site(Form.LOOP, place, (Place(place.module, body),), every, led)


def pauses_of(place: Place) -> list[Node]:
    """Where a loop waits between two rounds; none for one that ends by itself."""
    body = tree.field(place.node, "body")
    if body is None:
        return []
    waits = [node for node in tree.walk_within(body) if node.type == "await_expression"]
    pauses = [node for node in waits if _is_pause(tree.bare(node))]
    ends = endings.counted(tree.field(place.node, "condition"))
    if not pauses or ends or _is_waited_for(place.node, body):
        return []
    if endings.waits(endings.name_around(place.node)):
        return []
    if any(node.type == "return_statement" and node.named_children for node in _own(body)):
        return []  # it waits for an answer and gives that back
    return pauses


def _is_pause(waited: Node | None) -> bool:
    text = tree.squeezed(waited)
    return _SLEEPS.search(text[:60]) is not None or "setTimeout(" in text


def _is_endless(loop: Node, body: Node) -> bool:
    """Whether it asks again as soon as it is answered, for ever: a long poll."""
    condition = tree.squeezed(tree.bare(tree.field(loop, "condition")))
    if condition not in ("", ";", "true", "1"):
        return False
    if loop.type == "for_statement" and tree.field(loop, "increment") is not None:
        return False
    return not any(node.type in ("return_statement", "break_statement") for node in _own(body))


def _is_waited_for(loop: Node, body: Node) -> bool:
    """Whether it goes on until an answer says so: `while (!isUnpacked) { … isUnpacked = …; }`.

    What ends as the game does, or the page, is a poll all the same.
    """
    condition = tree.bare(tree.field(loop, "condition"))
    while condition is not None and condition.type == "unary_expression":
        condition = tree.bare(tree.field(condition, "argument"))
    name = tree.text(condition)
    if condition is None or condition.type != "identifier" or _OVER.search(name):
        return False
    return any(
        node.type == "assignment_expression" and tree.text(tree.field(node, "left")) == name
        for node in _own(body)
    )


def _own(body: Node) -> Iterator[Node]:
    return tree.walk_within(body)


def _pause(call: Node | None) -> Node | None:
    """How long `sleep(5000)`, or `new Promise((done) => setTimeout(done, 5000))`, waits."""
    if call is None or call.type not in ("call_expression", "new_expression"):
        return None
    for node in tree.walk(call):
        if node.type == "call_expression" and tree.name_of(tree.callee(node)) == "setTimeout":
            given = tree.arguments(node)
            return given[1] if len(given) > 1 else None
    given = tree.arguments(call)
    return given[0] if given and call.type == "call_expression" else None


def streams(place: Place, reach: Reach) -> Iterator[Site]:
    """`interval(5000).pipe(switchMap(() => this.http.get(…)))` of rxjs."""
    given = tree.arguments(place.node)
    if not ticks(place, len(given)):
        return
    top = whole_chain(place.node)
    starts = [
        function
        for call in tree.walk(top)
        if call.type == "call_expression"
        for each in tree.arguments(call)
        for function in reach.names.functions(Place(place.module, each))
    ]
    led = asks(reach, starts) or asks(reach, [Place(place.module, top)])
    if led is not None:
        every = given[-1] if given else None
        yield Site(Form.STREAM, place, tuple(starts), every, led, tuple(_filters(top)))


def ticks(place: Place, given: int) -> bool:
    """Whether a call of `interval`, `timer` or `repeat` with so many arguments is one of rxjs.

    `timer(2000)` ticks once.
    """
    callee = tree.callee(place.node)
    name = tree.name_of(callee)
    root = callee
    while root is not None and root.type == "member_expression":
        root = tree.bare(tree.field(root, "object"))
    binding = place.module.binding(root) if root is not None and root.type == "identifier" else None
    if callee is not None and callee.type == "member_expression" and tree.text(root) in _RX:
        return True
    known = binding is not None and binding.module.startswith("rxjs")
    return known and (name != "timer" or given > 1 or _is_within_expand(place.node))


def _is_within_expand(node: Node) -> bool:
    """Whether a single tick is one of many: `expand(() => timer(5000).pipe(…))`."""
    around = tree.enclosing(node, tree.FUNCTIONS)
    call = around.parent.parent if around is not None and around.parent is not None else None
    return call is not None and tree.name_of(tree.callee(call)) in ("expand", "repeatWhen")


def whole_chain(node: Node) -> Node:
    """The expression that a tick is part of, out of the operators' functions that it is in."""
    above = node.parent
    while above is not None and above.type in _CHAIN:
        if above.type == "arrow_function" and not _is_an_operators(above):
            break
        node, above = above, above.parent
    return node


def _is_an_operators(function: Node) -> bool:
    call = function.parent.parent if function.parent is not None else None
    return (
        call is not None
        and call.type == "call_expression"
        and tree.name_of(tree.callee(call)) in _OPERATORS
    )


def _filters(chain: Node) -> Iterator[tuple[Node, bool]]:
    """What must hold for a tick to pass: `filter(([, connected]) => !connected)`."""
    for call in tree.walk(chain):
        if call.type == "call_expression" and tree.name_of(tree.callee(call)) == "filter":
            given = tree.arguments(call)
            body = tree.field(given[0], "body") if given else None
            if body is not None and body.type != "statement_block":
                yield body, True
