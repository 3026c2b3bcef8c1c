"""Polling in Python: clients, bots and desktop programs that ask a server in a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLIENTS = re.compile(
    r"(?:^|\.)(?:requests|httpx|aiohttp|session|client|http|s|sess|http_client|urllib\.request|urllib)$",
    re.I,
)
_ASKS = re.compile(r"requests|httpx|urllib|aiohttp|session|client|http\b")
_REPEATS = re.compile(
    r"\bwhile\b|\bafter\(|\bTimer\(|call_later|set_interval|schedule_interval|timeout\.connect"
)
_READS = frozenset({"get", "head", "urlopen", "getJSON", "request"})
_SERVERS = frozenset(
    {
        "flask",
        "fastapi",
        "django",
        "starlette",
        "aiohttp.web",
        "celery",
        "sanic",
        "quart",
        "bottle",
        "tornado",
        "apscheduler",
    }
)
_ENDS = re.compile(r"attempt|retr|tries|deadline|timeout|elapsed", re.I)
_WAITS = re.compile(r"wait|until|ready|retry|connect", re.I)


@dataclass(frozen=True)
class PythonPoll:
    """A loop that asks a server.

    Attributes:
        line: of the loop or timer, from 1.
        what: what is asked, as written.
        way: functions in between, with their lines.
        every: the pause, as written; may be empty.
    """

    line: int
    what: str
    way: tuple[tuple[str, int], ...]
    every: str


def polls(source: str) -> Iterator[PythonPoll]:
    """The polls of a Python file.

    Raises:
        SyntaxError: it can't be parsed.
    """
    if not (_ASKS.search(source) and _REPEATS.search(source)):
        return
    module = ast.parse(source)
    nodes = list(ast.walk(module))
    if _imports(nodes) & _SERVERS:
        return
    functions = {
        node.name: node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for node in nodes:
        if isinstance(node, ast.While):
            yield from _loop(node, functions)
        elif isinstance(node, ast.Call):
            yield from _timer(node, functions)


def _imports(nodes: list[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0], node.module or ""}
    return found


_Functions = dict[str, ast.FunctionDef | ast.AsyncFunctionDef]


def _loop(loop: ast.While, functions: _Functions) -> Iterator[PythonPoll]:
    sleeps = [
        call
        for call in _calls(loop)
        if _name(call.func).rsplit(".", 1)[-1] in ("sleep", "wait", "msleep")
    ]
    if not sleeps or _ENDS.search(ast.unparse(loop.test)) or isinstance(loop.test, ast.Compare):
        return
    if any(_within_handler(loop, sleep) for sleep in sleeps) and len(sleeps) == 1:
        return
    found = _read(loop, functions, set())
    if found is not None:
        every = ast.unparse(sleeps[0].args[0]) if sleeps[0].args else ""
        yield PythonPoll(loop.lineno, found[0], found[1], f"{every} s" if every else "")


def _within_handler(loop: ast.While, call: ast.Call) -> bool:
    handlers = [node for node in ast.walk(loop) if isinstance(node, ast.ExceptHandler)]
    return any(call in ast.walk(handler) for handler in handlers)


def _timer(call: ast.Call, functions: _Functions) -> Iterator[PythonPoll]:
    """`root.after(1000, self.poll)`, `Timer(5, poll)` in poll; `timer.timeout.connect(load)`."""
    name = _name(call.func)
    last = name.rsplit(".", 1)[-1]
    target = ""
    if (
        last in ("after", "Timer", "call_later", "set_interval", "schedule_interval")
        and len(call.args) > 1
    ):
        first, second = call.args[0], call.args[1]
        target = _name(
            first
            if last in ("set_interval", "schedule_interval") and not isinstance(first, ast.Constant)
            else second
        )
    elif name.endswith("timeout.connect") and call.args:
        target = _name(call.args[0])
    function = functions.get(target.rsplit(".", 1)[-1])
    if function is None or _WAITS.search(function.name):
        return
    repeats = last in ("connect", "set_interval", "schedule_interval") or call in ast.walk(function)
    found = _read(function, functions, {function.name}) if repeats else None
    if found is not None:
        numbers = [ast.unparse(each) for each in call.args if isinstance(each, ast.Constant)]
        yield PythonPoll(call.lineno, found[0], found[1], numbers[0] if numbers else "")


def _calls(node: ast.AST) -> list[ast.Call]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


def _read(
    node: ast.AST, functions: _Functions, seen: set[str]
) -> tuple[str, tuple[tuple[str, int], ...]] | None:
    calls = _calls(node)
    for call in calls:
        name = _name(call.func)
        owner, _, last = name.rpartition(".")
        if last in _READS and (_CLIENTS.search(owner) or last == "urlopen"):
            return (ast.unparse(call.args[0])[:60] if call.args else "the server"), ()
    for call in calls:
        inner = functions.get(_name(call.func).rsplit(".", 1)[-1])
        if inner is not None and inner.name not in seen:
            found = _read(inner, functions, seen | {inner.name})
            if found is not None:
                return found[0], ((inner.name, inner.lineno), *found[1])
    return None


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.id if isinstance(node, ast.Name) else ""
