"""`vttsync open`: the deployed room in the browser."""

from __future__ import annotations

from pathlib import Path

from vttsync.cli.options import ChosenEnv, Folder, Json


def open_(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Print the room's address, and open its health page in the browser.

    Without a terminal or a screen it is printed only.
    """
    import os

    from vttsync.cli.account import reached
    from vttsync.cli.browser import open_page
    from vttsync.cloudflare.api import CloudflareApi
    from vttsync.deploy.where import find_address, no_address
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("open", as_json=json)
    project = open_project(folder)
    with reached(project, env, os.environ, terminal, with_secrets=False) as want:
        with CloudflareApi(want.api_base_url, want.token) as api:
            url = find_address(api, project, want)
        if not url:
            raise no_address(want)
        terminal.show(url)
        if terminal.interactive:
            open_page(f"{url}/health")
    return terminal.finish({"env": env, "url": url, "health": f"{url}/health"})
