"""Child processes: an allow-list environment, a time limit, and nothing left running."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vttsync.interrupts import interrupts

# What a child needs to find its files, its certificates and the way out; nothing that can
# carry a secret or redirect a token. wrangler and npm get their own variables on top.
_INHERITED = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP",
    "SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
    "PROGRAMFILES", "PROGRAMDATA", "HOMEDRIVE", "HOMEPATH",
)  # fmt: skip
NETWORK = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip


_GRACE = 3.0  # seconds
_running: set[subprocess.Popen[str]] = set()


@dataclass(frozen=True)
class Finished:
    """How a child ended: its exit code (negative: a signal) and what it printed."""

    code: int
    stdout: str
    stderr: str
    timed_out: bool = False


def clean_environment(extra: Mapping[str, str], *, also: Sequence[str] = ()) -> dict[str, str]:
    """Build a child's environment: the allow-list, the names in `also`, then `extra`.

    An empty string in `extra` is passed on as such: set-but-empty stops a project's `.env`
    from supplying the variable.
    """
    kept = {name: os.environ[name] for name in (*_INHERITED, *also) if name in os.environ}
    return {**kept, **extra}


def spawn(
    words: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    stderr: int | None = None,
) -> subprocess.Popen[str]:
    """Start `words` in a process group of their own; `stop` them in the end.

    Ctrl-C in the terminal then reaches vttsync alone, which stops its children in order.

    Raises:
        OSError: it can't be started.
    """
    group: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    process: subprocess.Popen[str] = subprocess.Popen(
        [str(word) for word in words],
        cwd=cwd,
        env=dict(env),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        errors="replace",
        **group,
    )
    _running.add(process)
    return process


def stop(process: subprocess.Popen[str], grace: float = _GRACE) -> None:
    """End `process` and what it started: ask first, then kill after `grace` seconds."""
    if process.poll() is None:
        _signal_group(process, force=False)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    # Always: what it started may have outlived it, or not have listened.
    _signal_group(process, force=True)
    process.wait()
    _running.discard(process)


@atexit.register
def _stop_the_rest() -> None:
    """What a thread that was abandoned has started would outlive vttsync."""
    for process in tuple(_running):
        stop(process, 0)


def _signal_group(process: subprocess.Popen[str], *, force: bool) -> None:
    if sys.platform == "win32":
        words = ["taskkill", "/T", "/PID", str(process.pid), *(["/F"] if force else [])]
        subprocess.run(words, check=False, capture_output=True)
        return
    import signal  # noqa: PLC0415  (its killpg exists on POSIX only)

    try:
        os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
    except (ProcessLookupError, PermissionError):  # nobody left; on macOS: only zombies left
        return


def run(
    words: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    stdin: str | None = None,
) -> Finished:
    """Run `words` to the end, `timeout` seconds at most; nothing that they started stays.

    `env` is the whole environment. `stdin` is fed to the child and never touches the disk.
    """
    timed_out = False
    with interrupts.held():
        feed = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        process = spawn(words, env=env, cwd=cwd, stdin=feed, stderr=subprocess.PIPE)
        try:
            with interrupts.released():
                out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            stop(process)
            out, err = _what_is_left(process)
        finally:
            stop(process)
            _close_pipes(process)
    return Finished(process.returncode, out, err, timed_out)


def _what_is_left(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired as late:  # something left its group and holds the pipe
        return _text(late.stdout), _text(late.stderr)


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe and sys.platform != "win32":  # there, a thread may still read it
            with suppress(OSError):  # what was to be fed to it can't be
                pipe.close()


def _text(output: str | bytes | None) -> str:
    # POSIX hands what came before the timeout over as bytes, whatever the encoding asked for.
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
