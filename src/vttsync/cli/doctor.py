"""`vttsync doctor`: everything that a deploy needs, checked without changing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vttsync.deploy.examine import Examined
    from vttsync.errors import Exit
    from vttsync.findings import Finding
    from vttsync.output.terminal import Terminal


def doctor(
    env: Annotated[
        str | None,
        typer.Option(
            "--env", "-e", metavar="NAME", help="One environment; without it, all are checked."
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail, too.")] = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Check everything that a deploy needs: this machine, the project, token, account, Worker.

    Nothing is changed. Exit 0 says that a deploy would get through; otherwise the code is the one
    that it would stop with.
    """
    import os

    from vttsync.deploy.examine import examine
    from vttsync.output.terminal import Terminal

    terminal = Terminal("doctor", as_json=json)
    with terminal.stage("checks"):
        examined = examine(folder, env, os.environ)
    return _report(terminal, examined, strict=strict)


def _report(terminal: Terminal, examined: Examined, *, strict: bool) -> int:
    from vttsync.errors import Exit
    from vttsync.output.findings import FindingsView, findings_json

    terminal.say()
    sections = {"this machine and project": examined.local, **examined.environments}
    terminal.show(FindingsView(sections))
    faults = _faults(examined.findings(), strict=strict)
    terminal.say()
    terminal.show(_summary(examined, faults))
    checks = findings_json(None, examined.local)
    for env, findings in examined.environments.items():
        checks += findings_json(env, findings)
    exit_code: Exit = faults[0].exit_code if faults else Exit.DONE
    return terminal.finish({"passed": not faults, "checks": checks}, exit_code=exit_code)


def _faults(findings: Sequence[Finding], *, strict: bool) -> list[Finding]:
    from vttsync.findings import Result

    failures = [it for it in findings if it.result is Result.FAILED]
    warnings = [it for it in findings if it.result is Result.WARNING and strict]
    return failures + warnings


def _summary(examined: Examined, faults: Sequence[Finding]) -> str:
    from vttsync.findings import Result

    warnings = sum(it.result is Result.WARNING for it in examined.findings())
    told = f"; {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
    if not faults:
        return f"A deploy of {' or '.join(examined.environments)} would get through{told}."
    first = faults[0]
    return f"Mend “{first.check}” first (exit {int(first.exit_code)}){told}."
