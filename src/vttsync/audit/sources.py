"""The files of a folder, read: their bytes, their modules, their lines."""

from __future__ import annotations

from pathlib import Path

from vttsync.audit import files, markup
from vttsync.audit.code.module import Module

_PLAIN = (".ts", ".mts", ".cts")  # where `<T>x` is a cast and no element
_LONGEST = 200  # characters of a line that are shown


class Sources:
    """Reads a folder once; what can't be read is kept in `unread`, with the reason.

    Args:
        folder: what is audited.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listed = files.list_files(folder)
        self.unread = [(path, "too big to be source code") for path in self.listed.skipped]
        self._contents: dict[str, bytes] = {}
        for path in (*self.listed.code, *self.listed.python):
            self._read(path)

    def _read(self, path: str) -> None:
        try:
            source = (self.folder / path).read_bytes()
        except OSError as error:
            self.unread.append((path, error.strerror or "can't be read"))
            return
        if not files.is_text(source):
            self.unread.append((path, "not a text"))
        elif files.ending(path) in markup.PAGES or not files.is_minified(source):
            self._contents[path] = source

    def __len__(self) -> int:
        return len(self._contents)

    @property
    def code(self) -> list[str]:
        """The paths of scripts and pages that were read."""
        return [path for path in self.listed.code if path in self._contents]

    @property
    def python(self) -> list[str]:
        """The paths of Python that were read."""
        return [path for path in self.listed.python if path in self._contents]

    @property
    def pages(self) -> list[str]:
        """The paths of pages that were read."""
        return [path for path in self.code if files.ending(path) in markup.PAGES]

    def configs(self) -> dict[str, str]:
        """The texts of the tsconfig.json and jsconfig.json files, by path."""
        return {path: self._text_of(path) for path in self.listed.configs}

    def _text_of(self, path: str) -> str:
        try:
            return (self.folder / path).read_text("utf-8", "replace")
        except OSError:
            return ""

    def bytes(self, path: str) -> bytes:
        """A file as it is."""
        return self._contents[path]

    def text(self, path: str) -> str:
        """A file as text; what isn't UTF-8 is replaced."""
        return self._contents[path].decode("utf-8", "replace")

    def line(self, path: str, number: int) -> str:
        """A line, from 1, without the white space around it."""
        lines = self._contents[path].split(b"\n")
        line = lines[number - 1] if 0 < number <= len(lines) else b""
        return line.decode("utf-8", "replace").strip()[:_LONGEST]

    def module(self, path: str) -> Module:
        """A script, or the scripts of a page."""
        source, ending = self._contents[path], files.ending(path)
        if ending in markup.PAGES:
            source = markup.scripts(source, front=ending == ".astro")
        return Module(path, source, tsx=ending not in _PLAIN)
