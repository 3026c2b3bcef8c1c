"""docs/publisher.md: what it shows does what it says."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from pathlib import Path
from typing import Any

from tests.room.room import PUBLISH_KEY, python_room

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "publisher.md").read_text("utf-8")


def _blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def _run(url: str) -> dict[str, Any]:
    """Run all blocks but Django's in one module, against this room."""
    names: dict[str, Any] = {}
    for block in _blocks():
        text = block.replace("http://127.0.0.1:8787", url)
        text = re.sub('"(your PUBLISH_KEY|key)"', f'"{PUBLISH_KEY}"', text)
        code = compile(text, "docs/publisher.md", "exec")
        if "django" not in text:
            exec(code, names)  # noqa: S102 - the page is ours
    return names


async def _serve(page: dict[str, Any]) -> None:
    """Do what a server does between its start and its end."""
    async with page["lifespan"](page["app"]):
        while page["poll"]("friday")["pending"]:  # noqa: ASYNC110 - a database says nothing
            await asyncio.sleep(0.01)


def test_the_page_runs() -> None:
    tick = threading.Event()
    with python_room() as room:
        page = _run(room.url)
        page["migrate"]()
        with sqlite3.connect("table.db") as db:
            db.execute("INSERT INTO token VALUES ('hero', 'friday', 'Hero', 1, 2, 1)")
        db.close()
        page["move_token"]("friday", "hero", 30, 40)
        assert page["poll"]("friday")["pending"] == 1
        asyncio.run(_serve(page))
        page["move_token"]("friday", "hero", 50, 60)
        page["after_commit"]()
        while page["poll"]("friday")["pending"]:
            tick.wait(0.01)
        page["threaded"].close()
        (row,) = room.sessions["friday"]._rows.values()
    assert (row["x"], row["y"]) == (50, 60)
    assert [change["rev"] for change in page["all_rows"]("friday")] == [3]
