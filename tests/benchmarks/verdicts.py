"""`smoke.toml` from the command's start to its verdict, against a room in workerd that is warm."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from platformdirs import user_cache_path

from tests.benchmarks.timing import timed
from tests.model.rig import PUBLISH_KEY, TICKET_KEY, Rig, make_bundle
from vttsync.broadcast.actions import Pause
from vttsync.broadcast.proof import read_plan
from vttsync.node.runtime import find_node
from vttsync.project.templates import templates_folder

ROUNDS = 11
REPORTS = {"--html": "a.html", "--junit": "a.xml", "--hdr": "a.hlog", "--transcript": "a.jsonl.gz"}


def measure() -> None:
    """Print the table."""
    script = templates_folder() / "broadcast" / "smoke.toml"
    pace = sum(step.seconds for step in read_plan(script).steps if isinstance(step, Pause))
    words = [word for pair in REPORTS.items() for word in pair]
    with _room() as (folder, url):
        plain = ["verify-broadcast", "--url", url, "--script", str(script)]
        runs = {
            "start to verdict": plain,
            "the same, with all four reports": [*plain, *words],
            "the same verdict from the transcript (`judge`)": [
                "verify-broadcast", "judge", "a.jsonl.gz",
            ],
            "`vttsync --version`": ["--version"],
        }  # fmt: skip
        times = _in_turn(list(runs.values()), folder)
    told = dict(zip(runs, times, strict=True))
    whole = told["start to verdict"]
    print("\n| proof with `smoke.toml`, warm | ms |\n| --- | --- |")
    for name, seconds in told.items():
        print(f"| {name} | {1000 * seconds:.0f} |")
    print(f"| the script's own pace | {1000 * pace:.0f} |")
    print(f"| **start to verdict without that** | {1000 * (whole - pace):.0f} |")


@contextmanager
def _room() -> Iterator[tuple[Path, str]]:
    cache = user_cache_path("vttsync", appauthor=False)
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as name:
        folder = Path(name)
        bundle = make_bundle(find_node(), folder, cache)
        with Rig(bundle, folder / "storage") as rig:
            yield folder, f"http://127.0.0.1:{rig.port}"


def _in_turn(commands: list[list[str]], folder: Path) -> list[float]:
    """Run them in turn, after one round that doesn't count; the median of each, in seconds."""
    keys = {"VTTSYNC_PUBLISH_KEY": PUBLISH_KEY, "VTTSYNC_TICKET_KEY": TICKET_KEY}
    environ = {**os.environ, **keys}

    def run(words: list[str]) -> None:
        line = [sys.executable, "-m", "vttsync", *words]
        subprocess.run(line, cwd=folder, env=environ, check=True, capture_output=True)

    rounds = [[timed(partial(run, words)) for words in commands] for _ in range(ROUNDS + 1)]
    return [median(times) for times in zip(*rounds[1:], strict=True)]
