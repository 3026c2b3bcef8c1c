"""What names stand for: declarations, parameters, imports and patterns, read into bindings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tree_sitter import Node

from vttsync.audit.code import tree

_SCOPES = tree.FUNCTIONS | {
    "program",
    "statement_block",
    "for_statement",
    "for_in_statement",
    "catch_clause",
    "class_static_block",
    "switch_body",
}
DECLARED = ("function_declaration", "generator_function_declaration", "class_declaration")
_DEEPEST = 20  # properties that are taken out of one value


@dataclass(frozen=True)
class Binding:
    """What a name stands for.

    Attributes:
        node: a function, a class, or the expression that it begins with; None for a bare `let`.
        path: properties taken from the value, where it was destructured.
        parameter: the function whose parameter it is.
        module: where it is imported from, as written.
        imported: its name there; `*` for all of it, `default`.
    """

    node: Node | None = None
    path: tuple[str, ...] = ()
    parameter: Node | None = None
    module: str = ""
    imported: str = ""

    @property
    def original(self) -> str:
        """Its name where it comes from; empty where it has none there, or one that says nothing."""
        name = self.path[-1] if self.path else self.imported
        return "" if name.isdigit() or name in ("*", "default") else name


class Names(Protocol):
    """Where bindings are kept."""

    @property
    def root(self) -> Node:
        """The whole file."""

    def bind(self, scope: Node, name: str, binding: Binding) -> None:
        """Note what a name stands for in a scope."""


def _scope(node: Node) -> Node:
    return tree.enclosing(node, _SCOPES) or node


def _read_declaration(module: Names, node: Node) -> None:
    name = tree.field(node, "name")
    module.bind(_scope(node), tree.text(name), Binding(node))


def _read_variable(module: Names, node: Node) -> None:
    name, value = tree.field(node, "name"), tree.field(node, "value")
    if name is None:
        return
    required = _required(value)
    if required is not None:
        _bind_pattern(module, _scope(node), name, Binding(module=required, imported="*"))
        return
    _bind_pattern(module, _scope(node), name, Binding(value))


def _required(value: Node | None) -> str | None:
    value = tree.bare(value)
    if value is None or value.type != "call_expression":
        return None
    if tree.name_of(tree.callee(value)) not in ("require", "import"):
        return None
    return tree.string_value(next(iter(tree.arguments(value)), None))


def _bind_pattern(module: Names, scope: Node, pattern: Node, whole: Binding) -> None:
    if len(whole.path) > _DEEPEST:
        return
    if pattern.type in ("identifier", "shorthand_property_identifier_pattern"):
        module.bind(scope, tree.text(pattern), whole)
    elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
        left = tree.field(pattern, "left")
        if left is not None:
            _bind_pattern(module, scope, left, whole)
    elif pattern.type == "object_pattern":
        for child in pattern.named_children:
            _bind_property(module, scope, child, whole)
    elif pattern.type == "array_pattern":
        for index, child in enumerate(pattern.named_children):
            _bind_pattern(module, scope, child, _deeper(whole, str(index)))


def _bind_property(module: Names, scope: Node, child: Node, whole: Binding) -> None:
    if child.type == "pair_pattern":
        value = tree.field(child, "value")
        if value is not None:
            key = tree.text(tree.field(child, "key")).strip("'\"")
            _bind_pattern(module, scope, value, _deeper(whole, key))
    elif child.type == "object_assignment_pattern":
        left = tree.field(child, "left")
        if left is not None:
            _bind_pattern(module, scope, left, _deeper(whole, tree.text(left)))
    elif child.type == "shorthand_property_identifier_pattern":
        _bind_pattern(module, scope, child, _deeper(whole, tree.text(child)))


def _deeper(whole: Binding, name: str) -> Binding:
    if whole.imported == "*" and not whole.path:
        return Binding(module=whole.module, imported=name)
    return Binding(whole.node, (*whole.path, name), whole.parameter, whole.module, whole.imported)


def _read_function(module: Names, node: Node) -> None:
    own = tree.field(node, "name")
    if own is not None and node.type in ("function_expression", "generator_function"):
        module.bind(node, tree.text(own), Binding(node))
    single = tree.field(node, "parameter")
    if single is not None:
        module.bind(node, tree.text(single), Binding(parameter=node, path=("0",)))
    listed = tree.field(node, "parameters")
    for index, each in enumerate(listed.named_children if listed else []):
        pattern = tree.field(each, "pattern") or each
        _bind_pattern(module, node, pattern, Binding(parameter=node, path=(str(index),)))


def _read_import(module: Names, node: Node) -> None:
    source = tree.string_value(tree.field(node, "source")) or ""
    clause = next((each for each in node.named_children if each.type == "import_clause"), None)
    for child in clause.named_children if clause else []:
        if child.type == "identifier":
            module.bind(module.root, tree.text(child), Binding(module=source, imported="default"))
        elif child.type == "namespace_import":
            name = tree.text(child.named_children[0]) if child.named_children else ""
            module.bind(module.root, name, Binding(module=source, imported="*"))
        elif child.type == "named_imports":
            _read_named_imports(module, child, source)


def _read_named_imports(module: Names, node: Node, source: str) -> None:
    for each in node.named_children:
        name = tree.field(each, "name")
        local = tree.field(each, "alias") or name
        if name is not None:
            binding = Binding(module=source, imported=tree.text(name))
            module.bind(module.root, tree.text(local), binding)


READERS = {
    "variable_declarator": _read_variable,
    "import_statement": _read_import,
    **dict.fromkeys(DECLARED, _read_declaration),
    **dict.fromkeys(tree.FUNCTIONS - set(DECLARED), _read_function),
}


def _read_both(module: Names, node: Node) -> None:
    _read_declaration(module, node)
    _read_function(module, node)


READERS["function_declaration"] = _read_both
READERS["generator_function_declaration"] = _read_both
