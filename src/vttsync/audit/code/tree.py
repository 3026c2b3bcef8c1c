"""Syntax trees of tree-sitter, and the few questions that are asked of a node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query, QueryCursor


def named(text: str) -> frozenset[str]:
    """Names that are written as one text, with white space between them."""
    return frozenset(text.split())


FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function_declaration",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)
WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "await_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    }
)
# What is asked for by type, over whole files; tree-sitter finds these without a Python object for
# every other node.
FOUND = FUNCTIONS | named(
    """call_expression new_expression assignment_expression export_statement import_statement
    variable_declarator class_declaration public_field_definition pair jsx_attribute ERROR
    shorthand_property_identifier     while_statement do_statement for_statement"""
)
_HIGHEST = 200
_LONGEST = 2000  # bytes
_SPACE = re.compile(r"\s+")


@cache
def _language(*, tsx: bool) -> Language:
    grammar = tree_sitter_typescript
    return Language(grammar.language_tsx() if tsx else grammar.language_typescript())


@cache
def _query(*, tsx: bool) -> Query:
    language = _language(tsx=tsx)
    known = [kind for kind in FOUND if kind == "ERROR" or language.id_for_node_kind(kind, True)]
    return Query(language, "".join(f"({kind}) @{kind}\n" for kind in sorted(known)))


def find(root: Node, *, tsx: bool = True) -> dict[str, list[Node]]:
    """Every node of the types in `FOUND`, by its type."""
    return QueryCursor(_query(tsx=tsx)).captures(root)


def parse(source: bytes, *, tsx: bool = True) -> Node:
    """Parse JavaScript or TypeScript; what can't be parsed becomes ERROR nodes.

    Args:
        source: UTF-8.
        tsx: whether `<` may begin an element; plain `.ts` has type assertions there.
    """
    return Parser(_language(tsx=tsx)).parse(source).root_node


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text. Deep nesting does no harm."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.named_children))


def walk_within(node: Node) -> Iterator[Node]:
    """As `walk`, without the insides of functions below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if current.type not in FUNCTIONS or current == node:
            waiting.extend(reversed(current.named_children))


def text(node: Node | None) -> str:
    """The node's source text."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def squeezed(node: Node | None) -> str:
    """The node's text without white space: chains are written over many lines.

    Of a very long one only the end.
    """
    if node is None:
        return ""
    return _SPACE.sub("", (node.text or b"")[-_LONGEST:].decode(errors="replace"))


def field(node: Node, name: str) -> Node | None:
    """A child by its field's name."""
    return node.child_by_field_name(name)


def bare(node: Node | None) -> Node | None:
    """The expression inside parentheses, `await`, casts and `!`."""
    while node is not None and node.type in WRAPPERS:
        inner = node.named_children
        node = inner[-1] if inner and node.type == "type_assertion" else inner[0] if inner else None
    return node


def callee(call: Node) -> Node | None:
    """What a call or a `new` calls; `await a.get<T>()` parses with the await inside."""
    return bare(field(call, "constructor" if call.type == "new_expression" else "function"))


def arguments(call: Node) -> list[Node]:
    """The arguments of a call, comments left out."""
    listed = field(call, "arguments")
    if listed is None or listed.type == "template_string":
        return []
    return [each for each in listed.named_children if each.type != "comment"]


def name_of(node: Node | None) -> str:
    """The last name in a callee: `fetch`, or `get` of `axios.get`; empty for anything else."""
    node = bare(node)
    if node is None:
        return ""
    if node.type == "member_expression":
        return text(field(node, "property")).lstrip("#")
    return text(node) if node.type in ("identifier", "import") else ""


def string_value(node: Node | None) -> str | None:
    """The text of a string or template; `…` stands for what is filled in."""
    node = bare(node)
    if node is None or node.type not in ("string", "template_string"):
        return None
    filled = ("template_substitution",)
    parts = ("…" if child.type in filled else text(child) for child in node.children[1:-1])
    return "".join(parts)


def above(node: Node) -> Iterator[Node]:
    """What a node is in, from the inside out.

    Only so many: tree-sitter goes down from the root for each, and code that nests deeper was made
    by a machine.
    """
    inner = node.parent
    for _ in range(_HIGHEST):
        if inner is None:
            return
        yield inner
        inner = inner.parent


def enclosing(node: Node, kinds: frozenset[str]) -> Node | None:
    """The nearest node around this one (itself left out) that is of one of these types."""
    return next((each for each in above(node) if each.type in kinds), None)


def pairs(object_node: Node) -> Iterator[tuple[str, Node]]:
    """The properties of an object literal: name, and its value (methods: the method)."""
    for child in object_node.named_children:
        if child.type == "pair":
            value = field(child, "value")
            if value is not None:
                yield text(field(child, "key")).strip("'\""), value
        elif child.type == "method_definition":
            yield text(field(child, "name")), child
        elif child.type == "shorthand_property_identifier":
            yield text(child), child


def property_of(object_node: Node | None, name: str) -> Node | None:
    """One property's value in an object literal."""
    if object_node is None or object_node.type != "object":
        return None
    return next((value for key, value in pairs(object_node) if key == name), None)
