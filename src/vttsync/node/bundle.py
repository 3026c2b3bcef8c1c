"""The room's code as a deploy would upload it, made by its own wrangler without any upload."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from vttsync.errors import Exit, VttsyncError
from vttsync.node import process, wrangler
from vttsync.node.quick_bundle import bundle_quickly
from vttsync.node.runtime import Node
from vttsync.temporary import temporary_folder

_TIMEOUT = 120.0
_NOT_UPLOADED = (".map", ".md")  # the source map is no code; wrangler explains the folder


@dataclass(frozen=True)
class Code:
    """The code as it would be uploaded.

    Attributes:
        sha256: of its modules' names and bytes, in hex.
        size: in bytes; wrangler adds or leaves out a few hundred.
        gzipped: in bytes; Cloudflare limits this.
    """

    sha256: str
    size: int
    gzipped: int


def weigh(node: Node, party: Path, env: str) -> Code:
    """Bundle `party` for the environment `env`, and keep only what that is like.

    Raises:
        VttsyncError: exit 3, with what wrangler said.
    """
    with temporary_folder("vttsync-bundle-") as into:
        if not bundle_quickly(party, env, into):
            bundle(node, party, into, env=env)
        found = [it for it in sorted(into.rglob("*")) if it.suffix not in _NOT_UPLOADED]
        files = [it for it in found if it.is_file()]
        modules = [(it.relative_to(into).as_posix(), it.read_bytes()) for it in files]
    digest = hashlib.sha256()
    for path, content in modules:
        for piece in (path.encode(), content):
            digest.update(len(piece).to_bytes(8, "big") + piece)
    whole = b"".join(content for _, content in modules)
    return Code(digest.hexdigest(), len(whole), len(gzip.compress(whole, mtime=0)))


def bundle(node: Node, party: Path, into: Path, *entry: str, env: str = "") -> Path:
    """Bundle `party` into the folder `into`; return the module.

    Args:
        node: which Node runs wrangler.
        party: the wrangler project, its packages installed.
        into: a folder for the module and its source map; made if it is missing.
        entry: another entry point than that of wrangler.toml.
        env: the environment in wrangler.toml; "" is its top.

    Raises:
        VttsyncError: exit 3, with what wrangler said.
    """
    with temporary_folder("vttsync-wrangler-") as home:
        words = [*wrangler.command(node, party), "deploy", *entry, "--dry-run", "--outdir", into]
        words += ["--config", "wrangler.toml", "--env", env]
        variables = process.clean_environment(wrangler.quiet(node, home))
        done = process.run(words, cwd=party, env=variables, timeout=_TIMEOUT)
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
