"""What runs on this machine, told from /proc."""

from __future__ import annotations

from pathlib import Path


class Watch:
    """Reads the command line and environment of everything below a process, from /proc."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.seen: dict[int, bytes] = {}
        self.arguments: dict[int, bytes] = {}

    def look(self) -> None:
        parents = {pid: _parent(pid) for pid in pids()}
        for pid in parents:
            if pid != self._root and self._is_below(pid, parents):
                self.seen[pid] = self.seen.get(pid, b"") + _read(pid, "environ")
                self.arguments[pid] = self.arguments.get(pid, b"") + _read(pid, "cmdline")

    def alive(self) -> list[bytes]:
        """What still runs of all that was ever seen."""
        return [words for pid, words in self.arguments.items() if words and _runs(pid, words)]

    def _is_below(self, pid: int, parents: dict[int, int]) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == self._root:
                return True
        return False


def pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _runs(pid: int, words: bytes) -> bool:
    """Whether it is there, and no zombie, which has no command line."""
    now = _read(pid, "cmdline")
    return bool(now) and now in words


def _parent(pid: int) -> int:
    stat = _read(pid, "stat")
    return int(stat.rsplit(b")", 1)[1].split()[1]) if stat else 0


def left(temporary: Path) -> list[str]:
    """Processes that still work in `temporary`."""
    mark = str(temporary).encode()
    return [_read(pid, "cmdline").decode() for pid in pids() if mark in _read(pid, "cmdline")]
