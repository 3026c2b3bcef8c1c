"""The browser client's package beside the room, as an app has both: types, tests, build, use."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from vttsync.node import process
from vttsync.node.process import Finished
from vttsync.node.runtime import Node
from vttsync.project.templates import template_files

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]

INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]

KIND = """const potion = defineKind({
  row: z.strictObject({ name: z.string(), doses: z.int().min(0), secret: z.string().optional() }),
  onlyFor: { doses: GM },
});

/** Every kind by its name on the wire. */
"""

# What an app writes: this type-checks, and with any line of WRONG it doesn't.
RIGHT = """
import { connectSession, TicketRefused, type Session } from "vttsync-client";
import { useOfflineInterval, useSession, useSessionState } from "vttsync-client/react";
import { useSessionQuery } from "vttsync-client/tanstack";
import { useSessionSWR } from "vttsync-client/swr";

const ticket = async (signal: AbortSignal): Promise<string> => {
  const answer = await fetch("/api/sessions/friday/ticket", { method: "POST", signal });
  if (answer.status === 403) throw new TicketRefused("not at this table any more");
  return answer.text();
};
const session: Session = connectSession({ host: "room.example", session: "friday", ticket });
const doses: number | undefined = session.getSnapshot().entities.potion["red"]?.doses;
session.presence.send("cursor", { sceneId: "cave", x: 1, y: 2 });
export const order: string[] | undefined = session.getSnapshot().entities.combat["fight"]?.order;

export function useHero(): [string | undefined, number | false, number[]] {
  const table = useSession({ host: "room.example", session: "friday", ticket });
  const read = useSessionState(table, ({ entities }) => entities.token["hero"]?.name);
  const queryFn = async () => [doses ?? 0];
  const options = { read: () => [1], every: 2_000 };
  const query = useSessionQuery(table, { queryKey: ["potions"], queryFn, ...options });
  const swr = useSessionSWR(table, "/api/potions", { fetcher: queryFn, ...options });
  const data: number[] = query.data ?? swr.data ?? [];
  return [read, useOfflineInterval(table, 2_000), data];
}
"""
WRONG = [
    'const doses: number = session.getSnapshot().entities.potion["red"]!.doses;',
    'session.getSnapshot().entities.potion["red"]?.colour;',
    "session.getSnapshot().entities.wand;",
    'session.presence.send("curser", null);',
    'session.presence.send("cursor", { sceneId: "cave", x: "1", y: 2 });',
]


@pytest.fixture(scope="module")
def app(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app's folder with the room and the client in it, their packages installed."""
    app = tmp_path_factory.mktemp("app")
    for template, folder in (("party", "party"), ("client", "party-client")):
        for path, content in template_files(template):
            (app / folder / path).parent.mkdir(parents=True, exist_ok=True)
            (app / folder / path).write_bytes(content)
        npm(node, app / folder, *INSTALL)
    return app


@pytest.fixture(scope="module")
def consumer(node: Node, app: Path) -> Path:
    """The app itself, which has installed the client as docs/client.md says."""
    manifest = {"name": "app", "private": True, "type": "module"}
    (app / "package.json").write_text(json.dumps(manifest), "utf-8")
    (app / ".npmrc").write_text("install-links=true\n", "utf-8")
    client = json.loads((app / "party-client" / "package.json").read_text("utf-8"))
    needed = ("react", "@types/react", "@tanstack/react-query", "swr", "typescript")
    packages = [f"{name}@{client['devDependencies'][name]}" for name in needed]
    npm(node, app, "install", *INSTALL[1:], "./party-client", *packages)
    npm(node, app, *INSTALL)
    assert not (app / "node_modules" / "vttsync-client").is_symlink()
    return app


def run(node: Node, folder: Path, *words: str) -> Finished:
    npm_settings = [name for name in os.environ if name.lower().startswith("npm_config_")]
    env = process.clean_environment(
        {**node.variables(), "CI": "1"}, also=[*process.NETWORK, *npm_settings]
    )
    return process.run([*node.npm, *words], cwd=folder, env=env, timeout=600)


