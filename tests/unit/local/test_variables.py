from __future__ import annotations

import json
from pathlib import Path

import pytest

from vttsync.local.variables import variables
from vttsync.project.config import Config, SecretSource
from vttsync.project.secrets import PUBLISH_KEY, TICKET_KEY, Secrets

KEYS = Secrets({PUBLISH_KEY: "p" * 32, TICKET_KEY: "t" * 32})
URL = "http://127.0.0.1:8787"
SERVER = {
    "VTTSYNC_ROOM_URL": URL,
    "VTTSYNC_PUBLISH_KEY": "p" * 32,
    "VTTSYNC_TICKET_KEY": "t" * 32,
}


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ({"devDependencies": {"vite": "8"}}, "VITE_VTTSYNC_ROOM_URL"),
        ({"dependencies": {"next": "16"}}, "NEXT_PUBLIC_VTTSYNC_ROOM_URL"),
        ({"devDependencies": {"vite": "8", "@sveltejs/kit": "3"}}, "PUBLIC_VTTSYNC_ROOM_URL"),
        ({"dependencies": {"express": "5"}}, None),
        ({"dependencies": None}, None),
        (["vite"], None),
    ],
)
def test_a_page_gets_the_address_and_no_key(package: object, name: str | None) -> None:
    Path("package.json").write_text(json.dumps(package))
    told = variables(Path(), Config(), URL, KEYS)
    assert told == {**SERVER, **({name: URL} if name else {})}


@pytest.mark.parametrize("text", ["", "{", "null"])
def test_without_a_package_that_can_be_read_there_is_the_server(text: str) -> None:
    if text:
        Path("package.json").write_text(text)
    assert variables(Path(), Config(), URL, KEYS) == SERVER


def test_the_names_are_those_of_vttsync_toml() -> None:
    config = Config(secrets={PUBLISH_KEY: SecretSource(variable="ROOM_KEY")})
    told = variables(Path(), config, URL, KEYS)
    assert list(told) == ["VTTSYNC_ROOM_URL", "ROOM_KEY", "VTTSYNC_TICKET_KEY"]
