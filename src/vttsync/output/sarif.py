"""An audit as SARIF 2.1.0, which code scanners read (GitHub's, GitLab's, editors)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from vttsync import __version__
from vttsync.audit.finding import Finding, Report
from vttsync.audit.gates.judge import PASSES, Verdict
from vttsync.audit.mending import mend

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_TOLD = {
    Verdict.GATED: "A poll that realtime switches off, by vttsync's own helper.",
    Verdict.PROBABLY_GATED: "A poll that realtime seems to switch off, to judge by names.",
    Verdict.THROTTLED: "A poll that realtime only makes slower.",
    Verdict.INVERTED: "A poll that runs while realtime is up, and not while it is down.",
    Verdict.NEVER_STOPPED: "A fallback that nothing ends when realtime is back.",
    Verdict.NEVER_STARTS: "A fallback that never begins.",
    Verdict.UNGATED: "A poll that runs while realtime is up.",
}


def sarif(report: Report, prefix: str = "") -> dict[str, Any]:
    """The report as a SARIF log with one run.

    Args:
        report: what was found.
        prefix: what leads from the current folder, a repository's root, to the audited one.
    """
    driver = {
        "name": "vttsync audit",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/vttsync/",
        "rules": [_rule(verdict) for verdict in Verdict],
    }
    notes = [
        {"level": "warning", "message": {"text": why}, "locations": [_location(prefix + path, 1)]}
        for path, why in report.unread
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": list(_results(report, prefix)),
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(verdict: Verdict) -> dict[str, Any]:
    level = "none" if verdict in PASSES else "error"
    return {
        "id": _rule_id(verdict),
        "shortDescription": {"text": _TOLD[verdict]},
        "help": {"text": "`vttsync help audit` says what each verdict means and how to mend it."},
        "defaultConfiguration": {"level": level},
    }


def _rule_id(verdict: Verdict) -> str:
    return f"poll-{verdict.value.replace(' ', '-')}"


def _results(report: Report, prefix: str) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in report.findings:
        number = seen[finding.identity]
        seen[finding.identity] += 1
        yield _result(finding, prefix, number)


def _result(finding: Finding, prefix: str, number: int) -> dict[str, Any]:
    every = f" every {finding.every}" if finding.every else ""
    parts = [f"Asks {finding.what}{every}: {finding.verdict.value}.", finding.why, mend(finding)]
    told = {
        "ruleId": _rule_id(finding.verdict),
        "ruleIndex": list(Verdict).index(finding.verdict),
        "kind": "pass" if finding.passes else "fail",
        "level": _level(finding),
        "message": {"text": " ".join(part for part in parts if part)},
        "locations": [_location(prefix + finding.path, finding.line, finding.excerpt)],
        "partialFingerprints": {"vttsyncPoll/v1": _fingerprint(finding, number)},
    }
    if finding.way:
        told["codeFlows"] = [_flow(finding, prefix)]
    if finding.allowed:
        told["suppressions"] = [{"kind": "inSource", "justification": finding.allowed}]
    elif finding.known:
        told["suppressions"] = [{"kind": "external", "justification": "In the baseline."}]
    return told


def _level(finding: Finding) -> str:
    if finding.passes:  # SARIF has no level for what is no failure
        return "none"
    return "error" if finding.covered else "note"


def _fingerprint(finding: Finding, number: int) -> str:
    return hashlib.sha256(f"{finding.identity} · {number}".encode()).hexdigest()[:32]


def _location(path: str, line: int, excerpt: str = "") -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": line}
    if excerpt:
        region["snippet"] = {"text": excerpt}
    uri = quote(path.replace("\\", "/"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _flow(finding: Finding, prefix: str) -> dict[str, Any]:
    """The way from the timer to the request."""
    steps = [(finding.path, finding.line, "what repeats")]
    steps += [(step.path, step.line, step.name) for step in finding.way]
    steps.append((finding.request_path, finding.request_line, f"asks {finding.what}"))
    locations = [
        {"location": {**_location(prefix + path, line), "message": {"text": told}}}
        for path, line, told in steps
    ]
    return {"threadFlows": [{"locations": locations}]}
