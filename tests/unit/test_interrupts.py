"""The first signal is answered, the second isn't, the third kills; and it is told once."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from vttsync.interrupts import Interrupts, interrupts, run

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def _hear(listener: Interrupts) -> None:
    listener.hear(signal.SIGTERM, None)


def test_what_comes_before_the_beginning_is_kept() -> None:
    listener = Interrupts()
    _hear(listener)
    with pytest.raises(KeyboardInterrupt):
        listener.begin()


def test_the_first_interrupts_and_the_second_leaves_the_cleaning_in_peace() -> None:
    listener = Interrupts()
    listener.begin()
    with pytest.raises(KeyboardInterrupt):
        _hear(listener)
    _hear(listener)


def test_once_the_outcome_is_told_nothing_is_interrupted() -> None:
    listener = Interrupts()
    listener.begin()
    listener.settle()
    _hear(listener)


def test_a_block_may_answer_by_itself() -> None:
    listener, heard = Interrupts(), list[bool]()
    listener.begin()
    with listener.answered(lambda: heard.append(True)):
        listener.settle()
        _hear(listener)
    assert heard == [True]


def test_asynchronous_work_is_cancelled_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned = []
    monkeypatch.setattr(interrupts, "heard", 0)

    async def work() -> None:
        try:
            _hear(interrupts)
            await asyncio.Event().wait()
        finally:
            _hear(interrupts)
            await asyncio.sleep(0)
            cleaned.append(True)

    with pytest.raises(KeyboardInterrupt):
        run(work())
    assert cleaned == [True]


def test_an_interrupt_too_late_to_cancel_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "heard", 0)

    async def work() -> None:
        _hear(interrupts)

    with pytest.raises(KeyboardInterrupt):
        run(work())


_STARTING = """
import builtins, os, signal, sys
ordinary = builtins.__import__
def slow(name, *rest):
    if name == "vttsync.cli.main":
        os.kill(os.getpid(), signal.{name})
    return ordinary(name, *rest)
builtins.__import__ = slow
sys.argv = ["vttsync", "deploy", "--env", "x", "--json"]
from vttsync.__main__ import main
main()
"""


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_vttsync_starts_ends_in_an_envelope(name: str) -> None:
    words = [sys.executable, "-c", _STARTING.format(name=name)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")
    error = json.loads(done.stdout)["error"]
    assert "Interrupted" in error["what"]
    assert error["why"]
    assert error["fix"]


_STUCK = """
import os, signal
from vttsync.interrupts import interrupts
interrupts.listen()
interrupts.begin()
try:
    os.kill(os.getpid(), signal.SIGTERM)
finally:
    os.kill(os.getpid(), signal.SIGTERM)
    print("cleaning", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    print("still cleaning", flush=True)
"""


@posix
def test_the_third_kills() -> None:
    done = subprocess.run([sys.executable, "-c", _STUCK], check=False, capture_output=True)
    assert done.returncode == -signal.SIGTERM
    assert done.stdout == b"cleaning\n"
