"""The arrows between the rooms of the house point one way."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import vttsync
from vttsync.cli.commands import COMMANDS, function_of

PACKAGE = Path(vttsync.__file__).parent
BASE = {"errors", "settings", "web", "redaction", "progress", "toml_source", "__init__"}
BASE |= {"cost", "address", "background", "findings", "interrupts", "keychain", "temporary"}
BASE |= {"validation", "sessions", "locks"}
# What each room may open. The rehearsal puts the others in a row, as the command line does.
ARROWS = {
    "__main__": {"cli", "interrupts"},
    "cli": {"output", "project", "deploy", "broadcast", "rehearsal", "local", "cloudflare", "node"}
    | {"audit", "polling"},
    "local": {"project", "rehearsal", "node"},
    "rehearsal": {"project", "deploy", "broadcast", "cloudflare", "node"},
    "deploy": {"project", "cloudflare", "node"},
    "broadcast": set(),
    "project": {"cloudflare", "node"},
    "output": {"audit", "broadcast", "deploy", "polling"},
    "polling": {"audit", "node"},
    "audit": set(),
    "cloudflare": set(),
    "node": set(),
}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module == "vttsync":
            names = [f"vttsync.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("vttsync.")}
    return found


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_opens_only_the_rooms_below_it(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    allowed = BASE | (ARROWS[room] | {room} if room in ARROWS else set())
    assert _imports(path) - allowed - {"__version__", "PROTOCOL"} == set()


# In `deploy`: a folder opens itself, those named, and the modules that stand beside the folders.
STAGES = {
    "": set(),
    "plan": set(),
    "execute": {"plan"},
    "environment": {"execute"},
    "prove": {"execute", "plan"},
    "operate": {"prove", "execute", "plan"},
}


def _stages(path: Path) -> set[str]:
    """Of `deploy`, which folders a module opens; `""` for the modules beside them."""
    text = path.read_text(encoding="utf-8")
    names = re.findall(r"^ *from vttsync\.deploy\.(\w+)(?:\.\w+)? import", text, re.MULTILINE)
    return {name if (PACKAGE / "deploy" / name).is_dir() else "" for name in names}


@pytest.mark.parametrize(
    "path",
    sorted((PACKAGE / "deploy").rglob("*.py")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_a_stage_of_a_deploy_opens_only_the_stages_before_it(path: Path) -> None:
    parts = path.relative_to(PACKAGE / "deploy").parts
    stage = parts[0] if len(parts) > 1 else ""
    assert _stages(path) - {"", stage} - STAGES[stage] == set()


def test_every_folder_is_a_known_room() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(ARROWS) - {"__main__"}


def test_httpx_is_imported_in_one_place() -> None:
    importers = [path.name for path in _modules() if "import httpx" in path.read_text("utf-8")]
    assert importers == ["web.py"]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 320


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _lines(first: ast.stmt, last: ast.stmt) -> int:
    return (last.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {it.name: _lines(it, it) for it in _functions(path) if _lines(it, it) > 40}
    assert long == {}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_only_puts_others_to_work(command: str) -> None:
    function = function_of(command)
    path = Path(inspect.getfile(function))
    (node,) = [it for it in _functions(path) if it.name == function.__name__]
    _docstring, *body = node.body
    assert _lines(body[0], body[-1]) <= 25
