"""The variables by which an app finds its room: those of its server, those of its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from vttsync.project.config import Config
from vttsync.project.secrets import ROOM_KEYS, Secrets
from vttsync.project.sources import Sources

ROOM_URL = "VTTSYNC_ROOM_URL"
# What a variable's name must begin with for a bundler to put it into a page, by the package that
# says so; the first one that an app has counts, as SvelteKit and Astro bring Vite along.
_PREFIXES = {
    "next": "NEXT_PUBLIC_",
    "@sveltejs/kit": "PUBLIC_",
    "astro": "PUBLIC_",
    "vite": "VITE_",
    "react-scripts": "REACT_APP_",
}


def variables(root: Path, config: Config, url: str, keys: Secrets) -> dict[str, str]:
    """What an app in the folder `root` needs to reach the room at `url`.

    The keys are for its server. Its page gets the room's address alone, where package.json names
    a bundler that knows variables.
    """
    server = {ROOM_URL: url}
    sources = Sources(config.secrets, {})
    server |= {sources.variable(name): keys[name] for name in ROOM_KEYS}
    prefix = _page_prefix(root / "package.json")
    return server | ({f"{prefix}{ROOM_URL}": url} if prefix else {})


def _page_prefix(package: Path) -> str:
    try:
        known = json.loads(package.read_bytes())
    except (OSError, ValueError):
        return ""
    if not isinstance(known, Mapping):
        return ""
    tables = [known.get(key) for key in ("dependencies", "devDependencies")]
    packages = {name for table in tables if isinstance(table, Mapping) for name in table}
    return next((prefix for name, prefix in _PREFIXES.items() if name in packages), "")
