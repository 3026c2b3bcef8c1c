"""A project to try things with, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from vttsync.progress import Stages
from vttsync.project import write
from vttsync.project.folder import Project, open_project
from vttsync.project.install import Answers, plan_install


def fresh_project(folder: Path, known: Answers, stage: Stages) -> Project:
    """Scaffold a project in `folder`, as `vttsync init` would."""
    with stage("scaffold") as step:
        planned = plan_install(folder, known, force=False)
        write.write_all(folder, planned)
        step.update(f"{len(planned)} files")
    return open_project(folder)
