"""What the audit found: one poll each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from vttsync.audit.gates.judge import PASSES, Verdict
from vttsync.audit.reach import Step
from vttsync.audit.site import Form


@dataclass(frozen=True)
class Finding:
    """A poll.

    Attributes:
        path: of the file, relative to the audited folder.
        line: of the timer, option or attribute, from 1; `column` too.
        form: how it is written.
        what: what is asked of the server, as a person would name it.
        way: the functions from the timer to the request.
        request_path: where the request is made, with `request_line`.
        every: how often, in seconds where that can be told, else as written.
        verdict: what realtime does to it, and `why`.
        likely: whether that it reads at all is only judged by a name.
        excerpt: the line itself.
        covered: whether realtime brings what it asks for, as vttsync.toml says.
        allowed: the reason in `vttsync-allow-poll: …`, or empty.
        known: whether the baseline has it.
    """

    path: str
    line: int
    column: int
    form: Form
    what: str
    way: tuple[Step, ...]
    request_path: str
    request_line: int
    every: str
    verdict: Verdict
    why: str
    likely: bool
    excerpt: str
    covered: bool = False
    allowed: str = ""
    known: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What `covered` may mean it by: what is asked, and the functions on the way."""
        return self.what, *(step.name for step in self.way)

    @property
    def passes(self) -> bool:
        """Whether realtime switches it off."""
        return self.verdict in PASSES

    @property
    def open(self) -> bool:
        """Whether it polls while realtime is up, and nobody has said that it may."""
        return not (self.passes or self.allowed or self.known)

    @property
    def fails(self) -> bool:
        """Whether it must be mended: covered by realtime, and polled for all the same."""
        return self.covered and self.open

    @property
    def identity(self) -> str:
        """What stays the same when lines above it come and go: for the baseline."""
        return f"{self.path} · {self.form.value} · {self.what} · {' '.join(self.excerpt.split())}"


@dataclass(frozen=True)
class Report:
    """All findings, and what could not be looked at.

    Attributes:
        findings: sorted by path and line.
        files: how many files were read.
        unread: files that couldn't be, each with the reason.
        covered: the patterns of what realtime brings; without any, nothing fails.
    """

    findings: tuple[Finding, ...]
    files: int
    unread: tuple[tuple[str, str], ...] = field(default=())
    covered: tuple[str, ...] = field(default=())

    @property
    def failing(self) -> list[Finding]:
        """The findings that must be mended."""
        return [finding for finding in self.findings if finding.fails]

    def knowing(self, identities: Collection[str]) -> Report:
        """With what a baseline has; one that it has once excuses one finding."""
        left = list(identities)
        told = []
        for finding in self.findings:
            known = finding.identity in left
            if known:
                left.remove(finding.identity)
            told.append(replace(finding, known=known))
        return replace(self, findings=tuple(told))
