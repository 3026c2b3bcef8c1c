"""What must hold for a call to run: the conditions around it, and what calls its function."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Names, Place
from vttsync.audit.gates import words
from vttsync.audit.gates.values import World

_LEAVES = frozenset(
    {"return_statement", "throw_statement", "continue_statement", "break_statement"}
)
_EFFECTS = frozenset(
    {
        "useEffect",
        "useLayoutEffect",
        "watch",
        "watchEffect",
        "createEffect",
        "$effect",
        "effect",
        "onMounted",
    }
)
_NAMED = frozenset({"identifier", "member_expression"})
_DOES = frozenset({"connect", "open", "reconnect", "resume", "disconnect", "close", "end", "up"})
_DEEPEST = 3


@dataclass(frozen=True)
class Condition:
    """What must hold: an expression, or a moment of realtime's, as it comes up or goes down.

    Attributes:
        place: the expression, or the handler.
        wanted: truthy, falsy; of a moment: up, down.
        moment: whether it is one.
        stale: whether the expression is read once, when the component begins.
        restarted: whether it is a delay that each failure to reconnect begins anew.
    """

    place: Place
    wanted: bool
    moment: bool = False
    stale: bool = False
    restarted: bool = False

    def can_hold(self, world: World) -> bool:
        """Whether it can hold in that world."""
        if self.moment:
            return self.wanted is world.up
        return self.stale or self.restarted or world.can_be(self.place, self.wanted)


Way = tuple[Condition, ...]


def around(place: Place) -> list[Condition]:
    """The conditions between a node and the function that it is in."""
    found = []
    node = place.node
    for above in tree.above(place.node):
        found += _between(place, node, above)
        if above.type in tree.FUNCTIONS or above.type == "program":
            break
        node = above
    return found


def _between(place: Place, node: Node, above: Node) -> list[Condition]:
    """The conditions that a node puts on one of its children."""
    if above.type in ("statement_block", "program"):
        return _guards(place, node, above)
    condition, wanted = _asked(node, above)
    if condition is None or node == condition:
        return []
    return [Condition(Place(place.module, condition), wanted)]


def _asked(node: Node, above: Node) -> tuple[Node | None, bool]:
    """What `above` asks before it runs `node`, and the answer that it needs."""
    condition = tree.field(above, "condition")
    if above.type in ("if_statement", "ternary_expression"):
        return condition, node == tree.field(above, "consequence")
    if above.type in ("while_statement", "for_statement"):
        return condition, True
    operator = tree.text(tree.field(above, "operator"))
    if above.type == "binary_expression" and operator in ("&&", "||"):
        return tree.field(above, "left"), operator == "&&"
    return None, True


def _guards(place: Place, node: Node, block: Node) -> list[Condition]:
    """`if (…) return;` before the node, in the same block."""
    found = []
    for before in block.named_children:
        if before.start_byte >= node.start_byte:
            break
        condition, then = tree.field(before, "condition"), tree.field(before, "consequence")
        if before.type != "if_statement" or condition is None or then is None:
            continue
        last = (
            then.named_children[-1]
            if then.type == "statement_block" and then.named_children
            else then
        )
        if last.type in _LEAVES and tree.field(before, "alternative") is None:
            found.append(Condition(Place(place.module, condition), False))
    return found


def ways(place: Place, names: Names, depth: int = 0) -> list[Way]:
    """The ways in which a call comes to run: each a set of conditions that must hold together."""
    inner = around(place)
    function = tree.enclosing(place.node, tree.FUNCTIONS)
    if function is None:
        return [tuple(inner)]
    here = Place(place.module, function)
    handler = _handler(function)
    if handler is not None:
        moment = Condition(here, handler, moment=True)
        return [(*inner, moment)]
    if _effect(function) is not None:
        known = _dependencies(function)
        return [tuple(_as_read(condition, known) for condition in inner)]
    if depth >= _DEEPEST:
        return [tuple(inner)]
    above = _inline(here)
    if above is not None:
        inner += _delay(above)
        return [(*inner, *way) for way in ways(above, names, depth + 1)]
    callers = _callers(here, names)
    found = []
    for caller in callers:
        given = _given_as_handler(caller)
        if given is not None:
            found.append((*inner, Condition(caller, given, moment=True)))
        else:
            found += [(*inner, *_delay(caller), *way) for way in ways(caller, names, depth + 1)]
    return found or [tuple(inner)]


def _delay(call: Place) -> list[Condition]:
    """A time-out that is begun anew each time: `clearTimeout(t); t = setTimeout(…)`."""
    return [Condition(call, wanted=True, restarted=True)] if _restarts(call) else []


def _restarts(call: Place) -> bool:
    if tree.name_of(tree.callee(call.node)) != "setTimeout":
        return False
    around_it = tree.enclosing(call.node, tree.FUNCTIONS)
    kept = call.node.parent
    if around_it is None or kept is None or kept.type != "assignment_expression":
        return False
    handle = tree.squeezed(tree.field(kept, "left"))
    return f"clearTimeout({handle}" in tree.squeezed(around_it)


def _inline(function: Place) -> Place | None:
    """The call that a function is written into, where that runs it: `.then(() => …)`."""
    above = function.node.parent
    while above is not None and above.type in ("arguments", "parenthesized_expression"):
        above = above.parent
    if above is not None and above.type == "call_expression":
        if tree.name_of(tree.callee(above)) in (
            "useCallback",
            "useMemo",
            "useEffectEvent",
            "debounce",
            "throttle",
        ):
            return None
        return Place(function.module, above)
    return None


def _handler(function: Node) -> bool | None:
    """Whether a function runs as realtime comes up or goes down."""
    above = function.parent
    if above is None:
        return None
    if above.type == "assignment_expression":
        return _told(tree.name_of(tree.field(above, "left")))
    if above.type == "pair":
        return words.event(tree.text(tree.field(above, "key")))
    if above.type == "arguments" and above.parent is not None:
        return _event_of(above.parent)
    if function.type == "method_definition":
        return _told(tree.text(tree.field(function, "name")))
    return None


def _told(name: str) -> bool | None:
    """By the name of a method: `onOpen` and `connected` hear of it, `connect` makes it so."""
    return None if name in _DOES else words.event(name)


def _event_of(call: Node) -> bool | None:
    given = tree.arguments(call)
    name = tree.string_value(given[0]) if given else None
    listens = tree.name_of(tree.callee(call)) in (
        "on",
        "once",
        "addEventListener",
        "addListener",
        "bind",
        "listen",
    )
    if (
        name is None
        or not listens
        or tree.squeezed(tree.field(call, "function")).startswith("window.")
    ):
        return None
    return words.event(name)


def _effect(function: Node) -> Node | None:
    above = function.parent
    call = above.parent if above is not None and above.type == "arguments" else None
    if call is not None and tree.name_of(tree.callee(call)) in _EFFECTS:
        return call
    return None


def _dependencies(function: Node) -> set[str] | None:
    """The names that an effect runs again for; None: all that it reads."""
    call = _effect(function)
    if call is None or tree.name_of(tree.callee(call)) not in ("useEffect", "useLayoutEffect"):
        return None
    given = tree.arguments(call)
    listed = tree.bare(given[1]) if len(given) > 1 else None
    if listed is None or listed.type != "array":
        return None
    return {tree.squeezed(each) for each in listed.named_children}


def _as_read(condition: Condition, known: set[str] | None) -> Condition:
    """A condition inside an effect that doesn't run again for it is read once."""
    if known is None or condition.moment:
        return condition
    used = {
        tree.squeezed(node)
        for node in tree.walk(condition.place.node)
        if node.type in ("identifier", "member_expression")
    }
    mutable = any(name.endswith((".connected", ".readyState", ".current")) for name in used)
    return (
        condition
        if mutable or used & known
        else Condition(condition.place, condition.wanted, stale=True)
    )


