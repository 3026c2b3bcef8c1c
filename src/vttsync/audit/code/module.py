"""One file of code: its names, where they are bound, what it imports and exports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

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
_DECLARED = ("function_declaration", "generator_function_declaration", "class_declaration")
_DEEPEST = 20  # properties that are taken out of one value
OWNERS = frozenset({"class_body", "object"})


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


@dataclass
class Module:
    """A file's tree and its names.

    Attributes:
        path: relative to the audited folder, with `/`.
        source: UTF-8; of a page, everything but its scripts is blanked.
        tsx: see `tree.parse`.
    """

    path: str
    source: bytes
    tsx: bool = True
    _scopes: dict[str, dict[tuple[int, int], Binding]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    @cached_property
    def root(self) -> Node:
        """The tree."""
        return tree.parse(self.source, tsx=self.tsx)

    @cached_property
    def calls(self) -> list[Node]:
        """Every call and `new`."""
        return self.nodes("call_expression", "new_expression")

    @cached_property
    def _called(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = defaultdict(list)
        for call in self.calls:
            found[tree.name_of(tree.callee(call))].append(call)
        return found

    def calls_of(self, name: str) -> list[Node]:
        """The calls of functions of this name, whoever they belong to."""
        return self._called.get(name, [])

    @cached_property
    def exports(self) -> dict[str, Binding]:
        """What other files can import, by name."""
        found: dict[str, Binding] = {}
        for node in self._of("export_statement"):
            _read_export(self, node, found)
        for node in self._of("assignment_expression"):
            _read_commonjs(node, found)
        return found

    @cached_property
    def reexported(self) -> list[str]:
        """Modules of which everything is exported again (`export * from`)."""
        statements = self._of("export_statement")
        starred = [node for node in statements if any(child.type == "*" for child in node.children)]
        return [tree.string_value(tree.field(node, "source")) or "" for node in starred]

    @cached_property
    def members(self) -> dict[str, list[Node]]:
        """Values by the property they are stored under: methods, fields, `a.b = …`."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self._of("method_definition"):
            found[tree.text(tree.field(node, "name")).lstrip("#")].append(node)
        for node in self._of("public_field_definition"):
            value = tree.field(node, "value")
            if value is not None:
                found[tree.text(tree.field(node, "name")).lstrip("#")].append(value)
        for node in self._of("pair"):
            value = tree.field(node, "value")
            if value is not None:
                found[tree.text(tree.field(node, "key")).strip("'\"")].append(value)
        for node in self._of("assignment_expression"):
            left, right = tree.field(node, "left"), tree.field(node, "right")
            if left is not None and left.type == "member_expression" and right is not None:
                found[tree.text(tree.field(left, "property")).lstrip("#")].append(right)
        return found

    @cached_property
    def assigned(self) -> dict[str, list[Node]]:
        """What is assigned to a plain name, after its declaration."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self._of("assignment_expression"):
            left, right = tree.field(node, "left"), tree.field(node, "right")
            if left is not None and left.type == "identifier" and right is not None:
                found[tree.text(left)].append(right)
        return found

    def binding(self, identifier: Node) -> Binding | None:
        """What the name at this place stands for; None when nothing in the file says."""
        place = identifier.start_byte
        known = self._names.get(tree.text(identifier), {})
        around = [scope for scope in known if scope[0] <= place < scope[1]]
        return known[min(around, key=_length)] if around else None

    def line(self, node: Node) -> int:
        """The node's line, from 1."""
        return node.start_point[0] + 1

    @cached_property
    def _names(self) -> dict[str, dict[tuple[int, int], Binding]]:
        for node in self.nodes(*_READERS):
            _READERS[node.type](self, node)
        return self._scopes

    def bind(self, scope: Node, name: str, binding: Binding) -> None:
        """Note what a name stands for in a scope."""
        self._scopes[name].setdefault((scope.start_byte, scope.end_byte), binding)

    @cached_property
    def _by_type(self) -> dict[str, list[Node]]:
        return tree.find(self.root, tsx=self.tsx)

    def _of(self, kind: str) -> list[Node]:
        return self._by_type.get(kind, [])

    def nodes(self, *kinds: str) -> list[Node]:
        """Every node of these types, which `tree.FOUND` must have, in the order of the text."""
        found = [node for kind in kinds for node in self._of(kind)]
        return sorted(found, key=lambda node: node.start_byte)


def _length(scope: tuple[int, int]) -> int:
    return scope[1] - scope[0]


def _scope(node: Node) -> Node:
    return tree.enclosing(node, _SCOPES) or node


def _read_declaration(module: Module, node: Node) -> None:
    name = tree.field(node, "name")
    module.bind(_scope(node), tree.text(name), Binding(node))


def _read_variable(module: Module, node: Node) -> None:
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


def _bind_pattern(module: Module, scope: Node, pattern: Node, whole: Binding) -> None:
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


def _bind_property(module: Module, scope: Node, child: Node, whole: Binding) -> None:
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


def _read_function(module: Module, node: Node) -> None:
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


def _read_import(module: Module, node: Node) -> None:
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


def _read_named_imports(module: Module, node: Node, source: str) -> None:
    for each in node.named_children:
        name = tree.field(each, "name")
        local = tree.field(each, "alias") or name
        if name is not None:
            binding = Binding(module=source, imported=tree.text(name))
            module.bind(module.root, tree.text(local), binding)


_READERS = {
    "variable_declarator": _read_variable,
    "import_statement": _read_import,
    **dict.fromkeys(_DECLARED, _read_declaration),
    **dict.fromkeys(tree.FUNCTIONS - set(_DECLARED), _read_function),
}


def _read_both(module: Module, node: Node) -> None:
    _read_declaration(module, node)
    _read_function(module, node)


_READERS["function_declaration"] = _read_both
_READERS["generator_function_declaration"] = _read_both


def _read_export(module: Module, node: Node, found: dict[str, Binding]) -> None:
    source = tree.string_value(tree.field(node, "source"))
    default = any(child.type == "default" for child in node.children)
    declared = tree.field(node, "declaration")
    value = tree.field(node, "value")
    if default:
        found["default"] = Binding(declared or value)
    if declared is not None and not default:
        for each in tree.walk_within(declared):
            if each.type == "variable_declarator" or each == declared:
                name = tree.field(each, "name")
                if name is not None and name.type in ("identifier", "type_identifier"):
                    kept = each if each.type in _DECLARED else tree.field(each, "value")
                    found[tree.text(name)] = Binding(kept)
    clause = next((each for each in node.named_children if each.type == "export_clause"), None)
    for each in clause.named_children if clause else []:
        name = tree.field(each, "name")
        outer = tree.text(tree.field(each, "alias") or name)
        if name is not None:
            known = None if source else module.binding(name)
            found[outer] = known or Binding(module=source or "", imported=tree.text(name))


def _read_commonjs(node: Node, found: dict[str, Binding]) -> None:
    left, right = tree.squeezed(tree.field(node, "left")), tree.field(node, "right")
    if left == "module.exports" and right is not None:
        found.setdefault("default", Binding(right))
        if right.type == "object":
            for name, value in tree.pairs(right):
                found.setdefault(name, Binding(value))
    elif left.startswith(("exports.", "module.exports.")):
        found.setdefault(left.rsplit(".", 1)[1], Binding(right))
