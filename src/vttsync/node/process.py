"""Child processes: an allow-list environment, a time limit, and nothing left running."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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


def new_group() -> dict[str, object]:
    """Keyword arguments for Popen that give the child a process group of its own.

    Ctrl-C in the terminal then reaches vttsync alone, which stops its children in order.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def stop(process: subprocess.Popen[str] | subprocess.Popen[bytes], grace: float = _GRACE) -> None:
    """End `process` and what it started: ask first, then kill after `grace` seconds."""
    if process.poll() is None:
        _signal_group(process, force=False)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    # Always: what it started may have outlived it, or not have listened.
    _signal_group(process, force=True)
    process.wait()


def _signal_group(process: subprocess.Popen[str] | subprocess.Popen[bytes], *, force: bool) -> None:
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
    process = subprocess.Popen(
        [str(word) for word in words],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        **new_group(),  # type: ignore[call-overload]
    )
    try:
        out, err = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        stop(process)
        out, err = _what_is_left(process)
        return Finished(process.returncode, out, err, timed_out=True)
    except BaseException:
        stop(process)
        raise
    stop(process)
    return Finished(process.returncode, out, err)


def _what_is_left(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired as late:  # something left its group and holds the pipe
        for pipe in (process.stdout, process.stderr):
            if pipe and sys.platform != "win32":  # there, a thread still reads it
                pipe.close()
        return _text(late.stdout), _text(late.stderr)


def _text(output: str | bytes | None) -> str:
    # POSIX hands what came before the timeout over as bytes, whatever the encoding asked for.
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
