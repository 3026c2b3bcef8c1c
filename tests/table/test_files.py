"""What comes with the table is what it says it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGE = TEMPLATES / "table" / "page"


@pytest.mark.parametrize("name", ["sample-map.dd2vtt", "srd-tokens.json", "LICENSES.md"])
def test_the_content_is_the_same_as_the_broadcast_scripts(name: str) -> None:
    copied = TEMPLATES / "table" / "data" / name
    assert copied.read_bytes() == (TEMPLATES / "broadcast" / name).read_bytes()


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.*")), ids=lambda path: path.name)
def test_text_is_only_ever_set_as_text(path: Path) -> None:
    text = path.read_text("utf-8")
    unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|setHTML"
    assert re.findall(unsafe, text) == []


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.html")), ids=lambda path: path.name)
def test_pages_have_no_scripts_and_styles_inside(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=\"/page/)", text) == []
    assert re.findall(r"(?:src|href)=\"(?!/)", text) == []


SERVER = TEMPLATES / "table" / "server"
MODULES = sorted([*PAGE.glob("*.js"), *SERVER.glob("*.py")])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 320
