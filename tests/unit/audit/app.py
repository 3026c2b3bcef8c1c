"""An app to audit, written down in a test."""

from __future__ import annotations

from pathlib import Path

from vttsync.audit.audit import audit
from vttsync.audit.finding import Finding, Report


def write(files: dict[str, str | bytes], folder: Path | None = None) -> Path:
    """Write files into a folder (the current one) and give it back."""
    folder = folder or Path()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def report(covered: tuple[str, ...] = (), /, **files: str) -> Report:
    """Audit files; `a_ts` stands for `a.ts`."""
    named: dict[str, str | bytes] = {}
    for name, content in files.items():
        named[".".join(name.rsplit("_", 1))] = content
    return audit(write(named), covered)


def only(source: str, name: str = "a_tsx") -> Finding:
    """The one finding in one file."""
    (finding,) = report(**{name: source}).findings
    return finding
