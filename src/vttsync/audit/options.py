"""Polls that are an option of a query: TanStack Query, SWR, RTK Query, Apollo."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from vttsync.audit.asking import Does, Request
from vttsync.audit.code import tree
from vttsync.audit.code.names import Place
from vttsync.audit.reach import Led
from vttsync.audit.site import Form, Site

_OPTIONS = frozenset({"refetchInterval", "refreshInterval", "pollingInterval", "pollInterval"})
_OFF = frozenset({"false", "0", "undefined", "null", "Infinity"})
_SWR = "refreshInterval"  # to which Infinity is not off: it asks as fast as it can
_SWITCHES = ("enabled", "skip", "pause", "paused", "disabled")
_KEYS = ("queryKey", "queryFn", "query")


def options(place: Place) -> Iterator[Site]:
    """The poll that a property, or an attribute in JSX, switches on."""
    node = place.node
    if node.type == "jsx_attribute":
        parts = node.named_children
        name = tree.text(parts[0])
        value = parts[1].named_children[0] if len(parts) > 1 and parts[1].named_children else None
    else:
        name, value = tree.text(tree.field(node, "key")).strip("'\""), tree.field(node, "value")
    if name not in _OPTIONS or value is None:
        return
    endless = name == _SWR and tree.text(value) == "Infinity"
    if tree.text(value) in _OFF and not endless:
        return
    if node.type == "jsx_attribute" and "Session" in tree.text(node.parent):
        return  # next-auth keeps its token fresh so: nothing that realtime brings
    if _is_handed_on(place, value, name) or _is_about_props(node):
        return  # whoever hands it over is found
    yield option(place, value, tuple(_switches(node)))


def _is_about_props(pair: Node) -> bool:
    """Whether this is React's `propTypes` or `defaultProps`: a component's, and no query's."""
    holder = pair.parent.parent if pair.parent is not None else None
    if holder is None or holder.type not in ("public_field_definition", "assignment_expression"):
        return False
    kept = tree.field(holder, "name") or tree.field(holder, "left")
    return tree.squeezed(kept).endswith(("propTypes", "defaultProps"))


def _is_handed_on(place: Place, value: Node, name: str) -> bool:
    """Whether this only hands on the option of the same name that the function is given."""
    if tree.name_of(value) != name:
        return False
    root = tree.bare(value)
    while root is not None and root.type == "member_expression":
        root = tree.bare(tree.field(root, "object"))
    binding = place.module.binding(root) if root is not None and root.type == "identifier" else None
    return binding is not None and binding.parameter is not None


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
    named = plain is not None and plain.type in ("identifier", "shorthand_property_identifier")
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
