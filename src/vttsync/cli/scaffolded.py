"""What `vttsync init` says when it has written: what became of the files, and what comes next."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from vttsync.output.terminal import Terminal
from vttsync.project.install import Answers
from vttsync.project.parts import CLIENT, PUBLISHER, TABLE, Parts, beside
from vttsync.project.scaffold import Kind, Planned

_IMPORTS = {
    "python": ("pip install", "from vttsync_publisher import Publisher"),
    "typescript": ("npm install", 'import { Publisher } from "vttsync-publisher"'),
}


def report(terminal: Terminal, planned: list[Planned]) -> None:
    """Say what became of the files; new ones by their folder."""
    paths = {kind: [entry.path for entry in planned if entry.kind is kind] for kind in Kind}
    if paths[Kind.CREATE]:
        terminal.say(f"{Kind.CREATE.value}: {_folders(paths[Kind.CREATE])}")
    for kind in (Kind.EXTEND, Kind.UPDATE, Kind.OVERWRITE):
        if paths[kind]:
            terminal.say(f"{kind.value}: {', '.join(paths[kind])}")
    if paths[Kind.KEEP]:
        folder = "/".join(paths[Kind.KEEP][0].split("/")[:3])
        terminal.say(f"what was overwritten is kept in {folder}/")
    if paths[Kind.LEAVE]:
        terminal.say(f"left alone, as you changed it: {', '.join(paths[Kind.LEAVE])}")
    elif not any(entry.writes for entry in planned):
        terminal.say("Nothing to do: every file is there and up to date.")


def say_next(terminal: Terminal, folder: Path, known: Answers) -> None:
    """Say how the app gets hold of its parts, and the commands that follow."""
    there = "" if folder.resolve() == Path.cwd() else f"  {shell(['cd', str(folder)])}\n"
    for line in _ways_in(known.party, known.parts, known.sign):
        terminal.say(line)
    terminal.say(
        "\nNext, without an account:\n"
        f"{there}  vttsync dev                    the room on this machine, for your app to use\n"
        "  vttsync rehearse --project .   the whole pipeline on this machine\n"
        "Then, with an account (`vttsync help cloudflare` leads to one):\n"
        "  vttsync login                  an API token, kept in the system's keyring\n"
        "  vttsync env generate --env staging\n"
        "  vttsync doctor --env staging   all that a deploy needs\n"
        "  vttsync deploy --env staging\n"
        "  vttsync verify-broadcast --env staging\n"
        "  vttsync env export --env staging   address and keys, for your app's server"
    )


def _ways_in(party: str, parts: Parts, sign: str) -> Iterator[str]:
    if parts.folders(party):
        yield "\nFor your app (each folder's README.md says more):"
    if parts.client:
        folder = beside(party, CLIENT)
        yield f"  page    npm install ./{folder}   (after echo install-links=true >> .npmrc)"
        yield '          import { connectSession } from "vttsync-client"'
        yield f"          or, without a bundler, {folder}/dist/vttsync.js"
    for language in parts.languages:
        inner = f"/{language}" if len(parts.languages) > 1 else ""
        install, imported = _IMPORTS[language]
        yield f"  server  {install} ./{beside(party, PUBLISHER)}{inner}"
        yield f"          {imported}"
    if parts.publisher is None:
        yield "  server  nothing here tells its language: add `--publisher python` (or typescript)"
    elif sign and len(parts.languages) == 1:
        yield f"          ({parts.publisher.value}, as {sign} tells)"
    if parts.table:
        yield f"  table   {beside(party, TABLE)}/, the worked example (`vttsync demo` runs one)"


def shell(words: list[str]) -> str:
    """The words as they can be pasted into this system's shell."""
    # A name that is no text in this locale comes with surrogates, which no output takes.
    words = [word.encode(errors="surrogateescape").decode(errors="replace") for word in words]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _folders(paths: list[str]) -> str:
    tops = dict.fromkeys(path.split("/")[0] for path in paths)
    folders = {path.split("/")[0] for path in paths if "/" in path}
    return ", ".join(f"{top}/" if top in folders else top for top in tops)
