"""The table's SQLite database, and its rows in the words of the protocol.

Every kind of thing has a table of its own, with the protocol's field names in snake case.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Entity = tuple[str, str]
"""A kind and a key."""
Row = dict[str, Any]
Rows = Mapping[Entity, Row]

TABLES = {
    "session": "sessions",
    "scene": "scenes",
    "wall": "walls",
    "light": "lights",
    "token": "tokens",
    "combat": "combats",
    "combatant": "combatants",
}
"""Where the rows of each kind are."""

_IN_SCENE = "FOREIGN KEY (session, scene_id) REFERENCES scenes ON DELETE CASCADE"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS sessions (
  session TEXT PRIMARY KEY, name TEXT NOT NULL, active_scene_id TEXT,
  rev INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS scenes (
  session TEXT REFERENCES sessions ON DELETE CASCADE, key TEXT, name TEXT NOT NULL,
  width NUMERIC NOT NULL, height NUMERIC NOT NULL, grid JSON NOT NULL,
  PRIMARY KEY (session, key));
CREATE TABLE IF NOT EXISTS walls (
  session TEXT, key TEXT, scene_id TEXT NOT NULL, points JSON NOT NULL,
  door TEXT CHECK (door IN ('open', 'closed')),
  PRIMARY KEY (session, key), {_IN_SCENE});
CREATE TABLE IF NOT EXISTS lights (
  session TEXT, key TEXT, scene_id TEXT NOT NULL, x NUMERIC NOT NULL, y NUMERIC NOT NULL,
  range NUMERIC NOT NULL, color TEXT, intensity NUMERIC,
  PRIMARY KEY (session, key), {_IN_SCENE});
CREATE TABLE IF NOT EXISTS tokens (
  session TEXT, key TEXT, scene_id TEXT NOT NULL, name TEXT NOT NULL,
  x NUMERIC NOT NULL, y NUMERIC NOT NULL, width NUMERIC NOT NULL, height NUMERIC NOT NULL,
  hidden BOOLEAN, locked BOOLEAN, disposition INTEGER, actor_id TEXT, hp NUMERIC,
  sight NUMERIC, gm_notes TEXT, owner_ids JSON,
  PRIMARY KEY (session, key), {_IN_SCENE});
CREATE TABLE IF NOT EXISTS combats (
  session TEXT, key TEXT, scene_id TEXT NOT NULL, active BOOLEAN NOT NULL,
  round INTEGER NOT NULL, turn INTEGER NOT NULL, combatant_id TEXT,
  PRIMARY KEY (session, key), {_IN_SCENE});
CREATE TABLE IF NOT EXISTS combatants (
  session TEXT, key TEXT, combat_id TEXT NOT NULL, token_id TEXT NOT NULL, name TEXT NOT NULL,
  initiative NUMERIC NOT NULL,
  PRIMARY KEY (session, key),
  FOREIGN KEY (session, combat_id) REFERENCES combats ON DELETE CASCADE,
  FOREIGN KEY (session, token_id) REFERENCES tokens ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS logins (
  token TEXT PRIMARY KEY, session TEXT REFERENCES sessions ON DELETE CASCADE,
  user TEXT NOT NULL, role TEXT NOT NULL);
"""
_NOT_TOLD = {"session", "key", "rev"}

sqlite3.register_converter("BOOLEAN", lambda stored: stored != b"0")
sqlite3.register_converter("JSON", json.loads)


def connect(path: Path) -> sqlite3.Connection:
    """Open the database; transactions are begun by hand."""
    connection = sqlite3.connect(path, detect_types=sqlite3.PARSE_DECLTYPES, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA foreign_keys = ON")
    # With a write-ahead log, losing power may lose the last commits, never half of one.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def create(connection: sqlite3.Connection) -> None:
    """Make the tables that aren't there."""
    connection.executescript(_SCHEMA)


def rows_of(connection: sqlite3.Connection, session: str) -> Rows:
    """Read everything that a session has, as the protocol spells it."""
    found: dict[Entity, Row] = {}
    for kind, table in TABLES.items():
        query = f"SELECT * FROM {table} WHERE session = ?"
        for row in connection.execute(query, (session,)):
            key = session if kind == "session" else row["key"]
            found[kind, key] = _spelled(row)
    return found


def rev_of(connection: sqlite3.Connection, session: str) -> int:
    """Read the number of a session's last commit: each row's version is that of its last one."""
    found = connection.execute("SELECT rev FROM sessions WHERE session = ?", (session,))
    return int(found.fetchone()["rev"])


def _spelled(row: sqlite3.Row) -> Row:
    told = {name: row[name] for name in list(row.keys()) if name not in _NOT_TOLD}
    return {_camel(name): value for name, value in told.items() if value is not None}


def _camel(name: str) -> str:
    return re.sub("_(.)", lambda match: match[1].upper(), name)


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)


def insert(connection: sqlite3.Connection, session: str, entity: Entity, row: Row) -> None:
    """Store a new row, given as the protocol spells it."""
    kind, key = entity
    columns = {"session": session} if kind == "session" else {"session": session, "key": key}
    columns |= {_snake(name): _stored(value) for name, value in row.items()}
    marks = ", ".join("?" * len(columns))
    connection.execute(
        f"INSERT INTO {TABLES[kind]} ({', '.join(columns)}) VALUES ({marks})",
        tuple(columns.values()),
    )


def update(connection: sqlite3.Connection, session: str, entity: Entity, fields: Row) -> None:
    """Change fields of a row, named as the protocol spells them."""
    kind, key = entity
    changes = ", ".join(f"{_snake(name)} = ?" for name in fields)
    connection.execute(
        f"UPDATE {TABLES[kind]} SET {changes} WHERE session = ? AND key = ?",
        (*map(_stored, fields.values()), session, key),
    )


def delete(connection: sqlite3.Connection, session: str, entity: Entity) -> None:
    """Delete a row, and what the database hangs on it."""
    kind, key = entity
    connection.execute(f"DELETE FROM {TABLES[kind]} WHERE session = ? AND key = ?", (session, key))


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
