"""The room's code as a deploy would upload it, made by its own wrangler without any upload."""

from __future__ import annotations

from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process, wrangler
from vttsync.node.runtime import Node
from vttsync.temporary import temporary_folder

_TIMEOUT = 120.0


def bundle(node: Node, party: Path, into: Path, *entry: str) -> Path:
    """Bundle `party` into the folder `into`; return the module.

    Args:
        node: which Node runs wrangler.
        party: the wrangler project, its packages installed.
        into: a folder for the module and its source map; made if it is missing.
        entry: another entry point than that of wrangler.toml.

    Raises:
        VttsyncError: exit 3, with what wrangler said.
    """
    with temporary_folder("vttsync-wrangler-") as home:
        words = [*wrangler.command(node, party), "deploy", *entry, "--dry-run", "--outdir", into]
        words += ["--config", "wrangler.toml", "--env", ""]
        env = process.clean_environment(wrangler.quiet(node, home))
        done = process.run(words, cwd=party, env=env, timeout=_TIMEOUT)
    modules = sorted(into.glob("*.js"))
    if done.code == 0 and modules:
        return modules[0]
    why = f"It did not finish within {_TIMEOUT:.0f} s." if done.timed_out else ""
    raise VttsyncError(
        "wrangler could not bundle the room.",
        why=why or wrangler.complaint(done.stderr.splitlines()) or f"It ended with {done.code}.",
        fix=f"Mend what it names in {party}, then try again.",
        exit_code=Exit.CONFIG,
    )
