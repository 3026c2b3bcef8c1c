"""A replay as it was: what was played, to which room, and all that came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from vttsync.broadcast.actions import Plan
from vttsync.broadcast.discretion import discreet
from vttsync.broadcast.judge.judge import judge
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.broadcast.replay.transcript import Transcript


@dataclass(frozen=True)
class About:
    """What a replay was of.

    Attributes:
        url: where the room answered.
        version: the Worker version that had to answer from inside the room, if that was known.
        at: when it ended, ISO 8601, UTC.
        script: the script's text.
    """

    url: str
    version: str | None
    at: str
    script: str

    @property
    def when(self) -> datetime:
        """When it ended."""
        return datetime.fromisoformat(self.at).astimezone(UTC)


@dataclass(frozen=True)
class Record:
    """All that a verdict needs, without any ticket or key; so it can be kept."""

    about: About
    plan: Plan
    transcript: Transcript

    @property
    def seconds(self) -> float:
        """How long it took, from the first publish to the last message."""
        answers, logs = self.transcript.answers, self.transcript.logs
        times = [answer.sent for answer in answers]
        times += [log.frames[-1].at for log in logs if log.frames]
        return max(times) - min(times) if times else 0.0


def judged(record: Record) -> Verdict:
    """Decide whether everyone got exactly what they may see; the same whenever it is asked."""
    verdict = judge(record.plan, record.transcript, expected_version=record.about.version)
    # What was escaped in a message is not any more.
    return discreet(verdict)
