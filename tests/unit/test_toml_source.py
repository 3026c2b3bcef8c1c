"""A wrong key is reported with the line it was written on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vttsync.errors import Exit, VttsyncError
from vttsync.toml_source import KeyPath, load

SCRIPT = '''\
# a comment [not.a.table]
title = "A [strange] title # with marks"
intro = """
[[step]]
move = "inside a string"
"""
"quoted key".dotted = 1

[cast]
players = 5

[[step]]
move = "Sir Aldric"
along = [
  [4, 5],  # ]
  [5, 5],
]
every = 0.1

[[step]]
inline = { deep = { er = 1 }, list = [{ a = 1 }] }

  [step.extra."dotted.key"]
  x = 1

  [[step.child]]
  [[step.child]]
  y = 2

[[step]]
[[step.child]]
z = 3
'''


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "script.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("intro",), 3),
        (("quoted key", "dotted"), 7),
        (("cast",), 9),
        (("cast", "players"), 10),
        (("step", 0), 12),
        (("step", 0, "move"), 13),
        (("step", 0, "along", 1), 14),
        (("step", 0, "every"), 18),
        (("step", 1), 20),
        (("step", 1, "inline", "deep", "er"), 21),
        (("step", 1, "inline", "list", 0, "a"), 21),
        (("step", 1, "extra", "dotted.key", "x"), 24),
        (("step", 1, "child", 0), 26),
        (("step", 1, "child", 1, "y"), 28),
        (("step", 2, "child", 0, "z"), 32),
        (("step", 0, "absent"), 12),
        (("nowhere",), 1),
        ((), 1),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_key_knows_its_line(tmp_path: Path, ends: str, path: KeyPath, line: int) -> None:
    source = load(written(tmp_path, SCRIPT.replace("\n", ends)))

    assert source.line(path) == line
    assert source.place(path) == f"{tmp_path / 'script.toml'}:{line}"


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, "\ufefftitle = 'x'\n")).data == {"title": "x"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title = 'x'\n\nplayers = five\n", 3),
        ("title = 'x'\ntitle = 'y'\n", 2),
        ("title = 'x'\nlist = [1,\n", 3),
        (b"title = 'x'\nname = '\xe9'\n", 2),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, line: int
) -> None:
    file = written(tmp_path, text)

    with pytest.raises(VttsyncError) as caught:
        load(file)

    assert caught.value.exit_code is Exit.CONFIG
    assert f"{file}:{line} " in caught.value.what
    assert caught.value.fix


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VttsyncError, match=r"absent\.toml can't be read") as caught:
        load(tmp_path / "absent.toml")

    assert caught.value.exit_code is Exit.CONFIG


@pytest.mark.skipif(sys.platform == "win32", reason="folders open differently there")
def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(VttsyncError, match="can't be read"):
        load(tmp_path)
