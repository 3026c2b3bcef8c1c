"""The first signal is answered, the second isn't, the third kills; and it is told once."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from tests.processes import left
from vttsync.interrupts import Interrupts, interrupts, run
from vttsync.node import process
from vttsync.node.service import Service
from vttsync.temporary import temporary_folder

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


def test_what_is_held_is_not_cut_in_two() -> None:
    listener, done = Interrupts(), list[str]()
    listener.begin()

    def work() -> None:
        with listener.held():
            with listener.held():
                _hear(listener)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_other_threads_hold_nothing_up() -> None:
    listener, inside, heard = Interrupts(), threading.Event(), threading.Event()
    listener.begin()

    def hold() -> None:
        with listener.held():
            inside.set()
            heard.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait()
    with pytest.raises(KeyboardInterrupt):
        _hear(listener)
    heard.set()
    thread.join()


class _AtLine:
    """Has a signal heard at the nth line of `where`, as Python may hear one anywhere."""

    def __init__(self, number: int, where: tuple[str, ...]) -> None:
        self.left = number
        self._where = where

    def __call__(self, frame: FrameType, event: str, _arg: object) -> _AtLine | None:
        code = frame.f_code
        places = (code.co_filename, f"{code.co_filename}:{code.co_name}")
        if not any(place.endswith(self._where) for place in places):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                _hear(interrupts)
        return self


def _interrupted_at_every_line(work: Callable[[], object], *where: str) -> Iterator[int]:
    """Do `work` again and again, interrupted one line later each time, until it gets through."""
    for number in itertools.count(1):
        interrupts.__dict__.update(vars(Interrupts()))
        interrupts.begin()
        tracer = _AtLine(number, where)
        sys.settrace(tracer)
        try:
            work()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        yield number
        if tracer.left > 0:
            return


@pytest.fixture
def _listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(interrupts, "heard", 0)
    interrupts.begin()
    yield
    interrupts.settle()


@pytest.mark.usefixtures("_listening")
def test_a_temporary_folder_is_gone_wherever_the_signal_strikes() -> None:
    def work() -> None:
        with temporary_folder("it-", Path()) as folder:
            (folder / "file").touch()

    where = ("vttsync/temporary.py", "tempfile.py", "vttsync/interrupts.py", "shutil.py")
    for number in _interrupted_at_every_line(work, *where):
        assert list(Path().iterdir()) == [], number
    assert number > 50


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.usefixtures("_listening")
def test_a_child_is_gone_wherever_the_signal_strikes(tmp_path: Path) -> None:
    def work() -> None:
        process.run(["tail", "-f", "/dev/null", tmp_path], cwd=tmp_path, env={}, timeout=0.001)

    where = ("node/process.py", "subprocess.py:_execute_child", "vttsync/interrupts.py")
    for number in _interrupted_at_every_line(work, *where):
        assert left(tmp_path) == [], number
    assert number > 30


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.usefixtures("_listening")
def test_a_service_is_gone_wherever_the_signal_strikes(tmp_path: Path) -> None:
    def work() -> None:
        service = Service(["tail", "-f", "/dev/null", tmp_path], env={})
        sys.settrace(None)
        service.stop(0.001)

    for number in _interrupted_at_every_line(work, "node/service.py", "vttsync/interrupts.py"):
        assert left(tmp_path) == [], number
    assert number > 10
