"""Which files of a folder are audited."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pathspec

from vttsync.audit.code import tree
from vttsync.audit.markup import PAGES

CODE = frozenset({".js", ".jsx", ".ts", ".tsx", ".mjs", ".mts", ".cjs", ".cts"})
PYTHON = frozenset({".py"})
_CONFIG = re.compile(r"[jt]sconfig(?:\.\w+)?\.json")
_LARGEST = 2_000_000  # bytes: more is a bundle, or no code
_LONG = 500  # bytes a line, on average: minified
_SKIPPED_FOLDERS = tree.named(
    """node_modules bower_components vendor vendors third_party third-party thirdparty dist build
    out coverage target venv env __pycache__ site-packages storybook-static
    __tests__ __mocks__ tests test spec specs e2e cypress playwright fixtures __fixtures__ mocks
    migrations examples docs party-client party-publisher party"""
)
_SKIPPED_FILE = re.compile(
    r"(?:\.(?:min|bundle|umd|iife|prod|test|spec|stories|story|cy|e2e|bench|d)\.[cm]?[jt]sx?$)"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
    r"|(?:^|/)(?:jquery|bootstrap|react|vue|angular|three|phaser|pixi|lodash|moment|d3|htmx|socket\.io|"
    r"alpine|p5|howler|babylon|popper|leaflet|chart|highcharts)(?:[.-][\w.-]*)?\.js$"
    r"|(?:^|/)(?:[\w-]+\.config|gulpfile|gruntfile|webpack[\w.-]*|rollup[\w.-]*)\.[cm]?[jt]s$",
    re.I,
)
# Whether a file runs on a server: by the innermost folder that says so, else by what is in it.
_SERVER_FOLDERS = frozenset({"server", "backend", "cron", "lambda", "lambdas"})
_PAGE_FOLDERS = tree.named(
    """client public static assets web www frontend components pages hooks views composables stores
    templates"""
)
_TOOL_FOLDERS = frozenset({"jobs", "scripts", "bin", "cli", "functions", "bot", "bots", "tools"})
_SERVER_CODE = re.compile(
    r"""(?:from|require\()\s*['"](?:node:|express|fastify|koa|hono|@hapi|discord\.js|ws['"]|"""
    r"""http['"]|net['"]|fs['"/]|child_process|worker_threads|mongoose|pg['"]|mysql|better-sqlite3|"""
    r"""@nestjs|drizzle-orm|@prisma/client|typeorm|sequelize|knex|node-cron|bull|socket\.io['"])"""
)
# Files that a framework runs on its server: SvelteKit, Remix, Next.js.
_SERVER_FILE = re.compile(
    r"(?:^|/)\+(?:server|(?:page|layout)\.server)\.[jt]s$|\.server\.[jt]sx?$|"
    r"(?:^|/)app/(?:.*/)?route\.[jt]s$|(?:^|/)pages/api/"
)
_PAGE_CODE = re.compile(
    r"\b(?:document|window|localStorage|sessionStorage)\.\w|"
    r"\b(?:useState|useEffect|useRef|onMounted)\(|\$\("
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
        if _CONFIG.fullmatch(name):
            configs.append(path)
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
            if _is_wanted(path) and not _ignored(path, ignores) and _is_plain(Path(place, name)):
                yield path


def _is_wanted(path: str) -> bool:
    if _CONFIG.fullmatch(path.rsplit("/", 1)[-1]):
        return True
    return ending(path) in CODE | PAGES | PYTHON and not _SKIPPED_FILE.search(path)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _ignore(path: Path) -> pathspec.GitIgnoreSpec:
    try:
        return pathspec.GitIgnoreSpec.from_lines(
            path.read_text("utf-8", errors="replace").splitlines()
        )
    except (OSError, ValueError):
        return pathspec.GitIgnoreSpec.from_lines([])


def _ignored(path: str, ignores: dict[str, pathspec.GitIgnoreSpec]) -> bool:
    return any(
        path.startswith(folder) and spec.match_file(path[len(folder) :])
        for folder, spec in ignores.items()
    )


def is_minified(source: bytes) -> bool:
    """Whether nobody wrote this by hand."""
    lines = source.count(b"\n") + 1
    return len(source) / lines > _LONG and len(source) > 10 * _LONG


def is_text(source: bytes) -> bool:
    """Whether this is no film or picture under a name that ends like code (`.ts`)."""
    if b"\0" not in source and source[:1] != b"G":  # 0x47 begins each packet of a film
        return True
    try:
        source.decode()
    except UnicodeDecodeError:
        return b"\0" not in source
    return True


def is_servers(path: str, source: str) -> bool:
    """Whether this runs on a server: its jobs are no polling of a page's."""
    if ending(path) in PAGES:
        return False
    if _SERVER_FILE.search(path):
        return True
    folders = PurePosixPath(path.lower()).parts[:-1]
    for folder in reversed(folders):
        if folder in _SERVER_FOLDERS | _PAGE_FOLDERS:
            return folder in _SERVER_FOLDERS
    if _PAGE_CODE.search(source):
        return False
    return _SERVER_CODE.search(source) is not None or not _TOOL_FOLDERS.isdisjoint(folders)
