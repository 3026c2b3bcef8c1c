"""Polls that are an option of a query: TanStack Query, SWR, RTK Query, Apollo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from vttsync.audit.asking import Does, Request
from vttsync.audit.code import tree
from vttsync.audit.code.names import Place
from vttsync.audit.reach import Led
from vttsync.audit.site import Form, Site, option_name

_OPTIONS = frozenset({"refetchInterval", "refreshInterval", "pollingInterval", "pollInterval"})
_OFF = frozenset({"false", "0", "undefined", "null", "Infinity"})
_SWR = "refreshInterval"  # to which Infinity is not off: it asks as fast as it can
_SWITCHES = ("enabled", "skip", "pause", "paused", "disabled")
_KEYS = ("queryKey", "queryFn", "query")
_SHORT = "shorthand_property_identifier"
_NAMES = ("identifier", _SHORT)
_QUERIES = re.compile(
    r"use\w*(?:Query|Queries|SWR\w*|Subscription)$|(?:create|inject)\w*Query|\w*[qQ]ueryOptions$"
)


def options(place: Place) -> Iterator[Site]:
    """The poll that a property, or an attribute in JSX, switches on."""
    node, name = place.node, option_name(place.node)
    value = _value(node)
    if name not in _OPTIONS or value is None or _is_about_props(node):
        return
    if node.type == "jsx_attribute" and "Session" in tree.text(node.parent):
        return  # next-auth keeps its token fresh so: nothing that realtime brings
    if node.type == _SHORT and not _is_a_querys(node):
        return
    usual = _default(place, value)
    if usual is None and _is_handed_on(place, value, name):
        return  # whoever hands it over is found
    value = usual or value
    begun = tree.text(_begun_with(place, value))
    endless = name == _SWR and begun == "Infinity"
    if begun not in _OFF or endless:
        yield option(place, value, tuple(_switches(node)))


def _value(node: Node) -> Node | None:
    """What an option is given."""
    if node.type == _SHORT:
        return node
    if node.type != "jsx_attribute":
        return tree.field(node, "value")
    given = node.named_children[1:2]
    return next(iter(given[0].named_children), None) if given else None


def _is_a_querys(short: Node) -> bool:
    """Whether `{ refreshInterval }` is given to a query: a setting may be called so as well."""
    around = short.parent
    if any(tree.property_of(around, key) is not None for key in _KEYS):
        return True
    above = around.parent if around is not None else None
    call = above.parent if above is not None and above.type == "arguments" else None
    return call is not None and _QUERIES.match(tree.name_of(tree.callee(call))) is not None


def _default(place: Place, value: Node) -> Node | None:
    """What a parameter is where nobody hands it over: `(ms = 5000) =>`, `({ ms = 5000 }) =>`."""
    plain = tree.bare(value)
    if plain is None or plain.type not in _NAMES:
        return None
    binding = place.module.binding(plain)
    listed = tree.field(binding.parameter, "parameters") if binding and binding.parameter else None
    if binding is None or listed is None:
        return None
    given = listed.named_children[int(binding.path[0])]
    if len(binding.path) == 1:
        return tree.field(given, "value")
    for each in tree.walk(given):
        left = tree.field(each, "left") if each.type == "object_assignment_pattern" else None
        if left is not None and tree.text(left) == tree.text(plain):
            return tree.field(each, "right")
    return None


def _is_about_props(pair: Node) -> bool:
    """Whether this is React's `propTypes` or `defaultProps`: a component's, and no query's."""
    holder = pair.parent.parent if pair.parent is not None else None
    if holder is None or holder.type not in ("public_field_definition", "assignment_expression"):
        return False
    kept = tree.field(holder, "name") or tree.field(holder, "left")
    return tree.squeezed(kept).endswith(("propTypes", "defaultProps"))


def _is_handed_on(place: Place, value: Node, name: str) -> bool:
    """Whether this only hands on the option of the same name that the function is given.

    A parameter by position is no option: what its callers give it has no name to be found by.
    """
    whole = root = tree.bare(value)
    if root is None or name not in (tree.text(root), tree.name_of(root)):
        return False
    while root is not None and root.type == "member_expression":
        root = tree.bare(tree.field(root, "object"))
    named = root is not None and root.type in _NAMES
    binding = place.module.binding(root) if root is not None and named else None
    if binding is None or binding.parameter is None:
        return False
    return root != whole or len(binding.path) > 1


def _holds(value: Node, inner: Node) -> bool:
    return value.start_byte <= inner.start_byte and inner.end_byte <= value.end_byte


def option(place: Place, every: Node | None, switches: tuple[tuple[Node, bool], ...] = ()) -> Site:
    """A query that asks again by itself."""
    led = Led(Request(Does.READ, _query(place)), place, (), (place,))
    return Site(Form.OPTION, place, (), every, led, switches)


def _switches(pair: Node) -> Iterator[tuple[Node, bool]]:
    around = pair.parent
    if around is None or around.type != "object":
        return
    yield from switched(around)
    call = around.parent.parent if around.parent is not None else None
    if call is not None and call.type == "call_expression":
        given = tree.arguments(call)
        if tree.name_of(tree.callee(call)).startswith("useSWR") and given[0] != around:
            yield given[0], True  # SWR asks nothing without a key


def switched(options: Node) -> Iterator[tuple[Node, bool]]:
    """The properties of options that switch a poll on or off: what they are, what lets it run."""
    for name, value in tree.pairs(options):
        if name in _SWITCHES:
            yield value, name == "enabled"


def _begun_with(place: Place, value: Node) -> Node:
    """What a name was declared with; all else as it is."""
    plain = tree.bare(value)
    named = plain is not None and plain.type in _NAMES
    binding = place.module.binding(plain) if named and plain is not None else None
    if binding is None or binding.path or binding.node is None:
        return value
    return value if binding.node.type in tree.FUNCTIONS else binding.node


def _query(place: Place) -> str:
    """What a query option belongs to: its key, its document, or the hook that takes it."""
    above = place.node.parent
    while above is not None and above.type in ("object", "pair", "arguments"):
        for key in _KEYS:
            value = tree.property_of(above, key)
            if value is not None and not _holds(value, place.node):
                return tree.squeezed(_begun_with(place, value))[:60]
        above = above.parent
    if above is None or above.type != "call_expression":
        return "a query"
    given = tree.arguments(above)
    first = tree.bare(given[0]) if given and given[0].type != "object" else None
    hook = tree.squeezed(tree.callee(above))
    if first is not None and hook.lower().startswith("useswr"):
        return tree.string_value(first) or tree.squeezed(first)[:60]
    return f"{hook}({tree.squeezed(first)[:40]})"
