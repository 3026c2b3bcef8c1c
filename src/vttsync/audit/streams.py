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
_SLEEPS = re.compile(r"sleep|delay|wait|timeout|pause|setTimeout", re.IGNORECASE)
_RX = ("Observable", "Rx", "rxjs")
_CHAIN = frozenset(
    {"member_expression", "call_expression", "arguments", "parenthesized_expression"}
)


def loops(place: Place, reach: Reach) -> Iterator[Site]:
    """`while (true) { await load(); await sleep(5000) }`."""
    body = tree.field(place.node, "body")
    if body is None:
        return
    waits = [node for node in tree.walk_within(body) if node.type == "await_expression"]
    pauses = [node for node in waits if _SLEEPS.search(tree.squeezed(tree.bare(node))[:60])]
    ends = endings.counted(tree.field(place.node, "condition"))
    if not pauses or ends or endings.waits(endings.name_around(place.node)):
        return
    led = asks(reach, [Place(place.module, body)])
    if led is None or all(endings.within_catch(pause, place.node) for pause in pauses):
        return
    if any(node.type == "return_statement" and node.named_children for node in _own(body)):
        return  # it waits for an answer and gives that back
    call = tree.bare(pauses[0])
    yield Site(Form.LOOP, place, (Place(place.module, body),), _pause(call), led)


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
        yield Site(Form.STREAM, place, tuple(starts), given[-1] if given else None, led)


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
    return known and (name != "timer" or given > 1)


def whole_chain(node: Node) -> Node:
    above = node.parent
    while above is not None and above.type in _CHAIN:
        node, above = above, above.parent
    return node
