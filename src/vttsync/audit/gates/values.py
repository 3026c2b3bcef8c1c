"""What an expression can be while realtime is up, or down: a set of possible values.

Names are a hint, never proof: what comes out of them is at best "probably gated".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place
from vttsync.audit.gates import words


class Unknown:
    """Any value at all."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()
Value = bool | float | str | None | Unknown
Values = frozenset[Value]
ANY: Final[Values] = frozenset({UNKNOWN})
_DEEPEST = 8
_LITERALS: dict[str, Value] = {"true": True, "false": False, "null": None, "undefined": None}
HELPERS = frozenset({"useOfflineInterval", "pollWhenOffline"})
_PACKAGES = ("vttsync-client", "party-client", "vttsync.js", "vttsync-client/")


@dataclass
class World:
    """Realtime is up, or it is down.

    Attributes:
        proofs: places of vttsync's own helpers that a value came from.
        hints: places of names that were taken for realtime's state.
    """

    names: Names
    up: bool
    proofs: set[tuple[str, int, int]] = field(default_factory=set)
    hints: dict[tuple[str, int, int], Place] = field(default_factory=dict)

    def values(self, place: Place, depth: int = 0) -> Values:
        """What the expression can be."""
        node = tree.bare(place.node)
        if node is None or depth > _DEEPEST:
            return ANY
        place = Place(place.module, node)
        match node.type:
            case "true" | "false" | "null" | "undefined" | "number" | "string":
                return frozenset({_literal(node)})
            case "ternary_expression":
                return self._ternary(place, depth)
            case "unary_expression":
                return self._unary(place, depth)
            case "binary_expression":
                return self._binary(place, depth)
            case "identifier" | "member_expression" | "shorthand_property_identifier":
                return self._named(place, depth)
            case "call_expression":
                return self._called(place, depth)
            case "arrow_function" | "function_expression" | "method_definition":
                return self._returned(place, depth)
            case _:
                return ANY

    def can_be(self, place: Place, wanted: bool) -> bool:
        """Whether the expression can be truthy, or falsy."""
        return any(value is UNKNOWN or truthy(value) is wanted for value in self.values(place))

    def _field(self, place: Place, name: str, depth: int) -> Values:
        node = tree.field(place.node, name)
        return self.values(Place(place.module, node), depth + 1) if node is not None else ANY

    def _ternary(self, place: Place, depth: int) -> Values:
        found: Values = frozenset()
        for value in self._field(place, "condition", depth):
            if value is UNKNOWN or truthy(value):
                found |= self._field(place, "consequence", depth)
            if value is UNKNOWN or not truthy(value):
                found |= self._field(place, "alternative", depth)
        return found

    def _unary(self, place: Place, depth: int) -> Values:
        inner = self._field(place, "argument", depth)
        if tree.text(tree.field(place.node, "operator")) != "!":
            return ANY
        return frozenset(UNKNOWN if value is UNKNOWN else not truthy(value) for value in inner)

    def _binary(self, place: Place, depth: int) -> Values:
        operator = tree.text(tree.field(place.node, "operator"))
        left = self._field(place, "left", depth)
        match operator:
            case "&&" | "||" | "??":
                return self._either(operator, left, place, depth)
            case "===" | "==" | "!==" | "!=":
                return self._compared(place, same=operator[0] == "=")
            case "*" | "+" | "-" | "/":
                return _computed(operator, left, self._field(place, "right", depth))
            case _:
                return ANY

    def _either(self, operator: str, left: Values, place: Place, depth: int) -> Values:
        found: Values = frozenset()
        for value in left:
            goes_on = _goes_on(operator, value)
            if goes_on is not False:
                found |= self._field(place, "right", depth)
            if goes_on is not True:
                found |= {UNKNOWN if value is UNKNOWN and operator != "&&" else value}
        return found

    def _compared(self, place: Place, *, same: bool) -> Values:
        left, right = tree.field(place.node, "left"), tree.field(place.node, "right")
        told = words.equals(tree.squeezed(left), tree.squeezed(right))
        if told is None:
            for side, other in ((left, right), (right, left)):
                if tree.text(other) in ("true", "false") and side is not None:
                    wanted = (tree.text(other) == "true") is same
                    inner = self.values(Place(place.module, side), 1)
                    return frozenset(
                        UNKNOWN if value is UNKNOWN else truthy(value) is wanted for value in inner
                    )
            return ANY
        if told is False and not self.up:
            self._hint(place)
            return (
                frozenset({UNKNOWN})
                if tree.squeezed(right) in ("0", "2", "3")
                else frozenset({same})
            )
        self._hint(place)
        holds = told is True and self.up
        return frozenset({holds is same})

    def _hint(self, place: Place) -> None:
        self.hints[place.key] = place

    def _named(self, place: Place, depth: int) -> Values:
        if tree.text(place.node) == "Infinity":
            return frozenset({float("inf")})
        known = self._defined(place, depth)
        if known is not None:
            return known
        name = tree.name_of(place.node)
        if name in ("current", "value", "data") and place.node.type == "member_expression":
            name = tree.name_of(tree.field(place.node, "object")).removesuffix("Ref")
        told = words.says(name)
        if told is None:
            return ANY
        self._hint(place)
        return frozenset({told is self.up})

    def _defined(self, place: Place, depth: int) -> Values | None:
        """By the expression that the name is declared with, when that says something."""
        if place.node.type == "member_expression":
            return None
        binding = place.module.binding(place.node)
        if (
            binding is None
            or binding.path
            or binding.node is None
            or binding.node.type in tree.FUNCTIONS
        ):
            return None
        if place.module.assigned.get(tree.text(place.node)):
            return None
        found = self.values(Place(place.module, binding.node), depth + 1)
        return None if UNKNOWN in found and len(found) == 1 else found

    def _called(self, place: Place, depth: int) -> Values:
        callee = tree.callee(place.node)
        name = tree.name_of(callee)
        if callee is None:
            return ANY
        if name in HELPERS and is_ours(Place(place.module, callee)):
            self.proofs.add(place.key)
            return frozenset({False}) if self.up else frozenset({1.0})
        given = tree.arguments(place.node)
        if name == "Boolean" and given:
            inner = self.values(Place(place.module, given[0]), depth + 1)
            return frozenset(UNKNOWN if value is UNKNOWN else truthy(value) for value in inner)
        told = words.says(name)
        if told is not None and not name.startswith("use"):
            self._hint(place)
            return frozenset({told is self.up})
        if name.startswith("use") and words.says(name) is not None:
            self._hint(place)
            return frozenset({words.says(name) is self.up})
        if name in ("useMemo", "computed") and given:
            return self._returned(Place(place.module, given[0]), depth)
        return ANY

    def _returned(self, place: Place, depth: int) -> Values:
        body = tree.field(place.node, "body")
        if body is None:
            return ANY
        if body.type != "statement_block":
            return self.values(Place(place.module, body), depth + 1)
        return self._block(Place(place.module, body), depth)

    def _block(self, place: Place, depth: int) -> Values:
        """The values that a function's statements can return, `if`s evaluated on the way."""
        found: Values = frozenset()
        for statement in place.node.named_children:
            here = Place(place.module, statement)
            if statement.type == "return_statement":
                value = statement.named_children[0] if statement.named_children else None
                inner = (
                    self.values(Place(place.module, value), depth + 1)
                    if value
                    else frozenset({None})
                )
                return found | inner
            if statement.type == "if_statement":
                condition = self._field(here, "condition", depth)
                then = tree.field(statement, "consequence")
                if then is None:
                    continue
                if any(value is UNKNOWN or truthy(value) for value in condition):
                    if then.type == "return_statement":
                        value = then.named_children[0] if then.named_children else None
                        found |= (
                            self.values(Place(place.module, value), depth + 1) if value else {None}
                        )
                    elif then.type == "statement_block":
                        inner = self._block(Place(place.module, then), depth + 1)
                        found |= inner - {None}
                if all(value is not UNKNOWN and truthy(value) for value in condition):
                    return found
        return found | {None}


