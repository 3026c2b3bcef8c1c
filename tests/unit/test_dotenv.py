"""Variables are set in a dotenv file, and nothing else in it changes."""

from __future__ import annotations

from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from vttsync.project import dotenv

NEW = {"ROOM_URL": "http://127.0.0.1:8787", "KEY": "abc-_123"}


def _set(text: str, **values: str) -> str:
    return dotenv.with_variables(text, values, "ours")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("KEY=old\n", "KEY=new\n"),
        ("KEY=old", "KEY=new"),
        ("KEY=old\r\n", "KEY=new\r\n"),
        ("KEY=\n", "KEY=new\n"),
        ("  export KEY = old\n", "  export KEY = new\n"),
        ('KEY="old" # "mine"\n', 'KEY="new" # "mine"\n'),
        ("KEY='o ld'\n", "KEY='new'\n"),
        ("KEY=old # mine\n", "KEY=new # mine\n"),
        ("KEY= # mine\n", "KEY=new # mine\n"),
        ("KEY=#old\n", "KEY=new\n"),
        ('KEY="two\nlines"\n', 'KEY="new"\n'),
        ('KEY="a\\"b"\n', 'KEY="new"\n'),
        ("KEY='a\\' # b' # mine\n", "KEY='new' # mine\n"),
        ("KEY=first\nKEY=last\n", "KEY=first\nKEY=new\n"),
        ("\ufeffKEY=old\n", "\ufeffKEY=new\n"),
        ("\n\n# mine\nKEY=new\n", "\n\n# mine\nKEY=new\n"),
    ],
)
def test_a_variable_that_is_there_keeps_its_place_quotes_and_comment(
    line: str, wanted: str
) -> None:
    assert _set(line, KEY="new") == wanted
    assert dotenv.read(wanted)["KEY"] == "new"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "# ours\nKEY=new\n"),
        ("A=1\n", "A=1\n\n# ours\nKEY=new\n"),
        ("A=1", "A=1\n\n# ours\nKEY=new\n"),
        ("A=1\r\n", "A=1\r\n\r\n# ours\r\nKEY=new\r\n"),
        ("# ours\nB=1\n", "# ours\nB=1\nKEY=new\n"),
        ("# KEY=old\n", "# KEY=old\n\n# ours\nKEY=new\n"),
        ("KEY\n", "KEY\n\n# ours\nKEY=new\n"),
        ("'KEY'=old\n", "'KEY'=old\n\n# ours\nKEY=new\n"),
        ('A="\nKEY=old\n"\n', 'A="\nKEY=old\n"\n\n# ours\nKEY=new\n'),
        ("MY_KEY=old\n", "MY_KEY=old\n\n# ours\nKEY=new\n"),
    ],
)
def test_a_variable_that_is_missing_comes_at_the_end(text: str, wanted: str) -> None:
    assert _set(text, KEY="new") == wanted
    assert _set(wanted, KEY="new") == wanted


_LINE = st.one_of(
    st.sampled_from(
        ['KEY="x', "KEY='a'", "export KEY=b # c", "ROOM_URL=", "# KEY=1", "", "'", '"']
    ),
    st.text(st.sampled_from("AKEY_=\"'# \\$`é"), max_size=12),
)


@given(st.lists(_LINE, max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_is_in_the_file_the_new_values_are_what_a_reader_finds(
    lines: list[str], end: str, ends: bool
) -> None:
    text = end.join(lines) + (end if ends else "")
    changed = dotenv.with_variables(text, NEW, "ours")
    found = dotenv_values(stream=StringIO(changed, newline=""), interpolate=False)
    assert found.items() >= NEW.items()
    others = dotenv_values(stream=StringIO(text, newline=""), interpolate=False)
    kept = {name: value for name, value in others.items() if name not in NEW}
    assert found == {**kept, **NEW}
    assert dotenv.with_variables(changed, NEW, "ours") == changed


def test_a_value_that_needs_quotes_gets_them_where_the_one_before_was() -> None:
    assert _set('KEY="old" # mine\nA=1\n', KEY="it's $new") == "KEY='it\\'s $new' # mine\nA=1\n"
    assert _set("A=1\n", KEY="two words") == "A=1\n\n# ours\nKEY='two words'\n"


def test_what_is_removed_is_gone_wherever_it_stood() -> None:
    text = "\ufeffKEY=a\r\n# mine\r\nexport KEY='b' # old\r\nA=1"
    assert dotenv.without(text, {"KEY"}) == "\ufeff# mine\r\nA=1"


def test_the_line_that_is_wrong_is_told_by_its_number() -> None:
    assert dotenv.wrong_line("A=1\r\n\r\n\r\n=b\r\nC=1\r\n") == 4
    assert dotenv.wrong_line("A=1\n# b\nC\n") is None
