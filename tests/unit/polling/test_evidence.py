"""Causes from the browser's stacks, places through source maps, files of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vttsync.polling.causes import cause
from vttsync.polling.seen import Place
from vttsync.polling.sourcemaps import SourceMap
from vttsync.polling.sources import file_of, own


def frame(function: str, line: int, url: str = "http://app/table.js?v=1") -> dict[str, Any]:
    return {"functionName": function, "url": url, "lineNumber": line - 1, "columnNumber": 0}


def test_the_nearest_timer_is_the_cause() -> None:
    stack = {
        "callFrames": [frame("get", 3)],
        "parent": {
            "description": "await",
            "callFrames": [frame("load", 5)],
            "parent": {
                "description": "setInterval",
                "callFrames": [frame("start", 9)],
                "parent": {"description": "setTimeout", "callFrames": [frame("boot", 12)]},
            },
        },
    }
    found = cause({"type": "script", "stack": stack})
    assert found.timer == "setInterval"
    assert [(it.function, it.line) for it in found.places] == [("get", 3), ("load", 5)]
    assert found.began == Place("http://app/table.js", 9, "start")


def test_without_a_timer_there_is_none() -> None:
    found = cause({"type": "script", "stack": {"callFrames": [frame("get", 3)]}})
    assert (found.timer, found.began) == ("", None)
    assert cause({"type": "other"}).places == ()
    assert cause({}).places == ()


def test_what_was_injected_is_no_place() -> None:
    found = cause({"type": "script", "stack": {"callFrames": [frame("send", 31, url="")]}})
    assert found.places == ()


# Made by hand: two lines; the first goes to line 3 of a.ts, the second to line 1 of b.ts.
MAP = '{"version":3,"sources":["a.ts","b.ts"],"sourceRoot":"src","mappings":"AAEA;ACFA"}'


def test_a_source_map_leads_to_the_source() -> None:
    found = SourceMap(MAP)
    assert found.locate(1, 40) == ("src/a.ts", 3)
    assert found.locate(2, 1) == ("src/b.ts", 1)
    assert found.locate(3, 1) is None
    assert SourceMap(f")]}}'{MAP}").locate(1, 1) == ("src/a.ts", 3)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '"x"', '{"sources":[],"mappings":"é"}', '{"sections":[]}']
)
def test_what_is_no_source_map_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SourceMap(text)


def test_a_place_is_a_file_only_where_it_surely_is(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    file = tmp_path / "src" / "table.ts"
    file.touch()
    (tmp_path / "index.ts").touch()
    assert file_of(Place("http://localhost:5173/src/table.ts", 1), tmp_path) == file
    assert file_of(Place("http://localhost/assets/src/table.ts", 1), tmp_path) == file
    assert file_of(Place("http://localhost/other/index.ts", 1), tmp_path) is None
    assert file_of(Place("http://localhost/%2e%2e/src/table.ts", 1), tmp_path) == file
    assert file_of(Place("http://localhost/src/none.ts", 1), tmp_path) is None


def test_no_place_is_a_file_outside(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "table.ts").touch()
    assert file_of(Place("http://localhost/../secret/table.ts", 1), tmp_path / "app") is None


def test_a_library_is_left_out_where_there_is_something_else() -> None:
    library, mine = Place("http://app/node_modules/swr.js", 1), Place("http://app/table.js", 2)
    assert own((library, mine)) == (mine,)
    assert own((library,)) == (library,)
