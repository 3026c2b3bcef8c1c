from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from vttsync.errors import VttsyncError
from vttsync.node import packages
from vttsync.node.runtime import Node
from vttsync.project.templates import templates_folder


def _lock(entries: dict[str, object]) -> str:
    return json.dumps({"packages": {"": {}, **entries}})


@pytest.fixture
def party(tmp_path: Path) -> Path:
    folder = tmp_path / "party"
    (folder / "node_modules").mkdir(parents=True)
    return folder


def _write(party: Path, wanted: dict[str, object], present: dict[str, object]) -> None:
    (party / "package-lock.json").write_text(_lock(wanted))
    (party / "node_modules" / ".package-lock.json").write_text(_lock(present))


def test_installed_means_that_npm_recorded_every_package_a_deploy_needs(party: Path) -> None:
    wanted: dict[str, object] = {
        "node_modules/wrangler": {"version": "4.156.0"},
        "node_modules/vitest": {"version": "5.1.1", "dev": True},
        "node_modules/fsevents": {"version": "2.3.3", "optional": True},
    }
    _write(party, wanted, {"node_modules/wrangler": {"version": "4.156.0"}})
    assert packages.is_installed(party)
    _write(party, wanted, {"node_modules/wrangler": {"version": "4.155.0"}})
    assert not packages.is_installed(party)
    (party / "node_modules" / ".package-lock.json").unlink()
    assert not packages.is_installed(party)


def test_node_without_npm(party: Path) -> None:
    with pytest.raises(VttsyncError, match=r"vttsync\[node\]") as caught:
        packages.install(Node(Path("/usr/bin/node"), "24.0.0", []), party)
    assert caught.value.exit_code == 5


def _npm(party: Path, code: str) -> Node:
    """A Node whose npm is a few lines of Python; `words` is what it was given."""
    script = party / "npm.py"
    script.write_text(f"import json, pathlib, sys\nwords = sys.argv[1:]\n{code}\n")
    return Node(Path("node"), "24.0.0", [sys.executable, str(script)])


def _words(party: Path) -> list[str]:
    code = "pathlib.Path('words.json').write_text(json.dumps(words))"
    packages.install(_npm(party, code), party)
    words: list[str] = json.loads((party / "words.json").read_text())
    return words


def test_npm_runs_no_script_and_takes_only_what_a_deploy_needs(party: Path) -> None:
    _write(party, {"node_modules/wrangler": {"version": "4.156.0"}}, {})
    words = _words(party)
    assert words[0] == "ci"
    assert {"--ignore-scripts", "--omit=dev"} <= set(words)


