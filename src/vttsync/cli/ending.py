"""How a deploy ended: its summary, its exit code, and what to do next where something is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.deploy.proving import Ending
    from vttsync.errors import VttsyncError
    from vttsync.output.terminal import Terminal


def report(terminal: Terminal, ending: Ending, verdicts: Sequence[Verdict]) -> int:
    """Tell how the deploy ended: address, version, verdict; hand back the exit code."""
    from vttsync.output.verdict import verdict_view

    for note in ending.outcome.notes:
        terminal.warn(note)
    bad = next((verdict for verdict in reversed(verdicts) if not verdict.passed), None)
    if bad:
        terminal.say()
        terminal.show(verdict_view(bad))
    receipt, proof = ending.outcome.receipt, ending.proof
    said = f": {proof.summary}" if proof and proof.passed else ""
    said = said or (": it answers" if proof is None else "")
    terminal.show(f"url      {receipt.url}")
    terminal.show(f"version  {receipt.version_id}")
    terminal.show(f"verdict  {ending.end}{said}")
    error = _error(ending)
    result = _json(terminal, ending, verdicts)
    return terminal.fail(error, result) if error else terminal.finish(result)


def _json(terminal: Terminal, ending: Ending, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    from dataclasses import asdict

    from vttsync.deploy.aftermath import facts
    from vttsync.output.verdict import verdict_json

    return {
        **asdict(ending.outcome.receipt),
        "verdict": ending.end.value,
        "live": facts(ending.live, ending.outcome.attempt),
        "proof": asdict(ending.proof) if ending.proof else None,
        "proof_of_previous": asdict(ending.again) if ending.again else None,
        "broadcasts": [verdict_json(verdict) for verdict in verdicts],
        "stages": terminal.stage_times(),
        "notes": ending.outcome.notes,
    }


def _error(ending: Ending) -> VttsyncError | None:
    """What went wrong, where something did."""
    from vttsync.deploy.aftermath import facts
    from vttsync.deploy.proving import CODES, End
    from vttsync.errors import VttsyncError

    receipt = ending.outcome.receipt
    version, before = receipt.version_id, receipt.previous_version
    told = {
        End.FAILED: f"Version {version} is not proved, and stays live.",
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
    error.facts = {"live": facts(ending.live, ending.outcome.attempt)}
    return error


def _next(ending: Ending) -> str:
    from vttsync.deploy import aftermath
    from vttsync.deploy.proving import End

    receipt, attempt = ending.outcome.receipt, ending.outcome.attempt
    env, before = receipt.env, receipt.previous_version
    if ending.end is End.ROLLED_BACK:
        return "Mend the cause, then deploy again."
    if ending.end is End.FAILED:
        return f"{ending.why} Mend the cause and deploy again.".strip()
    return (
        f"{ending.why} {aftermath.told(ending.live, attempt)} `vttsync rollback {before} --env "
        f"{env}` tries again. By hand: `npx wrangler rollback {before} --env {env}` in the room's "
        "folder, or the Worker's deployments on Cloudflare's dashboard; then `vttsync "
        "verify-broadcast`."
    )
