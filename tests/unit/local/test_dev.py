"""What keeps `vttsync dev` from starting: told at once, with nothing changed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.errors import Exit, VttsyncError
from vttsync.local.keys import local_keys
from vttsync.local.only_one import only_one
from vttsync.project import private
from vttsync.project.secrets import PUBLISH_KEY, TICKET_KEY

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX's")
BUSY = VttsyncError("busy", exit_code=Exit.MISSING)


@pytest.fixture
def party(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The room of a project that can't get as far as running: its packages are out of reach."""
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(Path("npm-cache").resolve()))
    cli("init", "--name", "my-table", "--no-client", "--publisher", "none")
    return Path("party")


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def _ignored(path: str) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", path], check=False).returncode == 0


@contextmanager
def _nobody() -> Iterator[None]:
    """Root may write everywhere, so root becomes somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_no_project(cli: Cli) -> None:
    ran = cli("dev")
    assert ran.code == 3
    assert "vttsync init" in ran.err


def test_no_room(cli: Cli, party: Path) -> None:
    party.rename("gone")
    ran = cli("dev")
    assert ran.code == 3
    assert "There is no wrangler.toml in" in ran.err


def test_a_broken_wrangler_toml_is_named_with_its_line(cli: Cli, party: Path) -> None:
    (party / "wrangler.toml").write_text('name = "x"\nmain = [')
    ran = cli("dev")
    assert ran.code == 3
    assert "wrangler.toml:2" in ran.err
    assert not (party / ".dev.vars").exists()


def test_a_taken_port(cli: Cli, party: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        number = listener.getsockname()[1]
        ran = cli("dev", "--port", str(number))
    assert ran.code == 5
    assert f"Port {number} of 127.0.0.1 can't be used." in ran.err
    assert not (party / ".dev.vars").exists()


def test_a_port_that_is_none(cli: Cli, party: Path) -> None:
    assert cli("dev", "--port", "70000").code == 2
    assert cli("dev", "--port", "0").code == 2


def test_a_second_one_in_the_same_folder(cli: Cli, party: Path) -> None:
    with only_one(Path(".vttsync/dev.lock"), BUSY):
        ran = cli("dev")
    assert ran.code == 5
    assert "runs in" in ran.err
    with only_one(Path(".vttsync/dev.lock"), BUSY):  # it was let go
        pass


def _folder(path: Path) -> None:
    path.mkdir()


def _link(path: Path) -> None:
    Path("elsewhere").write_text("A=1\n")
    path.symlink_to("elsewhere")


def _dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _tracked(path: Path) -> None:
    path.write_text("A=1\n")
    _git("init", "-q")
    _git("add", "--force", str(path))


@POSIX
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_folder, "It is a folder."),
        (_link, "It is a link (to elsewhere)."),
        (_dangling_link, "It is a link (to nowhere)."),
        (_pipe, "It is no plain file."),
        (_tracked, "git rm --cached"),
    ],
)
@pytest.mark.parametrize("name", [".env.local", "party/.dev.vars"])
def test_a_file_that_keys_must_not_go_to(
    cli: Cli, party: Path, name: str, make: Callable[[Path], None], told: str
) -> None:
    path = Path(name)
    make(path)
    ran = cli("dev", "--port", str(_free()))
    assert ran.code == 3
    assert told in ran.err
    assert f"doesn't write keys to {path.resolve().parent / path.name}" in ran.err
    others = {".env.local", "party/.dev.vars"} - {name}
    assert not any(Path(other).exists() for other in others)
    if path.is_file():
        assert path.read_text() == "A=1\n"


def _free() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


@POSIX
def test_keys_are_strong_private_and_kept(party: Path) -> None:
    first = local_keys(party)
    assert first[PUBLISH_KEY] != first[TICKET_KEY]
    assert all(len(first[name]) >= 43 for name in (PUBLISH_KEY, TICKET_KEY))
    path = party / ".dev.vars"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    assert local_keys(party).values == first.values
    assert path.read_bytes() == before


@POSIX
def test_keys_of_the_users_own_stay_and_are_closed_to_others(party: Path) -> None:
    path = party / ".dev.vars"
    path.write_text('MINE="$x"\nPUBLISH_KEY="' + "p" * 32 + '" # for now\nTICKET_KEY=\n')
    path.chmod(0o644)
    keys = local_keys(party)
    assert keys[PUBLISH_KEY] == "p" * 32
    assert path.read_text() == (
        f'MINE="$x"\nPUBLISH_KEY="{"p" * 32}" # for now\nTICKET_KEY={keys[TICKET_KEY]}\n'
    )
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_keys_of_the_example_are_taken(party: Path) -> None:
    (party / ".dev.vars").write_bytes((party / ".dev.vars.example").read_bytes())
    assert local_keys(party)[PUBLISH_KEY].startswith("local-")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("PUBLISH_KEY=short", "5 characters"),
        ("PUBLISH_KEY='" + "a b" * 20 + "'", "can't be sent"),
        (f"PUBLISH_KEY={'k' * 40}\nTICKET_KEY={'k' * 40}", "It is TICKET_KEY again"),
    ],
)
def test_a_key_that_the_room_refuses_is_named_and_not_repeated(
    party: Path, line: str, why: str
) -> None:
    (party / ".dev.vars").write_text(line + "\n")
    with pytest.raises(VttsyncError) as caught:
        local_keys(party)
    assert caught.value.exit_code is Exit.CONFIG
    assert why in caught.value.why
    assert line.split("=")[1] not in str(caught.value)


@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize(
    ("ignores", "wanted"),
    [
        (None, "file\n"),
        ("*.log\n", "*.log\nfile\n"),
        ("*.log", "*.log\nfile\n"),
        ("*.log\r\n", "*.log\r\nfile\r\n"),
        ("fi*\n", "fi*\n"),
        ("/file\n", "/file\n"),
        ("fi*\n!file\n", "fi*\n!file\nfile\n"),
        ("# file\n", "# file\nfile\n"),
    ],
)
def test_git_ignores_what_holds_keys_before_it_is_there(
    repository: bool, ignores: str | None, wanted: str
) -> None:
    if repository:
        _git("init", "-q")
    if ignores is not None:
        Path(".gitignore").write_bytes(ignores.encode())
    private.keep_from_git(Path("file").resolve())
    assert Path(".gitignore").read_bytes().decode() == wanted
    if not repository:
        _git("init", "-q")
    assert _ignored("file")


def test_a_repository_further_up_decides_too() -> None:
    _git("init", "-q")
    Path(".gitignore").write_text(".env*\n")
    Path("app").mkdir()
    private.keep_from_git(Path("app/.env.local").resolve())
    assert not Path("app/.gitignore").exists()


@POSIX
def test_a_file_is_closed_to_others_and_not_touched_for_nothing() -> None:
    path = Path("file").resolve()
    assert private.write(path, "A=1\n")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    os.utime(path, (1, 1))
    assert not private.write(path, "A=1\n")
    assert path.stat().st_mtime == 1
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o740)
    assert private.write(path, "A=\udcff\n")
    assert path.stat().st_mode & 0o777 == 0o700
    assert path.read_bytes() == b"A=\xff\n"
    assert private.read(path) == "A=\udcff\n"


@POSIX
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / ".gitignore").write_text("file\n")
    folder.chmod(0o555)
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    with _nobody(), pytest.raises(VttsyncError) as caught:
        private.write(folder / "file", "A=1\n")
    assert caught.value.exit_code is Exit.CONFIG
    assert caught.value.what == f"vttsync can't write {folder / 'file'}."
    assert [path.name for path in folder.iterdir()] == [".gitignore"]
