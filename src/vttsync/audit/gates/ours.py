"""vttsync's own helpers, known by where they come from: through an alias, or another file."""

from __future__ import annotations

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.bindings import Binding
from vttsync.audit.code.module import Module
from vttsync.audit.code.names import Names, Place

POLL = "pollWhenOffline"
HELPERS = frozenset({"useOfflineInterval", POLL})
_PACKAGES = ("vttsync-client", "party-client", "vttsync.js")
_DEEPEST = 8  # files that a name is handed through


def helper(callee: Place, names: Names) -> str:
    """Which of vttsync's helpers a call runs; empty for none.

    That is what is imported from vttsync's client, also by way of the app's own files, and what a
    function of it gave back: `connectSession(…).pollWhenOffline`.
    """
    name = tree.name_of(callee.node)
    if callee.node.type == "member_expression":
        return name if name in HELPERS and _is_ours(callee, names, 0) else ""
    binding = callee.module.binding(callee.node) if callee.node.type == "identifier" else None
    return _origin(callee.module, binding, names, 0) if binding is not None else ""


def other_names(module: Module, names: Names) -> set[str]:
    """Under which other names a file hands the polling helper on to the app's other files."""
    return {
        name
        for name, binding in module.exports.items()
        if name != POLL and _origin(module, binding, names, 0) == POLL
    }


def _origin(module: Module, binding: Binding, names: Names, depth: int) -> str:
    """The helper that a name stands for; empty for none."""
    if binding.module:
        if any(part in _PACKAGES for part in binding.module.split("/")):
            return binding.imported if binding.imported in HELPERS else ""
        if depth >= _DEEPEST:
            return ""
        found = names.exported(module, binding)
        return _origin(*found, names, depth + 1) if found is not None else ""
    if binding.path and binding.path[-1] in HELPERS and binding.node is not None:
        whole = Place(module, binding.node)
        return binding.path[-1] if _is_ours(whole, names, depth) else ""
    return ""


def _is_ours(place: Place, names: Names, depth: int) -> bool:
    """Whether a value comes from vttsync's client."""
    root: Node | None = tree.bare(place.node)
    while root is not None and root.type in ("member_expression", "call_expression"):
        inner = tree.field(root, "object") or tree.callee(root)
        root = tree.bare(inner)
    binding = place.module.binding(root) if root is not None and root.type == "identifier" else None
    if binding is None or depth >= _DEEPEST:
        return False
    if binding.module:
        if any(part in _PACKAGES for part in binding.module.split("/")):
            return True
        found = names.exported(place.module, binding)
        made = found[1].node if found is not None else None
        return found is not None and made is not None and _made(Place(found[0], made), names, depth)
    return binding.node is not None and _made(Place(place.module, binding.node), names, depth)


def _made(place: Place, names: Names, depth: int) -> bool:
    made = tree.bare(place.node)
    called = made is not None and made.type == "call_expression"
    return called and _is_ours(place, names, depth + 1)
