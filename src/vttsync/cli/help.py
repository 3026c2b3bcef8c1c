"""`vttsync help`: the documentation that comes with vttsync, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli.options import Json


def help_(
    topic: Annotated[
        str | None, typer.Argument(metavar="[TOPIC]", help="The page; without it, all are named.")
    ] = None,
    json: Json = False,
) -> int:
    """Print a page of the documentation, as Markdown."""
    from vttsync.errors import Exit, VttsyncError
    from vttsync.output.terminal import Terminal

    terminal = Terminal("help", as_json=json)
    pages = {page.stem: page for page in sorted(_folder().glob("*.md"))}
    if topic is None:
        titles = {name: _title(page) for name, page in pages.items()}
        for name, title in titles.items():
            terminal.show(f"vttsync help {name:<20} {title}")
        return terminal.finish({"topics": titles})
    if topic not in pages:
        raise VttsyncError(
            f"There is no page {topic!r}.",
            why=f"The pages are {', '.join(pages)}.",
            fix="`vttsync help` says what each is about.",
            exit_code=Exit.USAGE,
        )
    text = pages[topic].read_text("utf-8")
    terminal.show(text.rstrip())
    return terminal.finish({"topic": topic, "text": text})


def _folder() -> Path:
    """Find the pages: in the wheel, or beside the source in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_docs"
    return installed if installed.is_dir() else package.parents[1] / "docs"


def _title(page: Path) -> str:
    return page.read_text("utf-8").splitlines()[0].removeprefix("# ")