def is_ours(callee: Place) -> bool:
    """Whether a name is imported from vttsync's client, and so means what it says."""
    root: Node | None = callee.node
    while root is not None and root.type == "member_expression":
        root = tree.field(root, "object")
    if root is None or root.type != "identifier":
        return False
    binding = callee.module.binding(root)
    if binding is None or not binding.module:
        return False
    parts = binding.module.split("/")
    return any(part in ("vttsync-client", "party-client", "vttsync.js") for part in parts)


def truthy(value: Value) -> bool:
    """As JavaScript sees it; unknown values are asked for before."""
    return bool(value)


def _literal(node: Node) -> Value:
    text = tree.text(node)
    if node.type == "number":
        try:
            return float(text.replace("_", ""))
        except ValueError:
            return UNKNOWN
    return tree.string_value(node) if node.type == "string" else _LITERALS[text]


def _goes_on(operator: str, value: Value) -> bool | None:
    """Whether the right side decides; None when that can't be told."""
    if value is UNKNOWN:
        return None
    if operator == "??":
        return value is None
    return truthy(value) is (operator == "&&")


def _computed(operator: str, left: Values, right: Values) -> Values:
    found: set[Value] = set()
    for a in left:
        for b in right:
            numbers = isinstance(a, float) and isinstance(b, float)
            if not numbers or (operator == "/" and not b):
                found.add(UNKNOWN)
                continue
            assert isinstance(a, float) and isinstance(b, float)  # noqa: S101, PT018
            found.add({"*": a * b, "+": a + b, "-": a - b, "/": a / b if b else 0.0}[operator])
    return frozenset(found)
