"""How a poll is mended: which of the client's helpers, with an example."""

from __future__ import annotations

import re

from vttsync.audit.finding import Finding
from vttsync.audit.site import Form

_HOOKS = {
    "refetchInterval": "vttsync-client/tanstack",
    "refreshInterval": "vttsync-client/swr",
    "pollingInterval": "vttsync-client/swr",
    "pollInterval": "vttsync-client/swr",
    "startPolling": "vttsync-client/swr",
}
_SECONDS = re.compile(r"(?P<number>[\d.]+) s")
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")


def mend(finding: Finding) -> str:
    """The next step for a poll, in one or two sentences; empty when nothing has to be done."""
    if finding.passes:
        return ""
    if finding.form is Form.PYTHON:
        return (
            "Listen to the room as docs/protocol.md has it, or ask only while it can't be reached."
        )
    if finding.form is Form.MARKUP:
        return (
            "Take the attribute out, and refresh the element from the client: "
            f"`pollWhenOffline(session, async () => refresh(), {_period(finding)})`."
        )
    if finding.form is Form.OPTION:
        return _option(finding)
    return (
        f"`pollWhenOffline(session, {_function(finding)}, {_period(finding)})` of `vttsync-client` "
        "in its place: it runs only while realtime can't be reached."
    )


def _option(finding: Finding) -> str:
    name = next((each for each in _HOOKS if each in finding.excerpt), "refetchInterval")
    asked = f"useOfflineInterval(session, {_period(finding)})"
    if name == "startPolling":
        name = "pollInterval"
    return f"`{name}: {asked}`, with the hook of `{_HOOKS[name]}`."


def _period(finding: Finding) -> str:
    found = _SECONDS.fullmatch(finding.every)
    if found:
        return f"{round(float(found['number']) * 1000)}"
    return finding.every if _NAME.fullmatch(finding.every) else "5000"


def _function(finding: Finding) -> str:
    """The first function on the way that isn't the timer's own helper."""
    names = [step.name for step in finding.way if step.path]
    named = [name for name in names if _NAME.fullmatch(name)]
    skipped = 1 if finding.form is Form.WRAPPER else 0
    return (named[skipped:] or ["load"])[0].removeprefix("this.")
