"""Repetition that ends by itself: retries after a failure, attempts that are counted, waits."""

from __future__ import annotations

import re
from itertools import takewhile

from tree_sitter import Node

from vttsync.audit.code import tree
from vttsync.audit.code.names import Place

_COUNTED = re.compile(
    r"attempt|retr(?:y|ies)|tries|maxWait|waited|deadline|countdown|elapsed", re.IGNORECASE
)
_WAITS = re.compile(
    r"^(?:retry|reconnect|connect)|(?:With)?Retr(?:y|ies)$|reconnect", re.IGNORECASE
)
_FAILED = re.compile(r"^(?:on)?(?:error|close|fail|disconnect|reject)", re.IGNORECASE)
_RAN_OUT = re.compile(r"\(?(?:Date|performance)\.now\(\)-[\w$.]+>")
_WORD = re.compile(r"[\w$]+")
_NAMED_BY = ("variable_declarator", "public_field_definition")


def function_name(function: Node) -> str:
    """What a function is called: by its own name, its variable's, its property's."""
    own = tree.field(function, "name")
    if own is not None:
        return tree.text(own)
    above = function.parent
    while above is not None and above.type in ("call_expression", "arguments", *tree.WRAPPERS):
        above = above.parent
    if above is None:
        return ""
    if above.type in _NAMED_BY:
        return tree.text(tree.field(above, "name"))
    return tree.text(tree.field(above, "key")) if above.type == "pair" else ""


def name_around(node: Node) -> str:
    """The name of the function that a node is in."""
    around = tree.enclosing(node, tree.FUNCTIONS)
    return function_name(around) if around is not None else ""


def waits(name: str) -> bool:
    """Whether a function of this name only waits for something to be ready."""
    return _WAITS.search(name) is not None


def counted(condition: Node | None) -> bool:
    """Whether a condition counts attempts, or the time that went by."""
    text = tree.text(condition)
    return bool(re.search(r"[<>]", text)) or _COUNTED.search(text) is not None


def after_failure(node: Node) -> bool:
    """Whether this only comes after a failure: a retry, which ends when it works."""
    for each in tree.above(node):
        if each.type == "catch_clause":
            return True
        if each.type in tree.FUNCTIONS:
            return _handles_failure(each) or _FAILED.match(function_name(each)) is not None
    return False


def in_last_round(node: Node, timer: Node) -> bool:
    """Whether this runs in a branch that leaves without setting the timer again."""
    inside = node
    for each in tree.above(node):
        if each.type in tree.FUNCTIONS:
            return False
        if each.type == "if_statement" and inside != tree.field(each, "condition"):
            apart = not inside.start_byte <= timer.start_byte < inside.end_byte
            other = each.start_byte <= timer.start_byte < each.end_byte
            if apart and (other or _leaves(inside)):
                return True
        inside = each
    return False


def _leaves(branch: Node) -> bool:
    body = branch.named_children if branch.type == "statement_block" else [branch]
    return bool(body) and body[-1].type in ("return_statement", "throw_statement")


def within_catch(node: Node, end: Node) -> bool:
    """Whether a node is in a `catch` inside of `end`."""
    inside = takewhile(lambda each: each != end, tree.above(node))
    return any(each.type == "catch_clause" for each in inside)


def _handles_failure(function: Node) -> bool:
    above = function.parent
    if above is None:
        return False
    if above.type == "arguments" and above.parent is not None:
        return _given_for_failure(above.parent, function)
    name = ""
    if above.type == "assignment_expression":
        name = tree.name_of(tree.field(above, "left"))
    elif above.type == "pair":
        name = tree.text(tree.field(above, "key"))
    return _FAILED.match(name) is not None


def _given_for_failure(call: Node, function: Node) -> bool:
    name, given = tree.name_of(tree.callee(call)), tree.arguments(call)
    event = tree.string_value(given[0]) if given else None
    if event is not None:
        return _FAILED.match(event) is not None
    second = name == "then" and len(given) > 1 and given[1] == function
    return name in ("catch", "fail", "error") or second


def bounded(place: Place, starts: list[Place]) -> bool:
    """Whether it gives up after some attempts, or only waits for something to be ready."""
    around = tree.enclosing(place.node, tree.FUNCTIONS)
    functions = [each for each in (around, *(start.node for start in starts)) if each is not None]
    if any(waits(function_name(each)) for each in functions):
        return True
    for each in takewhile(lambda each: each not in functions, tree.above(place.node)):
        condition = tree.text(tree.field(each, "condition"))
        if each.type == "if_statement" and _COUNTED.search(condition):
            return True
    return any(_gives_up(each) for each in functions)


def ends_itself(starts: list[Place], read: Node) -> bool:
    """Whether an interval ends itself: at some number, after some time, or where it reads.

    Args:
        starts: what it runs.
        read: the call in that by which it reads.
    """
    ends = [it.node for it in starts if "clearInterval(" in tree.text(it.node)]
    if any(_gives_up(function) or _clears_before(read, function) for function in ends):
        return True
    return any(_runs_out(start.node, read) for start in starts)


def _runs_out(function: Node, read: Node) -> bool:
    """Whether it is over after some time: `if (Date.now() - begun > LIMIT) { stop(); return; }`."""
    for node in tree.walk_within(function):
        condition = tree.squeezed(tree.field(node, "condition"))
        if node.type == "if_statement" and _RAN_OUT.match(condition):
            branch = tree.field(node, "consequence")
            within = list(tree.walk_within(branch)) if branch else []
            kinds = {each.type for each in within}
            if {"call_expression", "return_statement"} <= kinds and read not in within:
                return True
    return False


def _clears_before(read: Node, function: Node) -> bool:
    """Whether it is over before it reads: `if (!window.SDK) return; clearInterval(t); load();`."""
    if not function.start_byte <= read.start_byte < function.end_byte:
        return False
    for block in tree.above(read):
        if block.type == "statement_block":
            cleared = [it for it in block.named_children if it.start_byte < read.start_byte]
            if any(tree.squeezed(it).startswith("clearInterval(") for it in cleared):
                return True
        if block == function:
            return False
    return False


def _gives_up(function: Node) -> bool:
    counters = _counters(function)
    for node in tree.walk_within(function):
        if node.type == "if_statement":
            condition = tree.text(tree.field(node, "condition"))
            named = _COUNTED.search(condition) or any(
                re.search(rf"\b{re.escape(name)}\b", condition) for name in counters
            )
            if named and re.search(r"[<>]", condition):
                return True
    return False


def _counters(function: Node) -> list[str]:
    """The parameters that the function hands on with one more or less."""
    listed = tree.field(function, "parameters")
    text = tree.text(tree.field(function, "body"))
    names = [_WORD.match(tree.text(each)) for each in (listed.named_children if listed else [])]
    return [
        name[0]
        for name in names
        if name and re.search(rf"\b{re.escape(name[0])}\s*[+-]\s*1\b", text)
    ]
