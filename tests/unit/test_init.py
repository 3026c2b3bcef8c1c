from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.runner import Cli
from vttsync.errors import VttsyncError
from vttsync.project import manifest, write
from vttsync.project.config import read_config
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
    assert {"vttsync.toml", ".gitignore", "broadcast/smoke.toml"} <= set(tree)
    assert {"party/wrangler.toml", "party/package-lock.json", "party/.gitignore"} <= set(tree)
    assert b'name = "crow-keep"' in tree["party/wrangler.toml"]
    assert b'"name": "crow-keep"' in tree["party/package.json"]
    assert tree["vttsync.toml"].count(ACCOUNT.encode()) == 2
    assert not any("node_modules" in path for path in tree)
    assert "vttsync deploy --env staging" in ran.err
    assert "vttsync login" in ran.err


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
    Path("broadcast/smoke.toml").unlink()
    before = _tree(Path())
    ran = cli("init")
    after = _tree(Path())
    assert ran.code == 0
    assert "left alone, as you changed it: party/src/kinds.ts" in ran.err
    assert "Nothing to do" not in ran.err
    assert after.pop("broadcast/smoke.toml")
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
    (copy,) = Path(".vttsync/replaced").glob("*/party/src/kinds.ts")
    assert copy.read_text() == "// mine\n"


def test_force_names_every_file_it_overwrites(cli: Cli) -> None:
    Path("party/src").mkdir(parents=True)
    Path("party/src/index.ts").write_text("// of another app\n")
    ran = cli("init", "--name", "my-table", "--force")
    assert "overwritten: party/src/index.ts\n" in ran.err
    assert "kept in .vttsync/replaced/" in ran.err


