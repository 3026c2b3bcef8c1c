"""`vttsync verify-broadcast merge`: one verdict on a crowd that several machines played to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vttsync.cli.options import Json

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="What each shard wrote with --out.")
]


def merge(files: Files, *, json: Json = False) -> int:
    """Put the shards of a crowd's run together: one verdict, one exit code.

    Refuses files of different runs, and shards that are missing or there twice.
    """
    from vttsync.broadcast.crowd import shards
    from vttsync.cli.crowd import report
    from vttsync.output.terminal import Terminal

    terminal = Terminal("verify-broadcast merge", as_json=json)
    verdict = shards.merge([(str(file), shards.read_shard(file)) for file in files])
    return report(terminal, verdict)
