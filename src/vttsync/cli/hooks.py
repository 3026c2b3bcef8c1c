"""What the `hook` steps of a broadcast script do: commands that the user names."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from vttsync.broadcast.replay.room import Hook
from vttsync.errors import Exit, VttsyncError
from vttsync.node import process

_TIMEOUT = 600.0  # seconds
_SHOWN = 500


def parse_hooks(options: Sequence[str]) -> dict[str, Hook]:
    """Read `NAME=COMMAND`; commands are split as a shell would, and run without one.

    Raises:
        VttsyncError: exit 2, for one that is written otherwise.
    """
    hooks = {}
    for option in options:
        name, _, command = option.partition("=")
        words = _words(command)
        if not name or not words:
            raise VttsyncError(
                "--hook is written NAME=COMMAND.",
                fix='For example --hook "redeploy=vttsync deploy --env staging --yes".',
                exit_code=Exit.USAGE,
            )
        hooks[name] = _hook(name, words)
    return hooks


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quotation mark is missing
        return []


def _hook(name: str, words: Sequence[str]) -> Hook:
    async def call() -> None:
        done = await asyncio.to_thread(
            process.run, words, cwd=Path(), env=dict(os.environ), timeout=_TIMEOUT
        )
        if done.code != 0:
            raise VttsyncError(
                f"The hook {name} failed, with exit code {done.code}.",
                why=done.stderr.strip()[-_SHOWN:] or "It said nothing.",
                fix="Try the command by itself.",
                exit_code=Exit.CONFIG,
            )

    return call
