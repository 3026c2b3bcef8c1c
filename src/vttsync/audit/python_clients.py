"""Polling in Python: clients, bots and desktop programs that ask a server in a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from vttsync.audit.gates.judge import Judgement, Verdict
from vttsync.audit.python_reach import File, Function, Read, can_hold, name

_ASKS = re.compile(r"requests|httpx|urllib|aiohttp|session|client|http\b")
_REPEATS = re.compile(
    r"^[ \t]*while\b|\bafter\(|\bTimer\(|call_later|set_interval|schedule_interval|"
    r"timeout\.connect|\btasks\.loop|schedule\.every",
    re.M,
)
_SERVERS = re.compile(
    r"^[ \t]*(?:from|import)\s[^#\n]*\b(?:flask|fastapi|django|starlette|celery|sanic|quart|bottle|"
    r"tornado|apscheduler)\b|^[ \t]*(?:from aiohttp import\s.*\bweb\b|import aiohttp\.web)",
    re.M,
)
_PAUSES = frozenset({"sleep", "wait", "msleep", "tick"})
_ENDS = re.compile(r"attempt|retr|tries|deadline|timeout|elapsed", re.I)
_WAITS = re.compile(r"wait|until|ready|retry|connect", re.I)
# Timers: which argument is the function, and the unit of the other one.
_TIMERS = {"after": (1, "ms"), "Timer": (1, "s"), "call_later": (1, "s")}
_INTERVALS = {"set_interval": "s", "schedule_interval": "s"}
_UNITS = {"seconds": "s", "minutes": "min", "hours": "h"}
_UNGATED = Judgement(Verdict.UNGATED, "Nothing stops it while realtime is up.")


@dataclass(frozen=True)
class PythonPoll:
    """A loop that asks a server.

    Attributes:
        line: of the loop or timer, from 1.
        what: what is asked, as written.
        way: functions in between, with their lines.
        every: the pause, as written, with its unit; may be empty.
    """

    line: int
    what: str
    way: tuple[tuple[str, int], ...]
    every: str
    judgement: Judgement = _UNGATED


@dataclass(frozen=True)
class _Helper:
    """A function, or a class, that runs what it is given again and again."""

    argument: int
    keyword: str


def polls(source: str) -> Iterator[PythonPoll]:
    """The polls of a Python file.

    Raises:
        SyntaxError: it can't be parsed.
    """
    if not (_ASKS.search(source) and _REPEATS.search(source)) or _SERVERS.search(source):
        return
    file = File(ast.parse(source))
    loops = [(node, *_pauses(node, file)) for node in file.nodes if isinstance(node, ast.While)]
    helpers: dict[str, _Helper] = {}
    for loop, pauses, every in loops:
        if pauses:
            helpers |= _helpers(loop, file)
            yield from _found(loop, file.read(loop), every, file)
    for node in file.nodes:
        if isinstance(node, ast.Call):
            yield from _timer(node, file)
            yield from _helped(node, helpers, file)
        elif isinstance(node, Function):
            yield from _decorated(node, file)


def _found(
    at: ast.expr | ast.stmt, read: Read | None, every: str, file: File
) -> Iterator[PythonPoll]:
    if read is not None and not (isinstance(at, ast.While) and _turns_pages(at, read, file)):
        yield PythonPoll(at.lineno, read.what, read.way, every, _judged(read))


def _judged(read: Read) -> Judgement:
    up, down = (
        all(can_hold(condition, wanted, up=world) for condition, wanted in read.conditions)
        for world in (True, False)
    )
    told = ", ".join(ast.unparse(condition)[:40] for condition, _ in read.conditions)
    if down and not up:
        why = f"`{told}` switches it off while realtime is up, to judge by the names."
        return Judgement(Verdict.PROBABLY_GATED, why)
    if up and not down:
        why = f"`{told}` lets it run while realtime is up, and not while it is down."
        return Judgement(Verdict.INVERTED, why)
    return _UNGATED


def _pauses(loop: ast.While, file: File) -> tuple[list[ast.Call], str]:
    """Where a loop waits between two rounds, and for how long; none where it ends by itself."""
    found = [call for call in file.calls(loop) if name(call.func).rsplit(".", 1)[-1] in _PAUSES]
    around = _function_around(loop, file)
    if (
        _ENDS.search(ast.unparse(loop.test))
        or isinstance(loop.test, ast.Compare)
        or (around is not None and _WAITS.search(around.name))
        or any(isinstance(it, ast.Return) and not _is_nothing(it.value) for it in _own(loop, file))
        or (len(found) == 1 and _is_within_handler(loop, found[0]))
    ):
        return [], ""
    given = found[0].args if found else []
    fast = bool(found) and name(found[0].func).endswith(".tick")  # frames a second
    return found, f"{ast.unparse(given[0])} s" if given and not fast else ""


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _own(loop: ast.While, file: File) -> Iterator[ast.AST]:
    around = _function_around(loop, file)
    return (node for node in ast.walk(loop) if _function_around(node, file) is around)


def _function_around(node: ast.AST, file: File) -> Function | None:
    above = file.above.get(node)
    while above is not None and not isinstance(above, Function):
        above = file.above.get(above)
    return above


def _is_within_handler(loop: ast.While, call: ast.Call) -> bool:
    handlers = [node for node in ast.walk(loop) if isinstance(node, ast.ExceptHandler)]
    return any(call in ast.walk(handler) for handler in handlers)


def _turns_pages(loop: ast.While, read: Read, file: File) -> bool:
    """Whether each round asks for the next page, which it counts."""
    counted = {name(it.target) for it in ast.walk(loop) if isinstance(it, ast.AugAssign)}
    asked = {name(node) for node in ast.walk(read.call) if isinstance(node, ast.Name)}
    return bool(counted & asked) and bool(
        [it for it in _own(loop, file) if isinstance(it, ast.Return | ast.Break)]
    )


def _timer(call: ast.Call, file: File) -> Iterator[PythonPoll]:
    """`root.after(1000, self.poll)` and `Timer(5, poll)` in poll; what repeats by itself."""
    last = name(call.func).rsplit(".", 1)[-1]
    target, every, again = None, "", True
    if last in _TIMERS and len(call.args) > 1:
        position, unit = _TIMERS[last]
        target, every, again = call.args[position], f"{ast.unparse(call.args[0])} {unit}", False
    elif last in _INTERVALS and len(call.args) > 1:
        first, second = call.args[:2]
        target, period = (second, first) if isinstance(first, ast.Constant) else (first, second)
        every = f"{ast.unparse(period)} {_INTERVALS[last]}"
    elif _takes_what_repeats(call, last):
        target = call.args[0]
    function = _target(target, file)
    if function is None or (isinstance(function, Function) and _WAITS.search(function.name)):
        return
    if again or call in ast.walk(function):
        yield from _found(call, file.read(function), every, file)


def _takes_what_repeats(call: ast.Call, last: str) -> bool:
    """`timer.timeout.connect(load)` of Qt, `schedule.every(10).seconds.do(load)`."""
    whole = name(call.func)
    repeats = whole.endswith("timeout.connect") or (last == "do" and "every" in whole)
    return repeats and bool(call.args)


def _target(node: ast.expr | None, file: File) -> Function | ast.Lambda | None:
    if node is None or isinstance(node, ast.Lambda):
        return node
    return file.functions.get(name(node).rsplit(".", 1)[-1])


def _decorated(function: Function, file: File) -> Iterator[PythonPoll]:
    """`@tasks.loop(seconds=10)` of discord.py."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and name(decorator.func).endswith("tasks.loop"):
            given = [it for it in decorator.keywords if it.arg in _UNITS]
            unit = _UNITS[given[0].arg or ""] if given else ""
            every = f"{ast.unparse(given[0].value)} {unit}" if given else ""
            yield from _found(decorator, file.read(function), every, file)


