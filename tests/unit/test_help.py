"""The documentation is at hand without the repository, and messages name pages that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tests.runner import Cli

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_is_named_and_printed(cli: Cli) -> None:
    pages = list((ROOT / "docs").glob("*.md"))
    named = cli("help").out
    for page in pages:
        assert f"vttsync help {page.stem} " in named
        assert cli("help", page.stem).out == page.read_text("utf-8")
    assert len(cli("help", "--json").envelope["result"]["topics"]) == len(pages)


def test_a_page_that_is_not_there(cli: Cli) -> None:
    ran = cli("help", "nope", "--json")
    assert ran.code == 2
    assert "exit-codes" in ran.envelope["error"]["why"]


def test_messages_name_pages_that_exist() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "templates" / "broadcast").glob("*.toml")]
    text = "".join(re.sub(r'"\n +"', "", path.read_text("utf-8")) for path in sources)
    named = set(re.findall(r"`vttsync help ([a-z-]+)`", text))
    assert {"broadcast-scripts", "rehearsal"} <= named
    assert [page for page in named if not (ROOT / "docs" / f"{page}.md").is_file()] == []
