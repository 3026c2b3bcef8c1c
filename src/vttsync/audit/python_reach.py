"""Python: which calls ask a server, where a function leads, and what must hold on the way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from vttsync.audit.gates import words

Function = ast.FunctionDef | ast.AsyncFunctionDef
_CLIENTS = re.compile(
    r"(?:^|\.)(?:requests|httpx|aiohttp|_?session|_?client|http|s|sess|http_client|"
    r"urllib\.request|urllib)$",
    re.I,
)
_MADE = re.compile(
    r"(?:^|\.)(?:Session|Client|AsyncClient|ClientSession|PoolManager|FuturesSession)$"
)
_READS = frozenset({"get", "head", "urlopen", "urlretrieve", "getJSON", "request"})
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_LONGEST = 60  # characters of an address that are shown
_ASKED = frozenset({"is_set", "is_connected", "isConnected"})  # of a flag: `connected.is_set()`


@dataclass(frozen=True)
class Read:
    """A request, and what must hold on the way to it.

    Attributes:
        what: what is asked, as written.
        way: functions in between, with their lines.
        conditions: each with whether it must hold, or mustn't.
    """

    what: str
    way: tuple[tuple[str, int], ...]
    conditions: tuple[tuple[ast.expr, bool], ...]
    call: ast.Call


class File:
    """A parsed file: its functions, its clients, what is in what."""

    def __init__(self, module: ast.Module) -> None:
        self.nodes: list[ast.AST] = [module]
        self.above: dict[ast.AST, ast.AST] = {}
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                self.above[child] = node
                self.nodes.append(child)
        self.functions = {node.name: node for node in self.nodes if isinstance(node, Function)}
        self._clients = set(self._made())

    def _made(self) -> Iterator[str]:
        """Names that a client is kept under: `with httpx.Client() as c`, `self.api = Session()`."""
        for node in self.nodes:
            value: ast.expr | None = None
            target: ast.expr | None = None
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                value, target = node.value, node.targets[0]
            elif isinstance(node, ast.withitem):
                value, target = node.context_expr, node.optional_vars
            if isinstance(value, ast.Call) and target and _MADE.search(name(value.func)):
                yield name(target)

    def read(self, node: ast.AST, seen: frozenset[str] = frozenset()) -> Read | None:
        """The nearest read that running a node comes to."""
        calls = list(self.calls(node))
        for call in calls:
            if self._asks(call):
                what = call.args[0] if call.args else None
                return Read(shown(what), (), tuple(self.conditions(call, node)), call)
        for call in calls:
            inner = self.functions.get(name(call.func).rsplit(".", 1)[-1])
            if inner is None or inner.name in seen:
                continue
            found = self.read(inner, seen | {inner.name})
            if found is not None:
                way = ((inner.name, inner.lineno), *found.way)
                held = (*self.conditions(call, node), *found.conditions)
                return Read(found.what, way, held, call)
        return None

    def calls(self, node: ast.AST) -> Iterator[ast.Call]:
        """The calls that running a node makes; not those of functions that it only defines."""
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if isinstance(current, ast.Call):
                yield current
            inner = list(ast.iter_child_nodes(current))
            defines = isinstance(current, (*Function.__args__, ast.ClassDef, ast.Lambda))
            if not defines or current is node:
                waiting.extend(reversed(inner))

    def _asks(self, call: ast.Call) -> bool:
        owner, _, last = name(call.func).rpartition(".")
        if last not in _READS or any(
            isinstance(arg, ast.Constant) and arg.value in _WRITES for arg in call.args[:1]
        ):
            return False
        if any(isinstance(arg, ast.Call) and _sends(arg) for arg in call.args):
            return False  # urlopen(Request(url, method="DELETE"))
        return last == "urlopen" or owner in self._clients or _CLIENTS.search(owner) is not None

    def conditions(self, node: ast.AST, end: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
        """What must hold for a node to run, up to what it is in."""
        while node is not end:
            above = self.above.get(node)
            if above is None:
                return
            if isinstance(above, ast.If | ast.IfExp) and node is not above.test:
                body = above.body if isinstance(above.body, list) else [above.body]
                yield above.test, node in body
            for before in _before(node, above):
                if isinstance(before, ast.If) and _leaves(before):
                    yield before.test, False
            node = above


def _before(node: ast.AST, above: ast.AST) -> list[ast.stmt]:
    body = getattr(above, "body", None)
    if not isinstance(body, list) or node not in body:
        return []
    return body[: body.index(node)]


def _leaves(branch: ast.If) -> bool:
    last = branch.body[-1]
    return isinstance(last, ast.Return | ast.Continue | ast.Break | ast.Raise) and not branch.orelse


def _sends(request: ast.Call) -> bool:
    return any(
        each.arg == "data" or (isinstance(each.value, ast.Constant) and each.value.value in _WRITES)
        for each in request.keywords
    )


def can_hold(condition: ast.expr, wanted: bool, *, up: bool) -> bool:
    """Whether a condition can come out so while realtime is up, or down, to judge by names."""
    told = _told(condition, up=up)
    return told is None or told is wanted


def _told(node: ast.expr, *, up: bool) -> bool | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _told(node.operand, up=up)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        values = [_told(each, up=up) for each in node.values]
        decides = isinstance(node.op, ast.Or)
        if decides in values:
            return decides
        return None if None in values else not decides
    if isinstance(node, ast.Call):
        owner, _, last = name(node.func).rpartition(".")
        told = words.says((owner if last in _ASKED else last).rsplit(".", 1)[-1])
    else:
        told = words.says(name(node).rsplit(".", 1)[-1])
    return None if told is None else told is up


def shown(node: ast.expr | None) -> str:
    """What is asked, as a person would name it."""
    if isinstance(node, ast.Constant):
        return str(node.value)[:_LONGEST]
    return ast.unparse(node)[:_LONGEST] if node is not None else "the server"


def name(node: ast.AST) -> str:
    """A dotted name: `self.session.get`; of a call, what it calls."""
    if isinstance(node, ast.Attribute):
        return f"{name(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return name(node.func)
    return node.id if isinstance(node, ast.Name) else ""