def _callers(function: Place, names: Names) -> list[Place]:
    """The calls of a function in its own file, and where it is given away by name."""
    module, near = function.module, _around(function)
    found = []
    for call in module.calls:
        named = [tree.callee(call), *tree.arguments(call)]
        if tree.enclosing(call, tree.FUNCTIONS) != function.node:
            found += [call] if any(_means(each, near, function, names) for each in named) else []
    for node in module.nodes("assignment_expression", "pair"):
        value = tree.field(node, "right") or tree.field(node, "value")
        found += [node] if _means(value, near, function, names) else []
    return [Place(module, node) for node in found]


def _means(node: Node | None, near: str, function: Place, names: Names) -> bool:
    """Whether a name means this function; `near` leaves most of them out at once."""
    if node is None or node.type not in _NAMED or tree.name_of(node) not in near:
        return False
    return function.key in {target.key for target in names.functions(Place(function.module, node))}


def _around(function: Place) -> str:
    """The text where a function gets its name: enough to leave out most others at once."""
    source, node = function.module.source, function.node
    starts = [node.start_byte] + ([node.parent.start_byte] if node.parent is not None else [])
    return " ".join(source[start : start + 200].decode("utf-8", "replace") for start in starts)


def _given_as_handler(caller: Place) -> bool | None:
    node = caller.node
    if node.type == "assignment_expression":
        return words.event(tree.name_of(tree.field(node, "left")))
    if node.type == "pair":
        return words.event(tree.text(tree.field(node, "key")))
    given = tree.arguments(node)
    listens = len(given) > 1 and given[-1].type in ("identifier", "member_expression")
    return _event_of(node) if listens else None