def npm(node: Node, folder: Path, *words: str) -> None:
    done = run(node, folder, *words)
    assert done.code == 0, f"npm {' '.join(words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


def type_check(node: Node, folder: Path, file: str) -> Finished:
    strict = ["--checkJs", "--strict", "false"]
    if not file.endswith(".js"):
        strict = ["--strict", "--jsx", "react-jsx"]
    flags = ["--noEmit", "--target", "es2023", "--module", "esnext", *strict]
    flags += ["--moduleResolution", "bundler"]
    return execute(folder, node.binary, "node_modules/typescript/bin/tsc", *flags, file)


def execute(folder: Path, *words: str | Path) -> Finished:
    return process.run(words, cwd=folder, env=process.clean_environment({}), timeout=120)


def test_the_scaffolded_client_passes_its_own_tests(node: Node, app: Path) -> None:
    client = app / "party-client"
    for words in (["run", "typecheck"], ["run", "check"], ["run", "size"], ["test"]):
        npm(node, client, *words)


def test_a_git_that_ignores_dist_takes_the_clients(app: Path) -> None:
    (app / ".gitignore").write_text("dist/\nnode_modules/\n", "utf-8")
    assert execute(app, "git", "init", "--quiet").code == 0
    words = ["git", "ls-files", "--others", "--exclude-standard", "party-client/dist"]
    listed = execute(app, *words)
    assert "party-client/dist/vttsync.js" in listed.stdout.splitlines()


def test_a_kind_added_to_the_room_reaches_an_app(node: Node, app: Path, consumer: Path) -> None:
    kinds = app / "party" / "src" / "kinds.ts"
    text = kinds.read_text("utf-8")
    text = text.replace("/** Every kind by its name on the wire. */\n", KIND)
    text = text.replace("  note,\n} as const;", "  note,\n  potion,\n} as const;")
    kinds.write_text(text, "utf-8")
    npm(node, app / "party", "run", "schema")
    stale = run(node, app / "party-client", "run", "check")
    assert stale.code != 0
    assert "src/protocol.ts is stale: run `npm run build`" in stale.stderr
    npm(node, app / "party-client", "run", "build")
    npm(node, app / "party-client", "run", "check")

    shutil.rmtree(consumer / "node_modules" / "vttsync-client")
    npm(node, consumer, "install", *INSTALL[1:])
    (consumer / "right.ts").write_text(RIGHT, "utf-8")
    done = type_check(node, consumer, "right.ts")
    assert done.code == 0, done.stdout
    for line in WRONG:
        (consumer / "wrong.ts").write_text(f"{RIGHT}\n{line}\n", "utf-8")
        assert type_check(node, consumer, "wrong.ts").code != 0, line

    script = """
    const { KIND_NAMES } = await import("vttsync-client");
    if (!KIND_NAMES.includes("potion")) throw new Error(KIND_NAMES);
    for (const name of ["react", "tanstack", "swr"]) await import(`vttsync-client/${name}`);
    """
    done = execute(consumer, node.binary, "--input-type=module", "-e", script)
    assert done.code == 0, done.stderr


def test_what_the_docs_show_type_checks(node: Node, consumer: Path) -> None:
    page = (ROOT / "docs" / "client.md").read_text("utf-8")
    blocks = re.findall(r"^```(tsx?|html)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(re.findall(r"^```(?:ts|html)", page, re.MULTILINE)) > 5
    for number, (language, text) in enumerate(blocks):
        script = re.search(r'<script type="module">\n(.*)</script>', text, re.DOTALL)
        code = script[1].replace('"/vttsync.js"', '"vttsync-client"') if script else text
        file = f"block{number}.{'js' if language == 'html' else language}"
        (consumer / file).write_text(code, "utf-8")
        done = type_check(node, consumer, file)
        assert done.code == 0, f"{text}\n{done.stdout}"
