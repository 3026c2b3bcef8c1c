"""What an expression can be while realtime is up, or down: a set of possible values.

Names are a hint, never proof: what comes out of them is at best "probably gated".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place
from vttsync.audit.gates import words
from vttsync.audit.gates.origins import is_timer, origin
from vttsync.audit.gates.ours import helper


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
        if node.type in _LITERAL:
            return frozenset({_literal(node)})
        evaluate = _EVALUATED.get(node.type)
        return evaluate(self, place, depth) if evaluate is not None else ANY

    def can_be(self, place: Place, wanted: bool) -> bool:
        """Whether the expression can be truthy, or falsy."""
        return any(value is UNKNOWN or truthy(value) is wanted for value in self.values(place))

    def _field(self, place: Place, name: str, depth: int) -> Values:
        node = tree.field(place.node, name)
        return self.values(Place(place.module, node), depth + 1) if node is not None else ANY

    def ternary(self, place: Place, depth: int) -> Values:
        """`condition ? this : that`."""
        found: Values = frozenset()
        for value in self._field(place, "condition", depth):
            if value is UNKNOWN or truthy(value):
                found |= self._field(place, "consequence", depth)
            if value is UNKNOWN or not truthy(value):
                found |= self._field(place, "alternative", depth)
        return found

    def unary(self, place: Place, depth: int) -> Values:
        """`!value`."""
        inner = self._field(place, "argument", depth)
        if tree.text(tree.field(place.node, "operator")) != "!":
            return ANY
        return _all(inner, _falsy)

    def binary(self, place: Place, depth: int) -> Values:
        """Two values and what is between them: `&&`, `===`, `*`."""
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
        about = origin(Place(place.module, left)) if left is not None else frozenset()
        told = words.equals(tree.squeezed(left), tree.squeezed(right), about)
        if told is None:
            for side, other in ((left, right), (right, left)):
                if tree.text(other) in ("true", "false") and side is not None:
                    inner = self.values(Place(place.module, side), 1)
                    straight = (tree.text(other) == "true") is same
                    return _all(inner, truthy if straight else _falsy)
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

    def named(self, place: Place, depth: int) -> Values:
        """What a name stands for, or else what it says."""
        if tree.text(place.node) == "Infinity":
            return frozenset({float("inf")})
        known = self._defined(place, depth)
        if known is not None:
            return known
        name = tree.name_of(place.node)
        if name in ("current", "value", "data") and place.node.type == "member_expression":
            name = tree.name_of(tree.field(place.node, "object")).removesuffix("Ref")
        told = words.says(name, origin(place))
        if told is None or is_timer(place):
            return ANY
        self._hint(place)
        return frozenset({told is self.up})

    def _defined(self, place: Place, depth: int) -> Values | None:
        """By the expression that the name is declared with, when that says something."""
        if place.node.type == "member_expression":
            return self._constant(place)
        binding = place.module.binding(place.node)
        if binding is None or binding.path or binding.node is None:
            return None
        if binding.node.type in tree.FUNCTIONS:
            return None
        if place.module.assigned.get(tree.text(place.node)):
            return None
        found = self.values(Place(place.module, binding.node), depth + 1)
        return None if UNKNOWN in found and len(found) == 1 else found

    def _constant(self, place: Place) -> Values | None:
        """The number that an object keeps under a name: `POLL.off`."""
        kept = self.names.values(place)
        if len(kept) != 1 or kept[0].node.type != "number":
            return None
        return frozenset({_literal(kept[0].node)})

    def called(self, place: Place, depth: int) -> Values:
        """What a call gives, as far as its name says it."""
        callee = tree.callee(place.node)
        if callee is None:
            return ANY
        name, given = tree.name_of(callee), tree.arguments(place.node)
        if helper(Place(place.module, callee), self.names):
            self.proofs.add(place.key)
            return frozenset({False}) if self.up else frozenset({1.0})
        told = words.says(name, origin(place))
        if told is not None:
            self._hint(place)
            return frozenset({told is self.up})
        if name == "Boolean" and given:
            return _all(self.values(Place(place.module, given[0]), depth + 1), truthy)
        if name in ("useMemo", "computed") and given:
            return self.returned(Place(place.module, given[0]), depth)
        return ANY

    def returned(self, place: Place, depth: int) -> Values:
        """What a function can return."""
        body = tree.field(place.node, "body")
        if body is None:
            return ANY
        if body.type != "statement_block":
            return self.values(Place(place.module, body), depth + 1)
        found, ends = self._ran(Place(place.module, body), depth)
        return found if ends else found | {None}

    def _ran(self, place: Place, depth: int) -> tuple[Values, bool]:
        """What running a statement can return, and whether it never comes to its end."""
        node = place.node
        if node.type == "return_statement":
            if not node.named_children:
                return frozenset({None}), True
            return self.values(Place(place.module, node.named_children[0]), depth + 1), True
        if node.type == "throw_statement":
            return frozenset(), True
        if node.type == "if_statement":
            return self._chosen(place, depth)
        found: Values = frozenset()
        if node.type in ("statement_block", "else_clause"):
            for statement in node.named_children:
                returned, ends = self._ran(Place(place.module, statement), depth)
                found |= returned
                if ends:
                    return found, True
        return found, False

    def _chosen(self, place: Place, depth: int) -> tuple[Values, bool]:
        found: Values = frozenset()
        ends = True
        condition = self._field(place, "condition", depth)
        for name, wanted in (("consequence", True), ("alternative", False)):
            if not any(value is UNKNOWN or truthy(value) is wanted for value in condition):
                continue
            branch = tree.field(place.node, name)
            if branch is None:
                ends = False
                continue
            returned, over = self._ran(Place(place.module, branch), depth)
            found, ends = found | returned, ends and over
        return found, ends


_LITERAL = frozenset({"true", "false", "null", "undefined", "number", "string"})
_EVALUATED: dict[str, Callable[[World, Place, int], Values]] = {
    "ternary_expression": World.ternary,
    "unary_expression": World.unary,
    "binary_expression": World.binary,
    "call_expression": World.called,
    **dict.fromkeys(
        ("identifier", "member_expression", "shorthand_property_identifier"), World.named
    ),
    **dict.fromkeys(("arrow_function", "function_expression", "method_definition"), World.returned),
}


def _all(values: Values, change: Callable[[Value], Value]) -> Values:
    return frozenset(UNKNOWN if value is UNKNOWN else change(value) for value in values)


def truthy(value: Value) -> bool:
    """As JavaScript sees it; unknown values are asked for before."""
    return bool(value)


def _falsy(value: Value) -> bool:
    return not truthy(value)


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
