"""How a deploy ended: its summary, its exit code, and what to do next where something is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vttsync.cli.proof import Proving
    from vttsync.deploy.prove.proving import Ending
    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal


def report(terminal: Terminal, ending: Ending, proving: Proving | None) -> int:
    """Tell how the deploy ended: address, version, verdict; hand back the exit code."""
    from vttsync.output.survival import survival_view
    from vttsync.output.verdict import verdict_view

    for note in ending.outcome.notes:
        terminal.warn(note)
    survival = proving.survival if proving else None
    bad = [it for it in (proving.verdicts if proving else []) if not it.passed]
    if survival:
        terminal.show(survival_view(survival))
    if bad:
        terminal.show(verdict_view(bad[-1]))
    terminal.say()
    receipt, proof = ending.outcome.receipt, ending.proof
    said = f": {proof.summary}" if proof and proof.passed else ""
    said = said or (": it answers" if proof is None else "")
    terminal.show(f"url      {receipt.url}")
    terminal.show(f"version  {receipt.version_id}")
    terminal.show(f"verdict  {ending.end}{said}")
    _warn_of_others(terminal, ending)
    error = _error(ending)
    result = _json(terminal, ending, proving)
    return terminal.fail(error, result) if error else terminal.finish(result)


def _warn_of_others(terminal: Terminal, ending: Ending) -> None:
    from vttsync.deploy.execute import aftermath
    from vttsync.deploy.prove.proving import End

    attempt, live = ending.outcome.attempt, ending.live
    if ending.end in (End.PROVED, End.UNPROVED) and not aftermath.is_ours(live, attempt):
        terminal.warn(aftermath.told(live, attempt))


def _json(terminal: Terminal, ending: Ending, proving: Proving | None) -> dict[str, Any]:
    from dataclasses import asdict

    from vttsync.deploy.execute.aftermath import facts
    from vttsync.output.survival import survival_json
    from vttsync.output.verdict import verdict_json

    verdicts = proving.verdicts if proving else []
    survival = proving.survival if proving else None
    return {
        **asdict(ending.outcome.receipt),
        "verdict": ending.end.value,
        "live": facts(ending.live, ending.outcome.attempt),
        "proof": asdict(ending.proof) if ending.proof else None,
        "proof_of_previous": asdict(ending.again) if ending.again else None,
        "broadcasts": [verdict_json(verdict) for verdict in verdicts],
        "survival": survival_json(survival) if survival else None,
        "stages": terminal.stage_times(),
        "notes": ending.outcome.notes,
    }


def _error(ending: Ending) -> VttsyncError | None:
    """What went wrong, where something did."""
    from vttsync.deploy.execute import aftermath
    from vttsync.deploy.prove.proving import CODES, End
    from vttsync.errors import VttsyncError

    receipt, attempt = ending.outcome.receipt, ending.outcome.attempt
    version, before = receipt.version_id, receipt.previous_version
    stays = aftermath.is_ours(ending.live, attempt)
    kept = "and stays live." if stays else f"and not undone. {aftermath.told(ending.live, attempt)}"
    told = {
        End.FAILED: f"Version {version} is not proved, {kept}",
        End.ROLLED_BACK: f"Version {version} was not proved and is rolled back: what was live "
        f"before is live again (version {before}).",
        End.STUCK: f"Version {version} is not proved, and going back failed.",
    }
    if ending.end not in told:
        return None
    error = VttsyncError(
        told[ending.end],
        why=ending.proof.summary if ending.proof else "",
        fix=_next(ending),
        exit_code=CODES[ending.end],
    )
    error.facts = {"live": aftermath.facts(ending.live, attempt)}
    return error


def _next(ending: Ending) -> str:
    from vttsync.deploy.execute import aftermath
    from vttsync.deploy.prove.proving import End

    receipt, attempt = ending.outcome.receipt, ending.outcome.attempt
    env, before = receipt.env, receipt.previous_version
    if ending.end is End.ROLLED_BACK:
        return "Mend the cause, then deploy again."
    if ending.end is End.FAILED:
        return f"{ending.why} Mend the cause, then deploy again."
    return (
        f"{ending.why} {aftermath.told(ending.live, attempt)} By hand: `vttsync rollback {before} "
        f"--env {env}` tries again; so does the Worker's page on Cloudflare's dashboard, under "
        "deployments. Or mend the cause and deploy."
    )
