"""The room's code bundled by wrangler's own esbuild, where nothing but that would be done to it.

Starting wrangler takes most of a second before it bundles anything; a deploy would start it twice.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from vttsync.node import process

_TIMEOUT = 60.0
# Keys of wrangler.toml that leave the code as esbuild bundles it (wrangler 4.156); with any other,
# wrangler itself has to be asked.
_HARMLESS = frozenset(
    {
        "$schema", "name", "main", "account_id", "compatibility_date", "env", "vars", "secrets",
        "durable_objects", "migrations", "version_metadata", "observability", "logpush", "limits",
        "workers_dev", "preview_urls", "route", "routes", "keep_vars", "send_metrics", "placement",
    }
)  # fmt: skip
# As wrangler gives them (4.156, `bundleWorker`).
_OPTIONS = (
    "--bundle", "--format=esm", "--target=es2024", "--keep-names", "--log-level=silent",
    "--main-fields=workerd,worker,browser,module,main", "--conditions=workerd,worker,browser",
    "--external:cloudflare:*",
)  # fmt: skip


def bundle_quickly(party: Path, env: str, into: Path) -> bool:
    """Bundle `party` into the folder `into`; False when only wrangler can, or has to say why not.

    What comes out differs by a few hundred bytes from what wrangler uploads.
    """
    entry, esbuild = _entry(party, env), _esbuild(party)
    if entry is None or esbuild is None:
        return False
    words: list[str | Path] = [esbuild, entry, *_OPTIONS, f"--outfile={into / 'index.js'}"]
    variables = process.clean_environment({})
    return process.run(words, cwd=party, env=variables, timeout=_TIMEOUT).code == 0


def _entry(party: Path, env: str) -> str | None:
    """The module to begin with; None when wrangler would do more than bundle it."""
    try:
        whole = tomllib.loads((party / "wrangler.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    table = whole.get("env", {}).get(env, {}) if env else {}
    if {*whole, *table} - _HARMLESS:
        return None
    entry = table.get("main", whole.get("main"))
    return entry if isinstance(entry, str) else None


def _esbuild(party: Path) -> Path | None:
    """The program that belongs to this machine, as npm has chosen it."""
    packages = party / "node_modules" / "@esbuild"
    found = [*packages.glob("*/bin/esbuild"), *packages.glob("*/esbuild.exe")]
    return found[0] if len(found) == 1 else None
