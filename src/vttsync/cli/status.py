"""`vttsync status`: what is live, and how it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vttsync.cli.options import ChosenEnv, Folder, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vttsync.deploy.operate.condition import Seen
    from vttsync.findings import Finding
    from vttsync.output.terminal import Terminal


def status(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Say what is live, since when and by whom, and whether it answers as it should.

    Exit code 0 says that it is live and healthy, perhaps with warnings; 8, that it isn't.
    """
    import os
    from datetime import UTC, datetime

    from vttsync.cli.account import reached
    from vttsync.deploy.operate.condition import judge
    from vttsync.deploy.operate.status import look
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("status", as_json=json)
    project = open_project(folder)
    with (
        reached(project, env, os.environ, terminal, with_secrets=False) as want,
        terminal.stage("look"),
    ):
        seen = look(project, want, os.environ)
    return _report(terminal, seen, judge(seen, datetime.now(UTC)))


def _report(terminal: Terminal, seen: Seen, findings: Sequence[Finding]) -> int:
    from dataclasses import asdict

    from vttsync.deploy.operate.condition import healthy
    from vttsync.errors import Exit
    from vttsync.output.findings import FindingsView, findings_json

    terminal.say()
    terminal.show(FindingsView({seen.worker: findings}))
    well = healthy(findings)
    told: dict[str, object] = {"env": seen.env, "worker": seen.worker, "url": seen.url or None}
    told |= {"live": asdict(seen.live) if seen.live else None, "healthy": well}
    told["drift"] = None if seen.drift is None else [asdict(it) for it in seen.drift]
    told["findings"] = findings_json(seen.env, findings)
    return terminal.finish(told, exit_code=Exit.DONE if well else Exit.VERIFY_FAILED)
