"""Which functions an expression can mean, across files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.module import OWNERS, Binding, Module
from vttsync.audit.code.project import Code

_DEEPEST = 12
_MANY = 4  # members of one name: more, and it says nothing
# Calls that give back the function they are given, or one that does the same.
_PASSES_ON = frozenset(
    """useCallback useEvent useEffectEvent useMemo useLatest useMemoizedFn debounce throttle memoize
    once action runInAction markRaw bind untrack batch useDebouncedCallback useThrottledCallback
    useThrottleFn useDebounceFn $ catchError wrap""".split()
)


@dataclass(frozen=True)
class Place:
    """A node, and the file it is in."""

    module: Module
    node: Node

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells it from every other place."""
        return self.module.path, self.node.start_byte, self.node.end_byte


class Names:
    """Looks up what names stand for in a project."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._found: dict[tuple[str, int, int], list[Place]] = {}
        self._owned: dict[tuple[str, int, int], frozenset[int]] = {}

    def functions(self, place: Place, depth: int = 0) -> list[Place]:
        """The functions that an expression can be; none when that can't be told."""
        if depth > _DEEPEST:
            return []
        if depth:
            return self._functions(place, depth)
        if place.key not in self._found:
            self._found[place.key] = self._functions(place, depth)
        return self._found[place.key]

    def _functions(self, place: Place, depth: int) -> list[Place]:
        node = tree.bare(place.node)
        if node is None:
            return []
        place = Place(place.module, node)
        if node.type in tree.FUNCTIONS:
            return [place]
        values = self.values(place, depth)
        return _unique(fn for value in values for fn in self.functions(value, depth + 1))

    def values(self, place: Place, depth: int = 0) -> list[Place]:
        """What an expression stands for, one step nearer to where it was written down."""
        node = place.node
        match node.type:
            case "identifier" | "shorthand_property_identifier":
                return self._named(place, depth)
            case "member_expression":
                return self._member(place, depth)
            case "call_expression":
                return self._called(place, depth)
            case "ternary_expression":
                return self._fields(place, "consequence", "alternative")
            case "binary_expression":
                return self._fields(place, "left", "right")
            case "assignment_expression":
                return self._fields(place, "right")
            case _:
                return []

    def binding(self, place: Place) -> Binding | None:
        """What a name is bound to in its own file."""
        return place.module.binding(place.node)

    def _fields(self, place: Place, *names: str) -> list[Place]:
        nodes = [tree.field(place.node, name) for name in names]
        return [Place(place.module, node) for node in nodes if node is not None]

    def _named(self, place: Place, depth: int) -> list[Place]:
        binding = place.module.binding(place.node)
        if binding is None:
            return []
        found = self._bound(place.module, binding, depth)
        if binding.node is None or binding.node.type not in tree.FUNCTIONS:
            later = place.module.assigned.get(tree.text(place.node), [])
            found += [Place(place.module, node) for node in later[:_MANY]]
        return found

    def _bound(self, module: Module, binding: Binding, depth: int) -> list[Place]:
        if depth > _DEEPEST:
            return []
        if binding.module:
            return self._exported(module, binding, depth)
        if binding.node is None:
            return []
        here = Place(module, binding.node)
        if not binding.path:
            return [here]
        found = [here]
        for name in binding.path:
            found = [part for each in found for part in self._property(each, name, depth + 1)]
        return found

    def _exported(self, module: Module, binding: Binding, depth: int) -> list[Place]:
        target = self._code.imported(module.path, binding.module)
        found = self._export_of(target, binding.imported, depth + 1) if target else []
        for name in binding.path:
            found = [part for each in found for part in self._property(each, name, depth + 1)]
        return found

    def _export_of(self, module: Module, name: str, depth: int) -> list[Place]:
        if depth > _DEEPEST:
            return []
        if name == "*":
            return [Place(module, module.root)]
        binding = module.exports.get(name)
        if binding is not None:
            return self._bound(module, binding, depth + 1)
        for specifier in module.reexported:
            further = self._code.imported(module.path, specifier)
            found = self._export_of(further, name, depth + 1) if further else []
            if found:
                return found
        return []

    def _property(self, place: Place, name: str, depth: int) -> list[Place]:
        """The values that a property of an expression can have."""
        if depth > _DEEPEST:
            return []
        node = tree.bare(place.node)
        if node is None:
            return []
        module = place.module
        if node.type == "program":
            return self._export_of(module, name, depth + 1)
        if node.type == "object":
            return self._in_object(module, node, name, depth)
        if node.type == "new_expression":
            return self._in_class(module, node, name, depth)
        if node.type == "call_expression":
            made = [value for value in self._made(Place(module, node), depth)]
            return [part for each in made for part in self._property(each, name, depth + 1)]
        nearer = self.values(Place(module, node), depth + 1)
        return [part for each in nearer for part in self._property(each, name, depth + 1)]

    def _in_object(self, module: Module, node: Node, name: str, depth: int) -> list[Place]:
        value = tree.property_of(node, name)
        if value is not None:
            return [Place(module, value)]
        spread = [child for child in node.named_children if child.type == "spread_element"]
        found = []
        for child in spread:
            found += self._property(Place(module, child.named_children[0]), name, depth + 1)
        return found

    def _in_class(self, module: Module, node: Node, name: str, depth: int) -> list[Place]:
        constructor = tree.callee(node)
        classes = self.values(Place(module, constructor), depth + 1) if constructor else []
        found = []
        for each in classes:
            for member in each.module.members.get(name, []):
                around = tree.enclosing(member, frozenset({"class_declaration", "class"}))
                if around is not None and around == each.node:
                    found.append(Place(each.module, member))
        return found

    def _made(self, place: Place, depth: int) -> list[Place]:
        """What a call gives back: the values that the function returns."""
        callee = tree.callee(place.node)
        found = []
        for each in tree.arguments(place.node):
            # `create((set) => ({ load() {} }))`, `defineStore("game", () => …)`, `reactive({…})`
            if each.type == "object":
                found.append(Place(place.module, each))
            elif each.type in tree.FUNCTIONS:
                found += _returned(Place(place.module, each))
        if callee is not None:
            for function in self.functions(Place(place.module, callee), depth + 1):
                found += _returned(function)
            # `const useGame = create(…)`, then `useGame()` or `useGame.getState()`
            source = callee
            if source.type == "member_expression":
                source = tree.field(source, "object") or source
            for value in self.values(Place(place.module, source), depth + 1):
                made = tree.bare(value.node)
                if made is not None and made.type == "call_expression" and depth < _DEEPEST:
                    found += self._made(Place(value.module, made), depth + 3)
        return found

    def _called(self, place: Place, depth: int) -> list[Place]:
        """A call in the place of a function: `useCallback(f)`, `f.bind(this)`, `makeLoader()`."""
        callee = tree.callee(place.node)
        if callee is None:
            return []
        name = tree.name_of(callee)
        given = tree.arguments(place.node)
        if name == "bind" and callee.type == "member_expression":
            return self._fields(Place(place.module, callee), "object")
        if name in _PASSES_ON and given:
            if name == "useMemo":
                return _returned(Place(place.module, given[0]))
            return [Place(place.module, given[0])]
        # `useGame((state) => state.load)`: a selector of a store
        if len(given) == 1 and given[0].type == "arrow_function":
            selected = tree.bare(tree.field(given[0], "body"))
            if selected is not None and selected.type == "member_expression":
                wanted = tree.name_of(selected)
                found = self._property_of_call(place, wanted, depth)
                if found:
                    return found
        return [
            value
            for function in self.functions(Place(place.module, callee), depth + 1)
            for value in _returned(function)
        ]

    def _property_of_call(self, place: Place, name: str, depth: int) -> list[Place]:
        made = self._made(place, depth + 1)
        return [part for each in made for part in self._property(each, name, depth + 1)]

    def _member(self, place: Place, depth: int) -> list[Place]:
        owner = tree.bare(tree.field(place.node, "object"))
        name = tree.name_of(place.node)
        if owner is None or not name:
            return []
        module = place.module
        if owner.type not in ("this", "super") and tree.text(owner) not in ("self", "that", "vm"):
            if name == "value":  # a ref of Vue's
                return self.values(Place(module, owner), depth + 1)
            known = self._property(Place(module, owner), name, depth + 1)
            if known:
                return known
        return self._on_this(place, name)

    def _on_this(self, place: Place, name: str) -> list[Place]:
        """Members of that name: in the class or object around, else in the file, when few."""
        members = [each for each in place.module.members.get(name, []) if each != place.node]
        if not members:
            return []
        around = self._owners(place)
        near = [each for each in members if self._owners(Place(place.module, each)) & around]
        chosen = near or members
        return [Place(place.module, each) for each in chosen] if len(chosen) <= _MANY else []

    def _owners(self, place: Place) -> frozenset[int]:
        """The classes and objects around a node."""
        if place.key not in self._owned:
            found = []
            above = place.node.parent
            while above is not None:
                if above.type in OWNERS:
                    found.append(above.id)
                above = above.parent
            self._owned[place.key] = frozenset(found)
        return self._owned[place.key]


def _returned(place: Place) -> list[Place]:
    """The expressions that a function returns."""
    function = tree.bare(place.node)
    if function is None or function.type not in tree.FUNCTIONS:
        return []
    body = tree.field(function, "body")
    if body is None:
        return []
    if body.type != "statement_block":
        value = tree.bare(body)
        return [Place(place.module, value)] if value is not None else []
    found = []
    for node in _own_nodes(body):
        if node.type == "return_statement" and node.named_children:
            value = tree.bare(node.named_children[0])
            if value is not None:
                found.append(Place(place.module, value))
    return found


def _own_nodes(body: Node) -> Iterator[Node]:
    waiting = [body]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in node.named_children if child.type not in tree.FUNCTIONS]


def _unique(places: Iterator[Place]) -> list[Place]:
    return list({place.key: place for place in places}.values())
