"""A kept transcript comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.broadcast.kept import record_of, right, wrong
from tests.unit.broadcast.perfect import TEMPLATES, perfect, perfect_replay
from vttsync.broadcast.plan.plan import make_plan
from vttsync.broadcast.record import judged
from vttsync.broadcast.replay.transcript import Frame
from vttsync.broadcast.script.reading import read_script
from vttsync.broadcast.transcripts import encoded, read_record
from vttsync.errors import Exit, VttsyncError

FILE = Path("proof.jsonl")


def refusal(content: bytes) -> VttsyncError:
    FILE.write_bytes(content)
    with pytest.raises(VttsyncError) as failed:
        read_record(FILE)
    assert failed.value.exit_code is Exit.CONFIG
    assert str(FILE) in failed.value.what
    return failed.value


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("record", [right(), wrong()], ids=["right", "wrong"])
def test_what_was_kept_is_judged_as_it_was(record: object, packed: bool) -> None:
    kept = record if record is right() else wrong()
    content = encoded(kept, packed=packed)
    FILE.write_bytes(content)

    found = read_record(FILE)

    assert found == kept
    assert judged(found) == judged(kept)
    assert content.startswith(b"\x1f\x8b") is packed
    assert encoded(found, packed=packed) == content


@pytest.mark.parametrize("script", sorted(TEMPLATES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_script_that_comes_along_can_be_kept(script: Path) -> None:
    plan = make_plan(read_script(script))
    kept = replace(record_of(perfect_replay(plan)), plan=plan)
    FILE.write_bytes(encoded(kept, packed=True))

    assert read_record(FILE) == kept


def test_messages_of_every_kind_come_back_and_each_is_there_once() -> None:
    odd = [Frame(9.0, b"\xff\x00binary"), Frame(9.1, "half \ud800 \u2028\x00"), Frame(9.2, "")]
    first, *others = perfect().logs
    log = replace(first, frames=(*first.frames, *odd, *odd))
    kept = record_of(replace(perfect(), logs=(log, *others)))
    content = encoded(kept, packed=False)
    FILE.write_bytes(content)

    assert read_record(FILE) == kept
    assert content.count(rb"half \ud800") == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "It is something else."),
        (b"\x00\xff" * 40, "It is something else."),
        (b"[" * 100_000, "It is something else."),
        (b'{"vttsync-transcript": "1"}\n', "It is something else."),
        (b"[broadcast]\nscript = 1\n", "It is something else."),
        (b"\x1f\x8b and then nothing that was packed", "It can't be read"),
        (gzip.compress(b"a" * 999)[:-9], "cut off"),
    ],
)
def test_what_is_none_is_told(content: bytes, why: str) -> None:
    assert why in refusal(content).why


def test_a_later_format_is_told_with_who_can_judge_it() -> None:
    error = refusal(b'{"vttsync-transcript": 2, "vttsync": "9.1"}\n{"sha256": ""}\n')
    assert "format 2" in error.why
    assert "vttsync 9.1" in error.fix


@pytest.mark.parametrize("packed", [False, True])
def test_wherever_it_was_cut_it_is_not_judged(packed: bool) -> None:
    content = encoded(right(), packed=packed)
    for end in [*range(0, len(content), max(1, len(content) // 60)), len(content) - 1]:
        refusal(content[:end])


def test_what_was_changed_is_not_judged() -> None:
    content = encoded(right(), packed=False)
    assert "changed after" in refusal(content.replace(b"Aldric", b"Baldic", 1)).why


@pytest.mark.parametrize(
    "line",
    ["null", "[]", "{}", '{"plan": 3}', '{"logs": [{"frames": [[1, 99999]]}]}', '{"about": {}}'],
)
def test_lines_that_say_something_else_are_told(line: str) -> None:
    *lines, _ = encoded(right(), packed=False).splitlines(keepends=True)
    lines.append(f"{line}\n".encode())
    body = b"".join(lines)
    told = {"sha256": hashlib.sha256(body).hexdigest()}
    refusal(body + json.dumps(told).encode() + b"\n")


def test_a_file_that_is_not_there_or_a_folder() -> None:
    for path in (Path("nowhere.jsonl"), Path()):
        with pytest.raises(VttsyncError, match="can't be read") as failed:
            read_record(path)
        assert failed.value.exit_code is Exit.CONFIG
