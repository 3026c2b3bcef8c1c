"""A file that a user asked for is there whole, or is what it was."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from vttsync.errors import Exit, VttsyncError
from vttsync.output.files import check_places, write_whole

HTML = Path("page.html")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As when a disk is full: nothing that this process writes gets longer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def there() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_it_takes_the_place_of_what_was_there() -> None:
    HTML.write_text("before, and longer")
    write_whole(HTML, b"after")
    assert HTML.read_bytes() == b"after"
    assert there() == ["page.html"]


def test_a_link_leads_to_it_all_the_same() -> None:
    Path("real.html").write_text("before")
    HTML.symlink_to("real.html")
    write_whole(HTML, b"after")
    assert HTML.is_symlink()
    assert Path("real.html").read_bytes() == b"after"


def test_on_a_full_disk_it_is_what_it_was() -> None:
    HTML.write_text("before")
    with files_of_at_most(4096), pytest.raises(VttsyncError) as failed:
        write_whole(HTML, b"x" * 9000)
    assert failed.value.exit_code is Exit.MISSING
    assert HTML.read_text() == "before"
    assert there() == ["page.html"]


def test_whatever_stops_the_writing_leaves_nothing_behind() -> None:
    with pytest.raises(TypeError):
        write_whole(HTML, cast("bytes", "this is what no file takes"))
    assert there() == []


def test_a_folder_that_is_gone_meanwhile_is_told() -> None:
    with pytest.raises(VttsyncError, match="No such file") as failed:
        write_whole(Path("gone") / HTML, b"x")
    assert failed.value.exit_code is Exit.MISSING


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("folder", "It is a folder."),
        (".", "It is a folder."),
        ("nowhere/page.html", "nowhere does not exist."),
        ("file/page.html", "file is no folder."),
        ("pipe", "It is no plain file."),
        ("/proc/page.html", "Nothing can be written to /proc"),
    ],
)
def test_what_can_not_be_written_is_told_beforehand(path: str, why: str) -> None:
    Path("folder").mkdir()
    Path("file").touch()
    os.mkfifo("pipe")
    with pytest.raises(VttsyncError) as failed:
        check_places({"--junit": Path("good.xml"), "--html": Path(path)})
    assert failed.value.exit_code is Exit.USAGE
    assert failed.value.what.startswith("--html can't be written to ")
    assert why in failed.value.why
    assert there() == ["file", "folder", "pipe"]


def test_one_file_for_two_reports_is_told() -> None:
    places = {"--html": Path("a"), "--junit": Path("../here/a")}
    with pytest.raises(VttsyncError, match="--html is the same file"):
        check_places(places)


def test_what_is_read_is_not_written_over() -> None:
    HTML.touch()
    with pytest.raises(VttsyncError, match=r"page\.html is the same file"):
        check_places({"--html": HTML.absolute()}, read=HTML)
