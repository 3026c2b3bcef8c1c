"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON envelope on stdout, errors included.")
]
Folder = Annotated[
    Path,
    typer.Option(
        "--project",
        "-C",
        metavar="DIR",
        help="The folder that holds vttsync.toml.",
        show_default=".",
    ),
]
Script = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The broadcast script to replay. Without it: `[broadcast] script` in vttsync.toml, "
        "or the fight that comes with vttsync.",
        show_default=False,
    ),
]
