from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.errors import VttsyncError
from vttsync.project import write
from vttsync.project.scaffold import Kind, Planned

ACCOUNT = "0123456789abcdef0123456789abcdef"


def _tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_an_empty_folder_becomes_a_project(cli: Cli) -> None:
    ran = cli("init", "app", "--name", "crow-keep", "--account-id", ACCOUNT)
    assert ran.code == 0
    tree = _tree(Path("app"))
    assert {"vttsync.toml", ".gitignore", "broadcast/first-fight.toml"} <= set(tree)
    assert {"party/wrangler.toml", "party/package-lock.json", "party/.gitignore"} <= set(tree)
    assert b'name = "crow-keep"' in tree["party/wrangler.toml"]
    assert b'"name": "crow-keep"' in tree["party/package.json"]
    assert tree["vttsync.toml"].count(ACCOUNT.encode()) == 2
    assert not any("node_modules" in path for path in tree)
    assert "vttsync deploy --env staging" in ran.err


def test_an_existing_app_keeps_its_files(cli: Cli) -> None:
    Path("package.json").write_text('{"name": "the-app"}')
    Path(".gitignore").write_text("dist/")
    assert cli("init", "--name", "my-table").code == 0
    assert Path("package.json").read_text() == '{"name": "the-app"}'
    ignores = Path(".gitignore").read_text()
    assert ignores.startswith("dist/\n")
    assert ".vttsync/" in ignores


def test_running_it_again_changes_nothing_and_says_what_it_left_alone(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    kinds = Path("party/src/kinds.ts")
    kinds.write_text(kinds.read_text() + "// mine\n")
    Path("broadcast/first-fight.toml").unlink()
    before = _tree(Path())
    ran = cli("init")
    after = _tree(Path())
    assert ran.code == 0
    assert "left alone, as you changed it: party/src/kinds.ts" in ran.err
    assert after.pop("broadcast/first-fight.toml")
    assert after == before


def test_ignore_entries_that_the_user_removed_stay_removed(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    lines = Path(".gitignore").read_text().splitlines()
    Path(".gitignore").write_text("\n".join(lines[:-1]) + "\n")
    before = Path(".gitignore").read_text()
    cli("init")
    assert Path(".gitignore").read_text() == before


def test_force_overwrites_what_differs(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    kinds = Path("party/src/kinds.ts")
    original = kinds.read_text()
    kinds.write_text("// mine\n")
    ran = cli("init", "--force", "--json")
    assert kinds.read_text() == original
    changed = [file for file in ran.envelope["result"]["files"] if file["action"] == "overwritten"]
    assert [file["path"] for file in changed] == ["party/src/kinds.ts"]


def test_an_unrelated_party_folder_is_not_touched(cli: Cli) -> None:
    Path("party").mkdir()
    Path("party/guests.txt").write_text("Mirela\n")
    ran = cli("init", "--name", "my-table")
    assert ran.code == 3
    assert "--party" in ran.err
    assert _tree(Path()) == {"party/guests.txt": b"Mirela\n"}
    assert cli("init", "--name", "my-table", "--party", "realtime/room").code == 0
    assert 'party = "realtime/room"' in Path("vttsync.toml").read_text()
    assert Path("realtime/room/wrangler.toml").is_file()
    assert cli("init").code == 0


def test_without_a_terminal_it_says_which_flag_answers(cli: Cli) -> None:
    ran = cli("init")
    assert ran.code == 9
    assert "--name here" in ran.err
    assert _tree(Path()) == {}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--name", "Crow Keep"], 2, "crow-keep"),
        (["--name", "a" * 56], 2, "at most 55"),
        (["--name", "ok", "--party", "../outside"], 2, "inside the project"),
        (["--name", "ok", "--party", "/tmp/x"], 2, "inside the project"),  # noqa: S108
        (["--name", "ok", "--account-id", "example.com"], 4, "zone name"),
        (["--name", "ok", "--account-id", "gm@example.com"], 4, "e-mail"),
        (["--name", "ok", "--account-id", ACCOUNT.upper()], 4, "capitals"),
        (["--name", "ok", "--account-id", ACCOUNT[:-1]], 4, "31 characters"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(
    cli: Cli, words: list[str], code: int, told: str
) -> None:
    ran = cli("init", *words)
    assert ran.code == code
    assert told in ran.err
    assert _tree(Path()) == {}


def test_a_file_where_the_folder_should_be(cli: Cli) -> None:
    Path("app").write_text("a file")
    ran = cli("init", "app", "--name", "my-table")
    assert ran.code == 3
    assert Path("app").read_text() == "a file"


def test_a_broken_project_file_is_named_with_its_line(cli: Cli) -> None:
    Path("vttsync.toml").write_text('party = "party"\n\n[env.prod]\naccount = "x"\n')
    ran = cli("init")
    assert ran.code == 3
    assert "vttsync.toml, line 4" in ran.err
    assert "env.prod.account" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no POSIX mode on Windows")
def test_a_read_only_folder() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        # Root may write everywhere, so root becomes somebody else for a moment.
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        try:
            with pytest.raises(VttsyncError) as caught:
                write.write_all(folder, [Planned("vttsync.toml", Kind.CREATE, b"x")])
        finally:
            if was_root:
                os.seteuid(0)
        assert caught.value.exit_code == 3
        assert "Permission denied" in caught.value.why
        assert list(folder.iterdir()) == []
        folder.chmod(0o755)


def test_a_failure_half_way_leaves_everything_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "app"
    root.mkdir()
    (root / "b.txt").write_text("mine")
    (root / "c").write_text("a file where a folder must go")
    planned = [
        Planned("a/new.txt", Kind.CREATE, b"new"),
        Planned("b.txt", Kind.OVERWRITE, b"theirs"),
        Planned("c/d.txt", Kind.CREATE, b"never"),
    ]
    with pytest.raises(VttsyncError) as caught:
        write.write_all(root, planned)
    assert caught.value.exit_code == 3
    assert _tree(root) == {"b.txt": b"mine", "c": b"a file where a folder must go"}
    assert sorted(path.name for path in root.iterdir()) == ["b.txt", "c"]


def test_a_new_folder_disappears_again_when_writing_fails(tmp_path: Path) -> None:
    planned = [
        Planned("a", Kind.CREATE, b"file"),
        Planned("a/b", Kind.CREATE, b"needs a to be a folder"),
    ]
    with pytest.raises(VttsyncError):
        write.write_all(tmp_path / "new" / "app", planned)
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_in_a_terminal_it_asks_for_what_it_must() -> None:
    import pty  # noqa: PLC0415  (there is none on Windows)

    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "vttsync", "init", "app"], stdin=side, stdout=side, stderr=side
    )
    os.close(side)
    os.write(main, b"crow-keep\n" + ACCOUNT.encode() + b"\n")
    told = b""
    with contextlib.suppress(OSError):  # Linux says EIO when the other side is closed
        while piece := os.read(main, 65536):
            told += piece
    os.close(main)
    assert process.wait() == 0, told.decode()
    assert b"Name of the Worker on Cloudflare [app]" in told
    assert 'name = "crow-keep"' in Path("app/party/wrangler.toml").read_text()
    assert ACCOUNT in Path("app/vttsync.toml").read_text()