def test_the_tools_of_somebody_who_works_there_stay(party: Path) -> None:
    wanted: dict[str, object] = {
        "node_modules/wrangler": {"version": "4.156.0"},
        "node_modules/vitest": {"version": "5.1.1", "dev": True},
    }
    _write(party, wanted, {"node_modules/vitest": {"version": "5.1.0", "dev": True}})
    assert "--omit=dev" not in _words(party)


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ("code ENOSPC\nnpm error nospc no space left on device, write", 5, "Make room in"),
        ("code EACCES\nnpm error path /home/gm/.npm/_cacache", 5, "NPM_CONFIG_CACHE"),
        ("code EACCES\nnpm error path /home/gm/.npm/_cacache", 5, "/home/gm/.npm"),
        ("code ECONNREFUSED\nnpm error errno x\nnpm error reason: connect", 6, "HTTPS_PROXY"),
        ("code EUSAGE\nnpm error out of sync", 3, "npm install"),
        ("code EWEIRD\nnpm error A complete log of this run: /tmp/x", 5, "it ran in"),
    ],
)
def test_what_npm_complains_of_is_told_with_a_next_step(
    party: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, told: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    _write(party, {"node_modules/wrangler": {"version": "4.156.0"}}, {})
    with pytest.raises(VttsyncError) as caught:
        packages.install(_npm(party, f"sys.exit({'npm error ' + said!r})"), party)
    assert caught.value.exit_code == code
    assert told in str(caught.value)
    assert "complete log" not in str(caught.value)


def test_a_missing_lockfile(party: Path) -> None:
    with pytest.raises(VttsyncError, match="vttsync init") as caught:
        packages.install(Node(Path("node"), "24.0.0", ["npm"]), party)
    assert caught.value.exit_code == 3


def test_workerd_of_another_machine(party: Path) -> None:
    with pytest.raises(VttsyncError, match="npm ci") as caught:
        packages.workerd_binary(party)
    assert caught.value.exit_code == 5


def test_the_shipped_lockfile_serves_every_platform_and_names_no_registry(tmp_path: Path) -> None:
    path = tmp_path / "package-lock.json"
    shutil.copy(templates_folder() / "party" / "package-lock.json", path)
    text = path.read_text()
    assert '"resolved"' not in text
    for system in ("linux-64", "linux-arm64", "darwin-64", "darwin-arm64", "windows-64"):
        entry = json.loads(text)["packages"][f"node_modules/@cloudflare/workerd-{system}"]
        assert entry["integrity"].startswith("sha512-")


def test_packages_are_shared_only_when_whole(tmp_path: Path, party: Path) -> None:
    (party / "node_modules").rmdir()
    lock = _lock({"node_modules/wrangler": {"version": "4.156.0"}})
    (party / "package-lock.json").write_text(lock)
    home = tmp_path / "cache" / "packages" / hashlib.sha256(lock.encode()).hexdigest()[:16]
    (home / "node_modules").mkdir(parents=True)
    no_npm = Node(Path("node"), "24.0.0", [])
    with pytest.raises(VttsyncError, match="npm was not found"):
        packages.install_shared(no_npm, party, tmp_path / "cache")
    assert not (party / "node_modules").is_symlink()
    (home / "package-lock.json").write_text(lock)
    (home / "node_modules" / ".package-lock.json").write_text(lock)
    packages.install_shared(no_npm, party, tmp_path / "cache")
    assert packages.is_installed(party)


def test_nothing_is_installed_in_the_cache_where_links_can_not_be_made(
    tmp_path: Path, party: Path
) -> None:
    # Something at the link's place fails as a missing right does on Windows: as an OSError.
    (party / "package-lock.json").write_text(_lock({"node_modules/wrangler": {"version": "1"}}))
    (party / "node_modules").rmdir()
    (party / "node_modules").write_text("in the way")
    packages.install_shared(_npm(party, ""), party, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


_NPM = """
import pathlib
pathlib.Path("node_modules").mkdir()
lock = pathlib.Path("package-lock.json").read_text()
pathlib.Path("node_modules/.package-lock.json").write_text(lock)
"""


def test_packages_in_use_stay_and_forgotten_ones_go(tmp_path: Path, party: Path) -> None:
    (party / "node_modules").rmdir()
    (party / "package.json").write_text("{}")
    (party / "package-lock.json").write_text(_lock({"node_modules/x": {"version": "1.0.0"}}))
    shared = tmp_path / "cache" / "packages"
    for name in ("another-release", "new-killed", "new-in-use"):
        (shared / name).mkdir(parents=True)
    (shared / "forgotten").mkdir()
    for name in ("forgotten", "new-killed"):
        os.utime(shared / name, (0, 0))
    npm = Node(Path("node"), "24.0.0", [sys.executable, "-c", _NPM])
    packages.install_shared(npm, party, tmp_path / "cache")
    assert packages.is_installed(party)
    left = {path.name for path in shared.iterdir()}
    assert left == {"another-release", "new-in-use", (party / "node_modules").resolve().parent.name}
    os.utime(shared / "another-release", (0, 0))
    (party / "node_modules").unlink()
    packages.install_shared(npm, party, tmp_path / "cache")
    assert (party / "node_modules").resolve().parent.stat().st_mtime > 0
