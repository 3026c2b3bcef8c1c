"""Start-up against a Typer application that only prints its version."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.timing import compare, in_turn, python

ROUNDS = 21
BARE = """
from typing import Annotated
import typer

app = typer.Typer()

def show(wanted: bool) -> None:
    if wanted:
        typer.echo("bare 0.1.0")
        raise typer.Exit

@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=show, is_eager=True)] = False
) -> None:
    "Bare."

@app.command()
def hello() -> None:
    "Say hello."

app()
"""


def measure() -> None:
    """Print the table."""
    print("\n| start-up | vttsync, ms | bare Typer, ms | ratio |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(BARE, encoding="utf-8")
        for flag in ("--version", "--help"):
            both = in_turn(python("-m", "vttsync", flag), python(bare, flag), ROUNDS)
            print(compare(f"`{flag}`", *both))
