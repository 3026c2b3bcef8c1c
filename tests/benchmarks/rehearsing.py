"""A whole rehearsal, by stage: cold (nothing kept, by npm or by vttsync) and warm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

ROUNDS = 5
# Stages whose time is npm's or wrangler's; the rest is ours.
THEIRS = ("npm packages", "upload", "rotate: upload", "roll back")


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vttsync-bench-") as cache:
        places = {"NPM_CONFIG_CACHE": f"{cache}/npm", "XDG_CACHE_HOME": cache}
        cold = _run(places)
        warm = [_run(places) for _ in range(ROUNDS)]
    print("\n| rehearsal, s | cold | warm |\n| --- | --- | --- |")
    for name in cold:
        print(f"| {name} | {cold[name]:.1f} | {median(run[name] for run in warm):.1f} |")


def _run(extra: dict[str, str]) -> dict[str, float]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "vttsync", "rehearse", "--json"],
        env={**os.environ, **extra}, check=True, capture_output=True,
    )  # fmt: skip
    whole = time.perf_counter() - started
    stages = json.loads(done.stdout)["result"]["stages"]
    times = {stage["name"]: float(stage["seconds"]) for stage in stages}
    theirs = sum(seconds for name, seconds in times.items() if name in THEIRS)
    return {**times, "**in all**": whole, "of which neither npm's nor wrangler's": whole - theirs}
