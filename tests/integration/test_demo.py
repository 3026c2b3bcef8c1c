"""`vttsync demo`, as a user runs it: room, server and page, and nothing left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import Watch
from vttsync import web

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
CANARY = "cfut_" + "canary" * 7


@contextmanager
def _demo(temporary: Path, *words: str, until: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    temporary.mkdir()
    env = {**os.environ, "TMPDIR": str(temporary), "CLOUDFLARE_API_TOKEN": CANARY}
    process = subprocess.Popen(
        [sys.executable, "-m", "vttsync", "demo", *words],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert process.stdout
    told = ""
    try:
        while line := process.stdout.readline():
            told += line
            if line.startswith(until):
                break
        yield process, told
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_the_table_can_be_played_at_and_leaves_nothing(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    with _demo(temporary, "--json", until="}") as (process, told):
        result = json.loads(told)["result"]
        watch = Watch(process.pid)
        watch.look()
        with web.client(result["page"]) as client:
            assert "<html" in client.get("/").text
            assert set(result["seats"]) == {"gm", "player"}
            for url in result["seats"].values():
                assert "<html" in client.get(url.removeprefix(result["page"])).text
            assert "connectSession" in client.get("/vttsync.js").text
        with web.client(result["room"]) as client:
            assert client.get("/health").json()["version"] == "local"
        environments = b"".join(watch.seen.values())
        assert b"VTTSYNC_TICKET_KEY=" in environments
        assert CANARY.encode() not in environments
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
    assert watch.alive() == []
    assert list(temporary.iterdir()) == []
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("name", [b"workerd", b"server"])
def test_when_a_part_of_it_dies_the_rest_ends(tmp_path: Path, name: bytes) -> None:
    temporary = tmp_path / "temporary"
    with _demo(temporary, until="`vttsync init --with-table`") as (process, _):
        watch = Watch(process.pid)
        watch.look()
        (pid,) = [
            pid
            for pid, words in watch.arguments.items()
            if words.split(b"\0")[0].endswith(name) or b"-m\0" + name in words
        ]
        os.kill(pid, signal.SIGKILL)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "does not run" in said
    assert watch.alive() == []
    assert list(temporary.iterdir()) == []
