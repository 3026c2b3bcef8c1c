"""Real databases: a SQLite file, and a PostgreSQL that runs for the whole session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publisher.databases import Database, PostgresDatabase, SqliteDatabase
from tests.publisher.postgres import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An app's database with the outbox in it, of each sort."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "app.db")
    return PostgresDatabase(request.getfixturevalue("postgres").database())
