"""A proof's reports, as a user asks for them: real connections, a room in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.github import Runner
from tests.integration.test_replay import SCRIPT
from tests.room.room import PUBLISH_KEY, TICKET_KEY, Faults, PythonRoom, python_room
from tests.runner import Cli, Ran
from vttsync.broadcast.histogram import read_log

REPORTS = {"--html": "page.html", "--junit": "cases.xml", "--hdr": "times.hlog"}
WORDS = [word for pair in REPORTS.items() for word in pair]
TRANSCRIPT = "proof.jsonl"
LEAK = "Vesk the Quiet"


@pytest.fixture(scope="module")
def server() -> Iterator[PythonRoom]:
    with python_room() as running:
        yield running


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("../fight.toml").write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setenv("VTTSYNC_PUBLISH_KEY", PUBLISH_KEY)
    monkeypatch.setenv("VTTSYNC_TICKET_KEY", TICKET_KEY)


def play(cli: Cli, server: PythonRoom, faults: Faults, *words: str) -> Ran:
    server.restart(faults)
    return cli("verify-broadcast", "--url", server.url, "--script", "../fight.toml", *words)


def leaking(who: str, number: int, text: str) -> list[str | bytes]:
    told = json.loads(text)
    if who != "spectator" or number != 3:
        return [text]
    return [json.dumps({**told, "debug": LEAK, "keys": [PUBLISH_KEY, TICKET_KEY]})]


@pytest.mark.parametrize(
    ("faults", "code"), [(Faults(), 0), (Faults(harm=leaking), 8)], ids=["right", "wrong"]
)
def test_at_home_it_comes_to_the_same(
    cli: Cli, server: PythonRoom, faults: Faults, code: int
) -> None:
    there = play(cli, server, faults, "--json", *WORDS, "--transcript", TRANSCRIPT)
    assert there.code == code
    written = {name: Path(name).read_bytes() for name in REPORTS.values()}
    for name in written:
        Path(name).unlink()

    home = cli("verify-broadcast", "judge", TRANSCRIPT, "--json", *WORDS)

    assert home.code == code
    assert home.envelope["result"] == there.envelope["result"]
    assert {name: Path(name).read_bytes() for name in written} == written


def test_each_says_what_was_wrong_and_none_has_a_key(cli: Cli, server: PythonRoom) -> None:
    ran = play(cli, server, Faults(harm=leaking), *WORDS, "--transcript", TRANSCRIPT)

    assert ran.code == 8
    assert "LEAKED  spectator" in ran.out
    assert LEAK in Path("page.html").read_text("utf-8")
    failed = ET.fromstring(Path("cases.xml").read_bytes()).iter("failure")  # noqa: S314  (our own)
    assert "leaked" in {it.attrib["type"] for it in failed}
    (times,) = read_log(Path("times.hlog").read_text(), "times.hlog").values()
    assert times.total > 10
    transcript = Path(TRANSCRIPT).read_text("utf-8")
    assert "***" in transcript
    everything = [ran.out, ran.err, *(path.read_text("utf-8") for path in Path().iterdir())]
    for key in (PUBLISH_KEY, TICKET_KEY):
        assert not [text for text in everything if key in text]
    assert sorted(path.name for path in Path().iterdir()) == sorted([*REPORTS.values(), TRANSCRIPT])


def test_a_log_has_plain_lines_and_a_histogram(cli: Cli, server: PythonRoom) -> None:
    ran = play(cli, server, Faults())
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert " ms" in ran.out
    assert "█" in ran.out
    assert "verify broadcast" in ran.err


@pytest.mark.parametrize("option", [*REPORTS, "--transcript"])
@pytest.mark.parametrize("place", ["folder", "nowhere/file"])
def test_nothing_is_sent_when_a_report_can_not_be_written(
    cli: Cli, server: PythonRoom, option: str, place: str
) -> None:
    Path("folder").mkdir()
    ran = play(cli, server, Faults(), option, place)
    assert ran.code == 2
    assert f"{option} can't be written to {place}" in ran.err
    assert server.sessions == {}


def test_without_a_verdict_nothing_is_written(cli: Cli, server: PythonRoom) -> None:
    Path("page.html").write_text("before")
    ran = play(cli, server, Faults(publish_key="another-key-of-32-characters-----"), *WORDS)
    assert ran.code == 4
    assert [path.name for path in Path().iterdir()] == ["page.html"]
    assert Path("page.html").read_text() == "before"


def test_a_transcript_is_not_written_over_by_its_own_page(cli: Cli, server: PythonRoom) -> None:
    play(cli, server, Faults(), "--transcript", TRANSCRIPT)
    before = Path(TRANSCRIPT).read_bytes()
    ran = cli("verify-broadcast", "judge", TRANSCRIPT, "--html", TRANSCRIPT)
    assert ran.code == 2
    assert Path(TRANSCRIPT).read_bytes() == before


def test_options_before_judge_are_told(cli: Cli) -> None:
    ran = cli("verify-broadcast", "--html", "a.html", "judge", "proof.jsonl")
    assert ran.code == 2
    assert "behind its name" in ran.err


def test_judging_annotates_the_line_of_the_script(
    cli: Cli, server: PythonRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(cli, server, Faults(harm=leaking), "--transcript", "proof.jsonl.gz")
    for name in ("STEP_SUMMARY", "OUTPUT"):
        monkeypatch.setenv(f"GITHUB_{name}", f"{name}.md")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    ran = cli("verify-broadcast", "judge", "proof.jsonl.gz")

    assert ran.code == 8
    runner = Runner()
    runner.read(ran.err)
    (annotation,) = runner.annotations("error")
    assert annotation.properties["file"].endswith("/fight.toml")
    assert int(annotation.properties["line"]) > 1
    assert "| spectator |" in Path("STEP_SUMMARY.md").read_text("utf-8")