def _helpers(loop: ast.While, file: File) -> dict[str, _Helper]:
    """The function or class around a loop, where that runs what is handed to it."""
    around = _function_around(loop, file)
    if around is None:
        return {}
    owner = file.above.get(around)
    found: dict[str, _Helper] = {}
    for call in file.calls(loop):
        called = name(call.func)
        if isinstance(call.func, ast.Name):
            found |= _taking(around, called, around.name)
        elif isinstance(owner, ast.ClassDef) and called.startswith("self."):
            begins = [it for it in owner.body if isinstance(it, Function) and it.name == "__init__"]
            for init in begins:
                found |= _taking(init, _kept(init, called), owner.name)
    return found


def _kept(init: Function, attribute: str) -> str:
    """The parameter that a constructor keeps under a name."""
    for node in ast.walk(init):
        if isinstance(node, ast.Assign) and attribute in map(name, node.targets):
            return name(node.value)
    return ""


def _taking(function: Function, parameter: str, known_as: str) -> dict[str, _Helper]:
    names = [each.arg for each in function.args.args if each.arg not in ("self", "cls")]
    if parameter not in names:
        return {}
    return {known_as: _Helper(names.index(parameter), parameter)}


def _helped(call: ast.Call, helpers: dict[str, _Helper], file: File) -> Iterator[PythonPoll]:
    """`every(2, table.load)`, where `every` is the file's own."""
    helper = helpers.get(name(call.func).rsplit(".", 1)[-1])
    if helper is None:
        return
    given = [it.value for it in call.keywords if it.arg == helper.keyword]
    given += call.args[helper.argument : helper.argument + 1]
    function = _target(given[0], file) if given else None
    if function is not None:
        yield from _found(call, file.read(function), "", file)
