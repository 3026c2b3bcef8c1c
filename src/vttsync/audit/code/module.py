"""One file of code: its names, where they are bound, what it imports and exports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.bindings import DECLARED, READERS, Binding

OWNERS = frozenset({"class_body", "object"})
CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})


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
            callee = tree.callee(call)
            name = tree.name_of(callee)
            found[name].append(call)
            if name in self._renamed and callee is not None and callee.type == "identifier":
                binding = self.binding(callee)
                if binding is not None and binding.original not in ("", name):
                    found[binding.original].append(call)
        return found

    @cached_property
    def _renamed(self) -> set[str]:
        """Names that are others where they come from: `import { useInterval as useTick }`."""
        return {
            name
            for name, known in self._names.items()
            if any(binding.original not in ("", name) for binding in known.values())
        }

    def calls_of(self, name: str) -> list[Node]:
        """The calls of functions of this name, whoever's they are, by whatever name here."""
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

    def kept_parameter(self, class_node: Node, name: str) -> Binding | None:
        """The parameter of a class's constructor that TypeScript keeps: `private readonly api`."""
        for node in self.members.get("constructor", []):
            listed = tree.field(node, "parameters")
            if listed is None or tree.enclosing(node, CLASSES) != class_node:
                continue
            for index, each in enumerate(listed.named_children):
                pattern = tree.field(each, "pattern")
                if tree.text(pattern) == name and each.named_children[0] != pattern:
                    return Binding(parameter=node, path=(str(index),))
        return None

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

    def outermost(self, name: str) -> Binding | None:
        """What a name stands for where the whole page sees it."""
        known = self._names.get(name, {})
        return known[max(known, key=_length)] if known else None

    def line(self, node: Node) -> int:
        """The node's line, from 1."""
        return node.start_point[0] + 1

    @cached_property
    def _names(self) -> dict[str, dict[tuple[int, int], Binding]]:
        for node in self.nodes(*READERS):
            READERS[node.type](self, node)
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
                    kept = each if each.type in DECLARED else tree.field(each, "value")
                    found[tree.text(name)] = Binding(kept)
    spaces = [each for each in node.named_children if each.type == "namespace_export"]
    for each in spaces:  # `export * as polling from "./polling"`
        found[tree.text(each.named_children[0])] = Binding(module=source or "", imported="*")
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
