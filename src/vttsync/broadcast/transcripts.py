"""A record in a file, to be judged again: lines of JSON, gzipped where the file's name says so.

The first line has the format; then what it is about, the plan (with all that the script pulled in:
map, tokens, rows), each different message once, and the transcript, whose frames are pairs of time
and the message's number. The last line has the SHA-256 of all before it. docs/verify-broadcast.md
describes it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, get_args

from pydantic import TypeAdapter, ValidationError

from vttsync import __version__
from vttsync.broadcast.actions import Action, Plan, Publish
from vttsync.broadcast.record import About, Record
from vttsync.broadcast.replay.transcript import Transcript
from vttsync.errors import Exit, VttsyncError

FORMAT = 1
_NAME = "vttsync-transcript"
_GZIP = b"\x1f\x8b"
_ABOUT, _TRANSCRIPT = TypeAdapter(About), TypeAdapter(Transcript)
_PLAN, _SETUP = TypeAdapter(Plan), TypeAdapter(tuple[Publish, ...])
# Some steps have the same fields, so each is written with its name.
_STEPS = {kind.__name__: TypeAdapter(kind) for kind in get_args(Action)}


def encoded(record: Record, *, packed: bool) -> bytes:
    """Write `record` as a file has it, gzipped or not."""
    lines = [json.dumps(line, separators=(",", ":")) for line in _lines(record)]
    content = "".join(f"{line}\n" for line in lines).encode()
    content += f'{{"sha256":"{hashlib.sha256(content).hexdigest()}"}}\n'.encode()
    return gzip.compress(content, mtime=0) if packed else content


def read_record(path: Path) -> Record:
    """Read what `encoded` wrote.

    Raises:
        VttsyncError: exit 3, when the file can't be read, is none, of a later format, cut off or
            changed.
    """
    try:
        content = _unpacked(path.read_bytes())
    except OSError as error:  # gzip.BadGzipFile too
        _unfit(path, f"It can't be read: {error.strerror or error}.")
    except (EOFError, zlib.error):
        _unfit(path, "It was cut off, or damaged on the way.")
    lines = _checked(path, content)
    try:
        return _record(lines)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        _unfit(path, f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}.")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        _unfit(path, "Its lines don't say what a transcript says.")


def _lines(record: Record) -> Iterator[dict[str, Any]]:
    yield {_NAME: FORMAT, "vttsync": __version__}
    yield {"about": _ABOUT.dump_python(record.about, mode="json")}
    yield {"plan": _plan(record.plan)}
    messages: dict[str | bytes, int] = {}
    told = _numbered(_TRANSCRIPT.dump_python(record.transcript), messages)
    for message in messages:
        if isinstance(message, str):
            yield {"text": message}
        else:
            yield {"bytes": base64.b64encode(message).decode()}
    for name, value in told.items():
        if isinstance(value, list) and value and all(isinstance(it, dict) for it in value):
            yield from ({name: [item]} for item in value)
        else:
            yield {name: value}


def _plan(plan: Plan) -> dict[str, Any]:
    told: dict[str, Any] = _PLAN.dump_python(plan, mode="json", exclude={"steps"})
    told["steps"] = [
        {"do": (name := type(step).__name__), **_STEPS[name].dump_python(step, mode="json")}
        for step in plan.steps
    ]
    return told


def _numbered(value: Any, messages: dict[str | bytes, int]) -> Any:  # noqa: ANN401 - any JSON
    """Put a number in the place of each frame's message, wherever there are frames."""
    if isinstance(value, dict):
        return {
            name: [[it["at"], messages.setdefault(it["data"], len(messages))] for it in part]
            if name == "frames" and isinstance(part, tuple)
            else _numbered(part, messages)
            for name, part in value.items()
        }
    return [_numbered(it, messages) for it in value] if isinstance(value, tuple | list) else value


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(_GZIP) else content


def _checked(path: Path, content: bytes) -> list[dict[str, Any]]:
    """Read the lines, seen to be whole and as they were written."""
    first, _, _ = content.partition(b"\n")
    head = _json(first)
    if not isinstance(head, dict) or not isinstance(head.get(_NAME), int):
        _unfit(path, "It is something else.")
    if head[_NAME] != FORMAT:
        by = f"vttsync {head.get('vttsync')}"
        _unfit(path, f"{by} wrote it, in format {head[_NAME]}; this one reads format {FORMAT}.", by)
    before, newline, last = content.removesuffix(b"\n").rpartition(b"\n")
    end = _json(last)
    if not isinstance(end, dict) or "sha256" not in end or not content.endswith(b"\n"):
        _unfit(path, "It was cut off: its last line is missing.")
    if end["sha256"] != hashlib.sha256(before + newline).hexdigest():
        _unfit(path, "It was changed after it was written, so that it proves nothing.")
    return [json.loads(line) for line in before.split(b"\n")[1:]]


def _json(line: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _record(lines: Iterable[dict[str, Any]]) -> Record:
    messages: list[str | bytes] = []
    told: dict[str, Any] = {}
    for line in lines:
        ((name, value),) = line.items()
        if name == "text":
            messages.append(value)
        elif name == "bytes":
            messages.append(base64.b64decode(value))
        elif isinstance(value, list):
            told.setdefault(name, []).extend(value)
        else:
            told[name] = value
    about, plan = _ABOUT.validate_python(told.pop("about")), told.pop("plan")
    steps = [dict(step) for step in plan.pop("steps")]
    actions = tuple(_STEPS[step.pop("do")].validate_python(step) for step in steps)
    return Record(
        about,
        _PLAN.validate_python({**plan, "steps": actions}),
        _TRANSCRIPT.validate_python(_framed(told, messages)),
    )


def _framed(value: Any, messages: list[str | bytes]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {
            name: [{"at": at, "data": messages[number]} for at, number in part]
            if name == "frames" and isinstance(part, list)
            else _framed(part, messages)
            for name, part in value.items()
        }
    return [_framed(it, messages) for it in value] if isinstance(value, list) else value


def _unfit(path: Path, why: str, other: str = "") -> NoReturn:
    raise VttsyncError(
        f"{path} is no transcript that can be judged.",
        why=why,
        fix=f"Judge it with {other}, or make it anew."
        if other
        else "Give a file that `vttsync verify-broadcast --transcript FILE` wrote.",
        exit_code=Exit.CONFIG,
    ) from None
