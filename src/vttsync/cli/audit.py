"""`vttsync audit`: the polling loops that are left in an app's source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vttsync.cli.options import Folder, Json

if TYPE_CHECKING:
    from vttsync.audit.finding import Report
    from vttsync.output.terminal import Terminal

_Path = Annotated[
    Path,
    typer.Argument(metavar="[PATH]", help="The folder to audit.", show_default="here"),
]
_Baseline = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Polls that it has don't fail; new ones do.",
        show_default=False,
    ),
]
_Update = Annotated[
    bool, typer.Option("--update-baseline", help="Write what fails now to --baseline.")
]
_Sarif = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Write a SARIF 2.1.0 log, for code scanners.", show_default=False
    ),
]


def audit(
    path: _Path = Path(),
    baseline: _Baseline = None,
    update_baseline: _Update = False,
    sarif: _Sarif = None,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Find polling in an app's source, and say of each poll whether realtime gates it.

    What realtime covers stands in vttsync.toml, under [audit]: in PATH, or in --project. Exit code
    10 when something covered polls while realtime is up. Nothing of the app is run.
    """
    from json import dumps

    from vttsync.cli.writing import write_result
    from vttsync.errors import Exit
    from vttsync.output.polls import PollsView, polls_json
    from vttsync.output.sarif import sarif as sarif_of
    from vttsync.output.terminal import Terminal
    from vttsync.project.config import covered_in

    terminal = Terminal("audit", as_json=json)
    _check(path, baseline, update=update_baseline)
    report = _run(terminal, path, covered_in(path, folder))
    report = _with_baseline(terminal, report, baseline, update=update_baseline)
    prefix = _prefix(path)
    if sarif:
        write_result(sarif, f"{dumps(sarif_of(report, prefix), indent=2)}\n", "--sarif")
    terminal.show(PollsView(report, prefix))
    _point_out(terminal, report, prefix)
    _conclude(terminal, report)
    code = Exit.DIFFERENCES if report.failing else Exit.DONE
    return terminal.finish(polls_json(report, prefix), exit_code=code)


def _check(path: Path, baseline: Path | None, *, update: bool) -> None:
    from vttsync.errors import Exit, VttsyncError

    if not path.is_dir():
        what = "is a file" if path.is_file() else "isn't there"
        raise VttsyncError(
            f"{path} {what}.",
            why="An audit follows calls from file to file, so it takes a folder.",
            fix="Give the folder of the app, such as `vttsync audit web`.",
            exit_code=Exit.USAGE,
        )
    if update and not baseline:
        raise VttsyncError(
            "--update-baseline doesn't say which file.",
            fix="Say --baseline FILE as well.",
            exit_code=Exit.USAGE,
        )


def _run(terminal: Terminal, path: Path, covered: tuple[str, ...]) -> Report:
    from vttsync.audit.audit import audit as audit_folder
    from vttsync.errors import Exit, VttsyncError
    from vttsync.output.polls import summary

    with terminal.stage("audit") as stage:
        report = audit_folder(path, covered, lambda done, of: stage.update(f"{100 * done // of} %"))
        stage.update(summary(report))
    if report.files:
        return report
    raise VttsyncError(
        f"There is nothing to audit in {path.resolve()}.",
        why="It has no file of JavaScript, TypeScript, Python or a page that git doesn't ignore; "
        "tests and what is vendored are left out.",
        fix="Give the folder that the app's source is in.",
        exit_code=Exit.USAGE,
    )


def _with_baseline(
    terminal: Terminal, report: Report, path: Path | None, *, update: bool
) -> Report:
    from vttsync.audit import baseline

    if path is None:
        return report
    if update:
        terminal.say(f"{path} has {baseline.write(path, report)} polls, which don't fail any more.")
    known = baseline.read(path)
    told = report.knowing(known)
    gone = len(known) - sum(finding.known for finding in told.findings)
    if gone:
        terminal.warn(f"{gone} in {path} aren't found any more; --update-baseline takes them out.")
    return told


def _prefix(path: Path) -> str:
    """What leads from here to the audited folder, as code scanners want it."""
    import os

    try:
        relative = Path(os.path.relpath(path)).as_posix()
    except ValueError:  # on another drive
        relative = path.resolve().as_posix()
    return "" if relative == "." else f"{relative}/"


def _point_out(terminal: Terminal, report: Report, prefix: str) -> None:
    from vttsync.audit.mending import mend
    from vttsync.errors import Place

    for finding in report.failing:
        every = f" every {finding.every}" if finding.every else ""
        asks = f"Asks {finding.what}{every}: {finding.verdict.value}."
        what = "\n".join(filter(None, (asks, finding.why, mend(finding))))
        terminal.point_out(what, Place(Path(prefix + finding.path), finding.line, what))


def _conclude(terminal: Terminal, report: Report) -> None:
    for path, why in report.unread:
        terminal.warn(f"{path}: {why}.")
    if report.failing:
        count = len(report.failing)
        polls = "poll asks" if count == 1 else "polls ask"
        terminal.warn(f"{count} {polls} while realtime is up for what it brings.")
    elif not report.covered and any(finding.open for finding in report.findings):
        terminal.warn(
            "Nothing fails, since nothing says what realtime covers: list that in vttsync.toml, "
            f"such as\n  [audit]\n  covered = {_examples(report)}"
        )
    terminal.say("An audit finds candidates; only a running page proves that none is left.")


def _examples(report: Report) -> str:
    import json

    asked = [finding.what for finding in report.findings if finding.open]
    return json.dumps(sorted(dict.fromkeys(asked))[:3], ensure_ascii=False).replace("…", "*")