def test_each_environment_keeps_its_account(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    text = Path("vttsync.toml").read_text() + "# mine\n"
    first, second = text.split("[env.prod]")
    mine = first.replace('account_id = ""', f'account_id = "{"a" * 32}"') + "[env.prod]" + second
    Path("vttsync.toml").write_text(mine)
    assert cli("init", "--force").code == 0
    assert Path("vttsync.toml").read_text() == mine
    assert cli("init", "--account-id", "b" * 32).code == 2
    assert cli("init", "--account-id", "a" * 32).code == 0
    told = read_config(Path())
    assert [table.account_id for table in told.env.values()] == ["a" * 32, "a" * 32]
    assert Path("vttsync.toml").read_text().endswith("# mine\n")


def test_an_account_id_can_be_given_later(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    ran = cli("init", "--account-id", ACCOUNT)
    assert ran.code == 0
    assert "left alone" not in ran.err
    assert "updated: vttsync.toml\n" in ran.err
    assert Path("vttsync.toml").read_text().count(ACCOUNT) == 2
    Path("vttsync.toml").write_text('party = "party"\n')
    assert cli("init", "--account-id", ACCOUNT).code == 2


@pytest.mark.parametrize("words", [["--party", "other"], ["--name", "other"]])
def test_what_contradicts_the_project_is_refused(cli: Cli, words: list[str]) -> None:
    cli("init", "--name", "my-table")
    before = _tree(Path())
    ran = cli("init", *words)
    assert ran.code == 2
    assert f"Leave {words[0]} out" in ran.err
    assert _tree(Path()) == before
    assert cli("init", "--name", "my-table", "--party", "party").code == 0


def test_a_name_that_is_missing_is_put_into_what_the_user_has(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    wrangler = Path("party/wrangler.toml")
    text = wrangler.read_text().replace('name = "my-table"\n', "# mine\n")
    wrangler.write_text(text)
    assert cli("init", "--name", "crow-keep").code == 0
    assert 'name = "crow-keep"' in wrangler.read_text()
    assert "# mine" in wrangler.read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_nobody_changed_is_brought_up_to_date(cli: Cli, end: str) -> None:
    cli("init", "--name", "my-table")
    kinds, lock = Path("party/src/kinds.ts"), Path("vttsync.lock")
    newest = kinds.read_text()
    # As an older vttsync would have left it.
    older = newest + "// of an older release\n"
    written = json.loads(lock.read_text())
    written["files"]["party/src/kinds.ts"] = manifest.digest(older.encode())
    lock.write_text(json.dumps(written))
    kinds.write_bytes(older.replace("\n", end).encode())
    ran = cli("init")
    assert "updated: party/src/kinds.ts, vttsync.lock\n" in ran.err
    assert kinds.read_text() == newest
    assert "Nothing to do" in cli("init").err


def test_a_manifest_that_is_broken_counts_as_none(cli: Cli) -> None:
    cli("init", "--name", "my-table")
    whole = Path("vttsync.lock").read_bytes()
    Path("party/src/kinds.ts").write_text("// mine\n")
    Path("vttsync.lock").write_text("<<<<<<< HEAD")
    assert "left alone, as you changed it: party/src/kinds.ts" in cli("init").err
    assert set(manifest.read(whole)) - set(manifest.read(Path("vttsync.lock").read_bytes())) == {
        "party/src/kinds.ts"
    }


def test_ignore_entries_end_as_the_files_other_lines_do(cli: Cli) -> None:
    Path(".gitignore").write_bytes(b"dist/\r\n")
    cli("init", "--name", "my-table")
    text = Path(".gitignore").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") > 2
    cli("init")
    assert Path(".gitignore").read_bytes() == text


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_a_link_stays_one(cli: Cli) -> None:
    Path("elsewhere").write_text("dist/\n")
    Path(".gitignore").symlink_to("elsewhere")
    assert cli("init", "--name", "my-table").code == 0
    assert Path(".gitignore").is_symlink()
    assert ".vttsync/" in Path("elsewhere").read_text()


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
    assert "`vttsync init --name here`" in ran.err
    folder = "the app's folder"
    ran = cli("init", folder, "--account-id", ACCOUNT, "--party", "a room", "--force")
    said = ran.err.split("Say it: `")[1].split("`.")[0]
    assert shlex.split(said) == [
        *("vttsync", "init", folder, "--name", "the-app-s-folder"),
        *("--account-id", ACCOUNT, "--party", "a room", "--force"),
    ]
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

    assert "It is a file." in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_a_link_that_leads_nowhere(cli: Cli) -> None:
    Path("app").symlink_to("gone")
    ran = cli("init", "app", "--name", "my-table")
    assert ran.code == 3
    assert "a link that leads nowhere" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="cmd quotes otherwise")
def test_the_next_step_can_be_pasted(cli: Cli) -> None:
    assert "  cd 'my app'\n" in cli("init", "my app", "--name", "my-table").err


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
        assert caught.value.what == f"vttsync can't write {folder}."
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


def _all_of(terminal: int) -> bytes:
    told = b""
    with contextlib.suppress(OSError):  # Linux says EIO when the other side is closed
        while piece := os.read(terminal, 65536):
            told += piece
    os.close(terminal)
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_the_end_of_the_input_is_no_answer_and_no_interrupt() -> None:
    import pty  # noqa: PLC0415  (there is none on Windows)

    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "vttsync", "init", "app"], stdin=side, stdout=side, stderr=side
    )
    os.close(side)
    os.write(main, b"\x04")  # Ctrl-D
    told = _all_of(main)
    assert process.wait() == 9, told.decode()
    assert b"The question was not answered; nothing was changed." in told
    assert not Path("app").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_in_a_terminal_it_asks_for_what_it_must() -> None:
    import pty  # noqa: PLC0415  (there is none on Windows)

    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "vttsync", "init", "app"], stdin=side, stdout=side, stderr=side
    )
    os.close(side)
    answers = ["Crow Keep", "crow-keep", "example.com", ACCOUNT, "cobol", "python", ""]
    os.write(main, "\n".join(answers).encode())
    told = _all_of(main)
    assert process.wait() == 0, told.decode()
    assert told.count(b"Name of the Worker on Cloudflare [app]") == 2
    assert b"zone name" in told
    assert 'name = "crow-keep"' in Path("app/party/wrangler.toml").read_text()
    assert ACCOUNT in Path("app/vttsync.toml").read_text()
    assert told.count(b"Language of the app's server") == 2
    assert Path("app/party-publisher/pyproject.toml").is_file()
