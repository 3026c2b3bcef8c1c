"""The proof that a deploy has to pass: its environment's broadcast script, within its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from vttsync.broadcast.judge.verdict import Verdict
    from vttsync.broadcast.survival.survival import Survival
    from vttsync.broadcast.survival.watch import Survivors
    from vttsync.deploy.desired import Desired
    from vttsync.deploy.prove.proofs import Proof
    from vttsync.deploy.receipt import Receipt
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project


_PATIENCE = 30.0  # seconds; the longest that the browser client waits between two attempts


def script_for(project: Project, env: str) -> Path:
    """The script that proves `env`, seen to be one.

    Raises:
        VttsyncError: exit 3, naming what is wrong with it.
    """
    from vttsync.broadcast.proof import read_plan
    from vttsync.project.templates import first_script
    from vttsync.settings import resolve

    settings = resolve({}, {"script": project.script_of(env)}).settings
    path = settings.script or first_script()
    read_plan(path)
    return path


class Proving:
    """Proves versions of one environment, one after the other.

    Attributes:
        verdicts: what each replay gave, in order.
        survivors: clients that stayed connected while the first of them was deployed.
        survival: what became of them.
    """

    def __init__(self, terminal: Terminal, project: Project, env: str) -> None:
        from vttsync.broadcast.limits import Limits

        table = project.config.env.get(env)
        self._terminal = terminal
        self._script = script_for(project, env)
        self._limits = Limits(p99_ms=table.limits.p99_ms if table else None)
        self._back_within = table.limits.back_within if table else None
        self.verdicts: list[Verdict] = []
        self.survivors: Survivors | None = None
        self.survival: Survival | None = None

    def prove(self, want: Desired, receipt: Receipt) -> Proof:
        """Judge those who stayed, then replay the script to the version of `receipt`.

        Raises:
            VttsyncError: exit 8, when it isn't proved; 4 or 6, when there is no telling.
        """
        from vttsync.deploy.prove.proofs import Proof
        from vttsync.deploy.prove.proving import now

        told = []
        if self.survivors and self.survival is None:
            told.append(self._finish(self.survivors, receipt))
        told.append(self._verify(want, receipt))
        return Proof(receipt.version_id, True, "; ".join(reversed(told)), now())

    def _finish(self, survivors: Survivors, receipt: Receipt) -> str:
        with self._terminal.stage("clients are back") as step:
            patience = max(_PATIENCE, 2 * (self._back_within or 0))
            self.survival = survivors.finish(
                patience, version=receipt.version_id, within=self._back_within
            )
            step.update(self.survival.summary)
            if not self.survival.passed:
                raise _not_proved([self.survival.summary])
        return self.survival.summary

    def _verify(self, want: Desired, receipt: Receipt) -> str:
        from vttsync.broadcast.limits import beyond
        from vttsync.broadcast.proof import verify
        from vttsync.broadcast.replay.room import Room
        from vttsync.cli.watching import watch

        with self._terminal.stage("verify again" if self.verdicts else "verify broadcast") as step:
            room = Room(receipt.url, *want.secrets.room_keys())
            verdict = verify(
                room, self._script, expected_version=receipt.version_id, observe=watch(step)
            )
            self.verdicts.append(verdict)
            step.update(verdict.summary)
            wrong = ([] if verdict.passed else [verdict.summary]) + [*beyond(self._limits, verdict)]
            if wrong:
                raise _not_proved(wrong)
        for warning in verdict.warnings:
            self._terminal.warn(warning)
        return verdict.summary


def _not_proved(wrong: list[str]) -> Exception:
    from vttsync.errors import Exit, VttsyncError

    return VttsyncError(
        "The broadcast is not proved.",
        why="; ".join(wrong) + ".",
        fix="The first difference says where to look.",
        exit_code=Exit.VERIFY_FAILED,
    )
