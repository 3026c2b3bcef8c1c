"""`vttsync open`: the deployed room in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vttsync.cli.options import ChosenEnv, Folder, Json

if TYPE_CHECKING:
    from vttsync.output.terminal import Terminal


def open_(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Print the room's address, and open its health page in the browser.

    Without a terminal or a screen it is printed only. The rehearsal's room runs until Ctrl-C then.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.holding import hold
    from vttsync.cloudflare.api import CloudflareApi
    from vttsync.deploy.where import find_address, no_address
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project
    from vttsync.project.wrangler_toml import REHEARSAL

    terminal = Terminal("open", as_json=json)
    project = open_project(folder)
    with reached(project, env, os.environ, terminal, with_secrets=False) as want:
        with CloudflareApi(want.api_base_url, want.token) as api:
            url = find_address(api, project, want)
        if not url:
            raise no_address(want)
        if env == REHEARSAL:  # elsewhere it runs without us
            return hold(terminal, lambda: _tell(terminal, env, url))
        return _tell(terminal, env, url)


def _tell(terminal: Terminal, env: str, url: str) -> int:
    from vttsync.cli.browser import open_page

    terminal.show(url)
    code = terminal.finish({"env": env, "url": url, "health": f"{url}/health"})
    if terminal.interactive:
        open_page(f"{url}/health")
    return code
