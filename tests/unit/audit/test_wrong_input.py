"""Whatever lies in a folder: it is read, or told, and never fatal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner import Cli
from tests.unit.audit.app import write
from vttsync.audit.audit import audit

POLL = "setInterval(() => fetch('/a'), 1000);\n"
DEEP = 10_000


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "[\n" * DEEP + "]" * DEEP,
        "x = " + "{a:\n" * DEEP + "1" + "}" * DEEP,
        "const " + "{a:\n" * DEEP + "b" + "}" * DEEP + " = x",
        "if (a) {\n" * DEEP + "}" * DEEP,
        "f(\n" * DEEP + ")" * DEEP,
        "x" + ".then(() => fetch('/b'))\n" * (DEEP // 10),
        "x = " + "a +\n" * DEEP + "a",
        "<a>\n" * DEEP + "</a>" * DEEP,
        "(() =>\n" * DEEP + "1" + ")" * DEEP,
    ],
)
def test_deep_nesting(source: str) -> None:
    around = write({"a.tsx": POLL + source, "b.tsx": f"setInterval(() => {{\n{source}\n}}, 1)"})
    assert "a.tsx" in {finding.path for finding in audit(around).findings}


def test_syntax_errors_are_told_and_the_rest_is_read() -> None:
    broken = POLL + "function ( {{{ @@@ const = ;" * 20
    found = audit(
        write(
            {
                "a.ts": broken,
                "b.py": "import requests\nwhile True",
                "c.vue": f"<script>\n{POLL}",
                "d.js": POLL,
            }
        )
    )
    assert {"c.vue", "d.js"} <= {finding.path for finding in found.findings}
    assert {path for path, _why in found.unread} == {"a.ts", "b.py"}


def test_bundles_are_left_out_and_the_biggest_are_told() -> None:
    found = audit(write({"big.js": POLL * 150_000, "min.js": POLL.strip() * 1000, "a.js": POLL}))
    assert [finding.path for finding in found.findings] == ["a.js"]
    assert found.unread == (("big.js", "too big to be source code"),)


def test_links_that_go_round(tmp_path: Path) -> None:
    write({"a.js": POLL})
    Path("again").symlink_to(Path())
    Path("self").symlink_to("self")
    Path("dangling.js").symlink_to(tmp_path / "nowhere.js")
    write({"outside.js": POLL}, tmp_path)
    Path("elsewhere.js").symlink_to(tmp_path / "outside.js")
    assert len(audit(Path()).findings) == 1


def test_what_is_no_utf_8() -> None:
    latin = "// Grüße\n".encode("latin-1") + POLL.encode()
    film = (b"G@\x11\x10\x00B\xf0%\x00\x01" + b"\xff" * 178) * 500
    found = audit(write({"a.js": latin, "film.ts": film, "b.js": POLL.encode("utf-16")}))
    assert [(finding.path, finding.line) for finding in found.findings] == [("a.js", 2)]
    assert [path for path, _why in found.unread] == ["b.js", "film.ts"]


def test_imports_that_go_round() -> None:
    files: dict[str, str | bytes] = {
        "a.ts": 'import { b } from "./b"; export * from "./b"; export const a = () => b();\n'
        "setInterval(a, 1000);",
        "b.ts": 'import { a } from "./a"; export * from "./a"; export const b = () => { a(); '
        "fetch('/b') };",
    }
    (found,) = audit(write(files)).findings
    assert found.what == "/b"


def test_a_monorepo_with_three_apps() -> None:
    files: dict[str, str | bytes] = {}
    for app, address in (("web", "/w"), ("admin", "/x"), ("tool", "/y")):
        files[f"apps/{app}/tsconfig.json"] = '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}'
        files[f"apps/{app}/src/api.ts"] = f"export const load = () => fetch('{address}');"
        files[f"apps/{app}/src/page.ts"] = 'import { load } from "@/api"; setInterval(load, 1000);'
    found = audit(write(files)).findings
    assert [(it.path, it.what) for it in found] == [
        ("apps/admin/src/page.ts", "/x"),
        ("apps/tool/src/page.ts", "/y"),
        ("apps/web/src/page.ts", "/w"),
    ]


def test_what_git_ignores_and_what_is_not_the_apps() -> None:
    files: dict[str, str | bytes] = {
        ".gitignore": "generated/\n*.gen.ts\n!kept.gen.ts\n",
        "generated/a.ts": POLL,
        "a.gen.ts": POLL,
        "kept.gen.ts": POLL,
        "web/.gitignore": "/out.ts\n",
        "web/out.ts": POLL,
        "node_modules/x/index.js": POLL,
        "web/a.test.ts": POLL,
        "web/a.min.js": POLL,
        ".hidden/a.ts": POLL,
        "party-client/src/poll.ts": POLL,
    }
    assert [finding.path for finding in audit(write(files)).findings] == ["kept.gen.ts"]


@pytest.mark.parametrize("path", ["nowhere", "a.ts", "empty"])
def test_nothing_to_audit_is_no_success(cli: Cli, path: str) -> None:
    write({"a.ts": POLL})
    Path("empty").mkdir()
    ran = cli("audit", path, "--json")
    assert ran.code == 2
    assert path in ran.envelope["error"]["what"]
    assert ran.envelope["error"]["fix"]


def test_a_broken_tsconfig() -> None:
    assert len(audit(write({"tsconfig.json": "{ nonsense", "a.ts": POLL})).findings) == 1
