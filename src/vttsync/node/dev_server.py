"""`wrangler dev`: a party folder's room in workerd, loaded anew whenever a file changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import dropwhile, takewhile
from pathlib import Path

from vttsync.node import process, wrangler
from vttsync.node.runtime import Node
from vttsync.node.service import Service

# Asked to end, it takes a tenth of a second to end its two workerds and to clear its files away.
_GRACE = 3.0
_SHOWN_LINES = 12


class DevServer:
    """A running `wrangler dev`.

    Args:
        node: which Node runs it.
        party: the wrangler project; its `.dev.vars` holds the secrets.
        home: a folder for wrangler's notes and temporary files, which outlives the server.
        port: where on 127.0.0.1 the room answers.
        hear: called with each line that it prints, on a thread of its own.
    """

    def __init__(
        self, node: Node, party: Path, home: Path, port: int, hear: Callable[[str], object]
    ) -> None:
        words = [*wrangler.command(node, party), "dev", "--config", "wrangler.toml", "--local"]
        words += ["--ip", "127.0.0.1", "--port", str(port), "--local-protocol", "http"]
        # 0 is any free port: two projects must not meet at the usual one.
        words += ["--inspector-port", "0", "--show-interactive-dev-session=false"]
        # Otherwise a room with a route takes itself for the one on the internet.
        words += ["--infer-origin-from-routes=false"]
        env = process.clean_environment(_environment(node, home))
        self._service = Service(words, cwd=party, env=env, hear=hear)

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._service.alive()

    def stop(self) -> None:
        """End it and its children; harmless when it has ended."""
        self._service.stop(_GRACE)

    def last_words(self) -> str:
        """How it ended, and what it said of the reason."""
        lines = [wrangler.plain(line) for line in self._service.lines()]
        errors = list(dropwhile(lambda line: "[ERROR]" not in line, lines))
        about = list(takewhile(lambda line: "[WARNING]" not in line, errors)) or lines
        said = wrangler.complaint(about[:_SHOWN_LINES])
        return f"It ended with code {self._service.code}" + (f": {said}" if said else ".")


def _environment(node: Node, home: Path) -> dict[str, str]:
    """Nothing that wrangler would call Cloudflare for, and nothing of the user's to call it with.

    Set and empty, a variable can't come from a `.env` in the party folder either. CF_FETCH_ENABLED
    keeps miniflare from asking Cloudflare where on earth this machine is (`setupCf`, 5.20261023).
    """
    # A wrangler that is killed leaves folders there.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home))
    unset = ("API_TOKEN", "API_KEY", "EMAIL", "ACCOUNT_ID", "ENV")
    return {
        **wrangler.quiet(node, home),
        **temporary,
        **{f"CLOUDFLARE_{name}": "" for name in unset},
        "CLOUDFLARE_CF_FETCH_ENABLED": "false",
    }
