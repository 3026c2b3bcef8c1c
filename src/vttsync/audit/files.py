"""Which files of a folder are audited."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pathspec

from vttsync.audit.markup import PAGES

CODE = frozenset({".js", ".jsx", ".ts", ".tsx", ".mjs", ".mts", ".cjs", ".cts"})
PYTHON = frozenset({".py"})
_LARGEST = 2_000_000  # bytes: more is a bundle, or no code
_LONG = 5_000  # bytes a line, on average: minified
_SKIPPED_FOLDERS = frozenset(
    """node_modules bower_components vendor vendors third_party third-party thirdparty dist build out
    coverage target venv env __pycache__ site-packages storybook-static
    __tests__ __mocks__ tests test spec specs e2e cypress playwright fixtures __fixtures__ mocks
    migrations examples docs party-client party-publisher party""".split()
)
_SKIPPED_FILE = re.compile(
    r"(?:\.(?:min|bundle|umd|iife|prod|test|spec|stories|story|cy|e2e|bench|d)\.[cm]?[jt]sx?$)"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
    r"|(?:^|/)(?:jquery|bootstrap|react|vue|angular|three|phaser|pixi|lodash|moment|d3|htmx|socket\.io|"
    r"alpine|p5|howler|babylon|popper|leaflet|chart|highcharts)(?:[.-][\w.-]*)?\.js$"
    r"|(?:^|/)(?:[\w-]+\.config|gulpfile|gruntfile|webpack[\w.-]*|rollup[\w.-]*)\.[cm]?[jt]s$",
    re.I,
)
_SERVER_FOLDER = re.compile(
    r"(?:^|/)(?:server|backend|cron|jobs|scripts|bin|cli|functions|lambda|bot)/", re.I
)
_SERVER_CODE = re.compile(
    r"""(?:from|require\()\s*['"](?:node:|express|fastify|koa|hono|@hapi|discord\.js|ws['"]|http['"]|net['"]|"""
    r"""fs['"/]|child_process|mongoose|pg['"]|mysql|better-sqlite3|@nestjs|node-cron|bull|socket\.io['"])"""
)
_BROWSER_CODE = re.compile(
    r"\b(?:document|window|localStorage|sessionStorage)\.|\b(?:useState|useEffect|useRef|onMounted)\(|\$\("
)


@dataclass(frozen=True)
class Listed:
    """What a walk through a folder found.

    Attributes:
        code: paths of JavaScript and TypeScript, pages included.
        python: paths of Python.
        configs: paths of tsconfig.json and jsconfig.json.
        skipped: files that were too big to be anybody's source, by path.
    """

    code: tuple[str, ...]
    python: tuple[str, ...]
    configs: tuple[str, ...]
    skipped: tuple[str, ...]


def ending(path: str) -> str:
    """The file's ending, in lower case."""
    return PurePosixPath(path).suffix.lower()


def list_files(folder: Path) -> Listed:
    """Walk a folder: no links followed, and nothing that .gitignore leaves out."""
    code, python, configs, skipped = [], [], [], []
    for path in _walk(folder):
        name = path.rsplit("/", 1)[-1]
        if re.fullmatch(r"[jt]sconfig(?:\.\w+)?\.json", name):
            configs.append(path)
        if ending(path) not in CODE | PAGES | PYTHON or _SKIPPED_FILE.search(path):
            continue
        if (folder / path).stat().st_size > _LARGEST:
            skipped.append(path)
        elif ending(path) in PYTHON:
            python.append(path)
        else:
            code.append(path)
    return Listed(tuple(code), tuple(python), tuple(configs), tuple(skipped))


def _walk(folder: Path) -> Iterator[str]:
    ignores: dict[str, pathspec.GitIgnoreSpec] = {}
    for place, folders, names in os.walk(folder):
        here = Path(place).relative_to(folder).as_posix()
        here = "" if here == "." else f"{here}/"
        if ".gitignore" in names:
            ignores[here] = _ignore(Path(place, ".gitignore"))
        folders[:] = sorted(
            name
            for name in folders
            if name.lower() not in _SKIPPED_FOLDERS
            and not name.startswith(".")
            and not _ignored(f"{here}{name}/", ignores)
        )
        for name in sorted(names):
            path = f"{here}{name}"
            if not _ignored(path, ignores) and not Path(place, name).is_symlink() and Path(place, name).is_file():
                yield path


def _ignore(path: Path) -> pathspec.GitIgnoreSpec:
    try:
        return pathspec.GitIgnoreSpec.from_lines(path.read_text("utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return pathspec.GitIgnoreSpec.from_lines([])


def _ignored(path: str, ignores: dict[str, pathspec.GitIgnoreSpec]) -> bool:
    return any(
        path.startswith(folder) and spec.match_file(path[len(folder) :]) for folder, spec in ignores.items()
    )


def is_minified(source: bytes) -> bool:
    """Whether nobody wrote this by hand."""
    lines = source.count(b"\n") + 1
    return len(source) / lines > _LONG / 10 and len(source) > _LONG


def is_servers(path: str, source: str) -> bool:
    """Whether this runs on a server: its jobs are no polling of a page's."""
    if _BROWSER_CODE.search(source):
        return False
    if _SERVER_CODE.search(source):
        return True
    return _SERVER_FOLDER.search(path) is not None
