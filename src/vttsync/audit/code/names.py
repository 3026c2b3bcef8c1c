"""Which functions an expression can mean, across files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.bindings import Binding
from vttsync.audit.code.module import CLASSES, OWNERS, Module
from vttsync.audit.code.project import Code

_DEEPEST = 40  # steps from a name to what it stands for
_MANY = 4  # members of one name: more, and it says nothing
_MOST = 12  # things that one expression can be: more, and nobody is helped
# Calls that give back the function they are given, or one that does the same.
_PASSES_ON = tree.named(
    """useCallback useEvent useEffectEvent useMemo useLatest useMemoizedFn debounce throttle memoize
    once action runInAction markRaw bind untrack batch useDebouncedCallback useThrottledCallback
    useThrottleFn useDebounceFn $ catchError wrap proxy"""
)
_ONE_OF = {
    "ternary_expression": ("consequence", "alternative"),
    "binary_expression": ("left", "right"),
    "assignment_expression": ("right",),
}


@dataclass(frozen=True)
class Place:
    """A node, and the file it is in."""

    module: Module
    node: Node

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells it from every other place."""
        return self.module.path, self.node.start_byte, self.node.end_byte


_Key = tuple[str, str, tuple[str, int, int]]


class Names:
    """Looks up what names stand for in a project. Each question is answered once."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._known: dict[_Key, list[Place]] = {}
        self._owned: dict[tuple[str, int, int], frozenset[int]] = {}
        self._depth = 0

    def functions(self, place: Place) -> list[Place]:
        """The functions that an expression can be; none when that can't be told."""
        return self._once("functions", "", place, self._functions)

    def values(self, place: Place) -> list[Place]:
        """What an expression stands for, one step nearer to where it was written down."""
        return self._once("values", "", place, self._values)

    def _once(
        self, question: str, name: str, place: Place, answer: Callable[[Place], Iterable[Place]]
    ) -> list[Place]:
        key = (question, name, place.key)
        if key in self._known:
            return self._known[key]
        if self._depth >= _DEEPEST:
            return []
        self._known[key] = []  # a circle ends here
        self._depth += 1
        try:
            found = list({each.key: each for each in answer(place)}.values())
            self._known[key] = found[:_MOST]
        finally:
            self._depth -= 1
        return self._known[key]

    def _functions(self, place: Place) -> Iterator[Place]:
        node = tree.bare(place.node)
        if node is None:
            return
        place = Place(place.module, node)
        if node.type in tree.FUNCTIONS:
            yield place
            return
        for value in self.values(place):
            yield from self.functions(value)

    def _values(self, place: Place) -> list[Place]:
        kind = place.node.type
        if kind in ("identifier", "shorthand_property_identifier"):
            return self._named(place)
        if kind == "member_expression":
            return self._member(place)
        if kind == "call_expression":
            return self._called(place)
        return _fields(place, *_ONE_OF.get(kind, ()))

    def _named(self, place: Place) -> list[Place]:
        binding = place.module.binding(place.node)
        if binding is None:
            return []
        found = self._bound(place.module, binding)
        if binding.node is None or binding.node.type not in tree.FUNCTIONS:
            later = place.module.assigned.get(tree.text(place.node), [])
            found += [Place(place.module, node) for node in later[:_MANY]]
        return found

    def _bound(self, module: Module, binding: Binding) -> list[Place]:
        found: list[Place] = []
        if binding.module:
            target = self._code.imported(module.path, binding.module)
            found = self._export_of(target, binding.imported) if target else []
        elif binding.node is not None:
            found = [Place(module, binding.node)]
        for name in binding.path:
            found = [part for each in found for part in self._property(each, name)]
        return list(found)

    def exported(self, module: Module, binding: Binding) -> tuple[Module, Binding] | None:
        """What an import stands for in the file that it names; None for a package."""
        target = self._code.imported(module.path, binding.module)
        waiting = [target] if target is not None else []
        for each in waiting:  # which grows
            if len(waiting) > _DEEPEST:
                return None
            if binding.imported in each.exports:
                return each, each.exports[binding.imported]
            further = [self._code.imported(each.path, name) for name in each.reexported]
            waiting += [it for it in further if it is not None and it not in waiting]
        return None

    def _export_of(self, module: Module, name: str) -> list[Place]:
        whole = Place(module, module.root)
        if name == "*":
            return [whole]
        return self._once("export", name, whole, lambda place: self._exported(place, name))

    def _exported(self, whole: Place, name: str) -> list[Place]:
        binding = whole.module.exports.get(name)
        if binding is not None:
            return self._bound(whole.module, binding)
        for specifier in whole.module.reexported:
            further = self._code.imported(whole.module.path, specifier)
            found = self._export_of(further, name) if further else []
            if found:
                return found
        return []

    def _property(self, place: Place, name: str) -> list[Place]:
        """The values that a property of an expression can have."""
        return self._once("property", name, place, lambda place: self._properties(place, name))

    def _properties(self, place: Place, name: str) -> Iterable[Place]:
        node = tree.bare(place.node)
        if node is None:
            return []
        place = Place(place.module, node)
        match node.type:
            case "program":
                return self._export_of(place.module, name)
            case "object":
                return self._in_object(place, name)
            case "new_expression":
                return self._in_class(place, name)
            case "call_expression":
                nearer = self._made(place)
            case _:
                nearer = self.values(place)
        return [part for each in nearer for part in self._property(each, name)]

    def _in_object(self, place: Place, name: str) -> list[Place]:
        value = tree.property_of(place.node, name)
        if value is not None:
            return [Place(place.module, value)]
        spread = [child for child in place.node.named_children if child.type == "spread_element"]
        inner = [Place(place.module, child.named_children[0]) for child in spread]
        return [part for each in inner for part in self._property(each, name)]

    def _in_class(self, place: Place, name: str) -> Iterator[Place]:
        constructor = tree.callee(place.node)
        classes = self.values(Place(place.module, constructor)) if constructor else []
        for each in classes:
            for member in each.module.members.get(name, []):
                if tree.enclosing(member, CLASSES) == each.node:
                    yield Place(each.module, member)

    def _made(self, place: Place) -> list[Place]:
        """What a call gives back: the values that the function returns."""
        return self._once("made", "", place, self._makes)

    def _makes(self, place: Place) -> Iterator[Place]:
        for each in tree.arguments(place.node):
            # `create((set) => ({ load() {} }))`, `defineStore("game", () => …)`, `reactive({…})`
            if each.type == "object":
                yield Place(place.module, each)
            elif each.type in tree.FUNCTIONS:
                yield from self._returned(Place(place.module, each))
        callee = tree.callee(place.node)
        if callee is None:
            return
        for function in self.functions(Place(place.module, callee)):
            yield from self._returned(function)
        # `const useGame = create(…)`, then `useGame()` or `useGame.getState()`
        source = tree.field(callee, "object") if callee.type == "member_expression" else callee
        for value in self.values(Place(place.module, source or callee)):
            made = tree.bare(value.node)
            if made is not None and made.type == "call_expression":
                yield from self._made(Place(value.module, made))

    def _called(self, place: Place) -> list[Place]:
        """A call in the place of a function: `useCallback(f)`, `f.bind(this)`, `makeLoader()`."""
        callee = tree.callee(place.node)
        if callee is None:
            return []
        name, given = tree.name_of(callee), tree.arguments(place.node)
        if name == "createAsyncThunk":  # Redux: its name, then what it does
            return [Place(place.module, each) for each in given[1:2]]
        if name == "bind" and callee.type == "member_expression":
            return _fields(Place(place.module, callee), "object")
        if name in _PASSES_ON and given:
            first = Place(place.module, given[0])
            return self._returned(first) if name == "useMemo" else [first]
        selected = _selected(given)
        if selected:
            found = [part for each in self._made(place) for part in self._property(each, selected)]
            if found:
                return found
        functions = self.functions(Place(place.module, callee))
        return [value for function in functions for value in self._returned(function)]

    def _member(self, place: Place) -> list[Place]:
        owner = tree.bare(tree.field(place.node, "object"))
        name = tree.name_of(place.node)
        if owner is None or not name:
            return []
        if owner.type not in ("this", "super") and tree.text(owner) not in ("self", "that", "vm"):
            if name == "value":  # a ref of Vue's
                return self.values(Place(place.module, owner))
            known = self._property(Place(place.module, owner), name)
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
            owners = (each.id for each in tree.above(place.node) if each.type in OWNERS)
            self._owned[place.key] = frozenset(owners)
        return self._owned[place.key]

    def _returned(self, place: Place) -> list[Place]:
        """The expressions that a function returns."""
        return self._once("returned", "", place, _returns)


def _fields(place: Place, *names: str) -> list[Place]:
    nodes = [tree.field(place.node, name) for name in names]
    return [Place(place.module, node) for node in nodes if node is not None]


def _selected(given: list[Node]) -> str:
    """What `useGame((state) => state.load)`, a selector of a store, selects."""
    if len(given) != 1 or given[0].type != "arrow_function":
        return ""
    body = tree.bare(tree.field(given[0], "body"))
    return tree.name_of(body) if body is not None and body.type == "member_expression" else ""


def _returns(place: Place) -> Iterator[Place]:
    function = tree.bare(place.node)
    body = tree.field(function, "body") if function is not None else None
    if function is None or body is None or function.type not in tree.FUNCTIONS:
        return
    if body.type != "statement_block":
        given = [body]
    else:
        statements = [node for node in tree.walk_within(body) if node.type == "return_statement"]
        given = [node.named_children[0] for node in statements if node.named_children]
    for each in given:
        value = tree.bare(each)
        if value is not None:
            yield Place(place.module, value)
