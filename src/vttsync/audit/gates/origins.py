"""Where a name comes from, as words: they tell what a name such as `isOpen` is about."""

from __future__ import annotations

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.bindings import Binding
from vttsync.audit.code.names import Place
from vttsync.audit.gates import words

_TIMERS = frozenset({"setInterval", "setTimeout"})


def origin(place: Place) -> frozenset[str]:
    """The words of what an expression belongs to: of its owner, of the hook or file it is from."""
    node = tree.bare(place.node)
    found: set[str] = set()
    while node is not None and node.type in ("member_expression", "call_expression"):
        inner = tree.field(node, "object") or tree.callee(node)
        node = tree.bare(inner)
        if node is not None and node.type != "call_expression":
            found |= set(words.words(tree.squeezed(node)))
    if node is not None and node.type == "identifier":
        binding = _binding(place, node)
        found |= _of_binding(binding) if binding is not None else set()
    return frozenset(found)


def _binding(place: Place, node: Node) -> Binding | None:
    binding = place.module.binding(node)
    if binding is None and tree.text(node).startswith("$"):  # a store of Svelte's
        return place.module.outermost(tree.text(node)[1:])
    return binding


def _of_binding(binding: Binding) -> set[str]:
    if binding.module:
        return set(words.words(f"{binding.module} {binding.imported}"))
    made = tree.bare(binding.node)
    if made is not None and made.type in ("call_expression", "new_expression"):
        return _called(made)
    if binding.parameter is not None:  # `room.onStatus((isUp) => …)`, `watch(connected, (isUp) =>`
        above = binding.parameter.parent
        call = above.parent if above is not None and above.type == "arguments" else None
        if call is not None and call.type == "call_expression":
            return _called(call) | _piped(call)
    return set()


def _piped(call: Node) -> set[str]:
    """What an operator's values come out of: `connected$.pipe(switchMap((isUp) => …))`."""
    pipe = call.parent.parent if call.parent is not None else None
    if pipe is None or tree.name_of(tree.callee(pipe)) != "pipe":
        return set()
    return set(words.words(tree.squeezed(tree.field(tree.callee(pipe) or pipe, "object"))))


def _called(call: Node) -> set[str]:
    first = next(iter(tree.arguments(call)), None)
    named = first is not None and first.type in ("identifier", "member_expression")
    about = tree.squeezed(first) if named else ""
    return set(words.words(f"{tree.squeezed(tree.callee(call))} {about}"))


def is_timer(place: Place) -> bool:
    """Whether a name is a timer's handle: `fallback` of `fallback = setInterval(…)`."""
    name = tree.name_of(place.node)
    binding = place.module.binding(place.node) if place.node.type == "identifier" else None
    kept = [*place.module.assigned.get(name, []), *place.module.members.get(name, [])]
    kept += [binding.node] if binding is not None and binding.node is not None else []
    bare = [tree.bare(each) for each in kept]
    return any(
        each is not None
        and each.type == "call_expression"
        and tree.name_of(tree.callee(each)) in _TIMERS
        for each in bare
    )
