"""`vttsync audit` of a big repository: the labelled set, among the templates again and again."""

from __future__ import annotations

import resource
import shutil
import tempfile
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from tests.audit.scoring import SET
from tests.benchmarks.timing import python, timed

FILES = 3000
ROUNDS = 3
_TEMPLATES = Path(__file__).parents[2] / "templates"
_CODE = (".ts", ".tsx", ".js", ".mjs", ".py")


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as folder:
        _write(Path(folder))
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6
        run = python("-m", "vttsync", "audit", folder)
        run()
        before = _processor()
        seconds = median(timed(run) for _ in range(ROUNDS))
        used = (_processor() - before) / ROUNDS
    print("\n| audit | MB | s | processor, s |\n| --- | --- | --- | --- |")
    print(f"| {len(files)} files | {size:.1f} | {seconds:.1f} | {used:.1f} |")


def _processor() -> float:
    """What commands that have ended took of the processor, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(folder: Path) -> None:
    shutil.copytree(SET, folder / "set")
    missing = FILES - sum(path.is_file() for path in SET.rglob("*"))
    for number, path in enumerate(islice(cycle(_ordinary()), missing)):
        target = folder / f"app{number // 50}" / f"{number}{path.suffix}"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)


def _ordinary() -> list[Path]:
    """The code of the templates."""
    found = [path for path in _TEMPLATES.rglob("*") if path.suffix in _CODE and path.is_file()]
    return sorted(path for path in found if "node_modules" not in path.parts)
