"""The address of a request as a person would name it, from wherever its parts are written."""

from __future__ import annotations

import re

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place
from vttsync.audit.reach import Led

_HANDS = 8  # functions that an address is handed through
_DEEPEST = 6  # names that stand for names
_LONGEST = 80  # characters that are shown
_FILLED = "…"
_URLS = ("URL", "Request", "String", "encodeURI")


def address(led: Led, names: Names) -> str:
    """What is asked; `…` stands for what is filled in."""
    place = _handed_down(led)
    if place is None:
        return led.request.what
    text = re.sub(f"{_FILLED}+", _FILLED, _spoken(place, names, 0))
    if not text.strip(_FILLED):
        return led.request.what
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}{_FILLED}"


def _handed_down(led: Led) -> Place | None:
    """The expression of the address, in the function that was the first to know it."""
    node, at = tree.bare(led.request.subject), len(led.calls) - 1
    for _ in range(_HANDS):
        if node is None:
            return None
        place = Place(led.calls[at].module, node)
        binding = place.module.binding(node) if node.type == "identifier" else None
        if binding is None:
            return place
        if binding.parameter is None:
            if binding.path or binding.node is None or binding.node.type in tree.FUNCTIONS:
                return place
            node = tree.bare(binding.node)
            continue
        if len(binding.path) != 1 or at == 0:
            return place
        at -= 1
        given, position = tree.arguments(led.calls[at].node), int(binding.path[0])
        if position >= len(given):
            return place
        node = tree.bare(given[position])
    return None


def _spoken(place: Place, names: Names, depth: int) -> str:
    node = tree.bare(place.node)
    if node is None or depth > _DEEPEST:
        return _FILLED
    here = Place(place.module, node)
    if node.type == "string":
        return tree.string_value(node) or ""
    if node.type == "template_string":
        return _template(here, names, depth)
    if node.type in ("identifier", "member_expression"):
        return _constant(here, names, depth)
    inner = _parts(node)
    return (
        "".join(_spoken(Place(place.module, each), names, depth + 1) for each in inner) or _FILLED
    )


def _parts(node: Node) -> list[Node]:
    """The expressions that an address is put together from."""
    if node.type == "binary_expression" and tree.text(tree.field(node, "operator")) == "+":
        return [node.named_children[0], node.named_children[-1]]
    if node.type == "ternary_expression":
        return [each for each in (tree.field(node, "consequence"),) if each is not None]
    if node.type in ("call_expression", "new_expression"):
        callee = tree.callee(node)
        if tree.name_of(callee) in _URLS:
            return tree.arguments(node)[:1]
        if tree.name_of(callee) == "toString" and callee is not None:
            return [each for each in (tree.field(callee, "object"),) if each is not None]
    return []


def _template(place: Place, names: Names, depth: int) -> str:
    parts = []
    for child in place.node.children[1:-1]:
        if child.type != "template_substitution":
            parts.append(tree.text(child))
        elif child.named_children:
            parts.append(_constant(Place(place.module, child.named_children[0]), names, depth))
    return "".join(parts)


def _constant(place: Place, names: Names, depth: int) -> str:
    """The text that a name always stands for; `…` for all others."""
    values = names.values(place)
    if len(values) != 1 or values[0].node.type not in _TEXTS:
        return _FILLED
    return _spoken(values[0], names, depth + 1)


_TEXTS = frozenset({"string", "template_string", "binary_expression", "identifier"})
_TEXTS |= {"member_expression"}
