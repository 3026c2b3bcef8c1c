"""A tape as a broadcast script and the file of rows beside it; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vttsync.broadcast.actions import Value
from vttsync.broadcast.recording.ground import Beginning, beginning
from vttsync.broadcast.recording.people import cast_of, stands_in
from vttsync.broadcast.recording.steps import Writer
from vttsync.broadcast.recording.tape import Tape, after
from vttsync.broadcast.recording.toml import written
from vttsync.broadcast.script.reading import BUILT_IN
from vttsync.errors import Exit, VttsyncError

_BELONGS = {"sceneId": "scene", "tokenId": "token", "combatId": "combat"}
_LONGEST_TITLE = 100
_FEWEST_PLAYERS = 2


@dataclass(frozen=True)
class Recording:
    """A script that was recorded.

    Attributes:
        script: its TOML.
        rows: the JSON of the file of rows beside it; empty, where there is none.
        steps: how many it has, pauses included.
        changes: how many publishes were heard.
        players: how many users stand behind its players.
        kinds: kinds of row that the room has of its own.
    """

    script: str
    rows: str
    steps: int
    changes: int
    players: int
    kinds: Sequence[str]


def record(tape: Tape, session: str, rows_file: str) -> Recording:
    """Write what was heard of `session` as a script, with its rows in the file `rows_file`.

    Raises:
        VttsyncError: exit 3, when nothing was published, or no script could hold it.
    """
    if not tape.heard:
        raise VttsyncError(
            f"Nothing was published to {session} while it was listened to, so there is no script.",
            why=f"The room has {len(tape.rows)} rows."
            if tape.rows
            else "The room is empty: no session of that name may have been played yet.",
            fix="Play while it is recorded, and look at the session's name.",
            exit_code=Exit.CONFIG,
        )
    people = cast_of(tape)
    start = beginning({entity: stands_in(row, people) for entity, row in tape.rows.items()})
    writer = Writer(start.ground, start.names, people)
    first = {entity: tape.rows[entity] for entity in start.first}
    steps = writer.steps(first, tape.began, tape.rows, tape.heard)
    kinds = _own_kinds(tape)
    head = [*_head(session, start, rows_file, people), *_kinds(kinds)]
    text = "\n".join([*head, *(f"[[step]]\n{step}\n" for step in steps)])
    return Recording(text, start.file, len(steps), len(tape.heard), len(people), tuple(kinds))


def _head(
    session: str, start: Beginning, rows_file: str, people: Mapping[str, str]
) -> Iterator[str]:
    title = f"Recorded from {session}"[:_LONGEST_TITLE]
    yield "#:schema ./script.schema.json"
    yield "# What the game master saw, hidden names and notes included: for nobody who plays there."
    yield f"title = {written(title)}\n"
    if start.file:
        yield f"[scene]\nrows = {written(rows_file)}\n"
    else:
        yield '[scene]\nname = "Nowhere"\nsize = [20, 20]\n'
    yield f"[cast]\nplayers = {max(_FEWEST_PLAYERS, len(people))}\n"


def _own_kinds(tape: Tape) -> dict[str, list[Value]]:
    """The rows of each kind that not every room has."""
    found: dict[str, list[Value]] = {}
    rows = {entity: row for entity, row in tape.rows.items() if entity[0] not in BUILT_IN}
    for (kind, _), row in rows.items():
        found.setdefault(kind, []).append(row)
    for heard in tape.heard:
        own = [change for change in heard.changes if change["kind"] not in BUILT_IN]
        rows = after(rows, own) if own else rows
        for change in own:
            if change["op"] != "del":
                found.setdefault(change["kind"], []).append(rows[change["kind"], change["key"]])
    return found


def _kinds(kinds: Mapping[str, Sequence[Value]]) -> Iterator[str]:
    for kind, rows in kinds.items():
        belongs = {
            field: whole
            for field, whole in _BELONGS.items()
            if all(isinstance(row.get(field), str) for row in rows)
        }
        yield "# As guessed from its rows: say here what src/kinds.ts says of it (gm, owner, …)."
        yield f"[[kind]]\nname = {written(kind)}"
        if any("ownerIds" in row for row in rows):
            yield "owned = true"
        if belongs:
            yield f"hidden_with = {written(belongs)}"
        yield ""
