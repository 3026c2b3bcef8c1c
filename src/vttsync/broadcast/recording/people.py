"""The users that a recording names, and the players of the cast who stand in for them; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vttsync.broadcast.actions import Value
from vttsync.broadcast.recording.tape import Tape
from vttsync.broadcast.script.model import MOST_CLIENTS
from vttsync.errors import Exit, VttsyncError

_OTHERS = 20  # of the cast: everybody else, and latecomers


def cast_of(tape: Tape) -> Mapping[str, str]:
    """Give each user whom a row names a player's name, in the order they come up.

    Raises:
        VttsyncError: exit 3, when they are more than a cast may have.
    """
    rows = [
        *tape.rows.values(),
        *(c["value"] for it in tape.heard for c in it.changes if "value" in c),
    ]
    users = dict.fromkeys(_users(rows))
    if len(users) > MOST_CLIENTS - _OTHERS:
        raise VttsyncError(
            f"The session names {len(users)} users; a script has {MOST_CLIENTS} clients at most.",
            fix="Record a smaller session.",
            exit_code=Exit.CONFIG,
        )
    return {user: f"player {number}" for number, user in enumerate(users, 1)}


def _users(rows: Iterable[Value]) -> Iterator[str]:
    for row in rows:
        owners = row.get("ownerIds")
        yield from owners if isinstance(owners, dict) else ()
        if isinstance(author := row.get("authorId"), str):
            yield author


def stands_in(row: Value, names: Mapping[str, str]) -> Value:
    """A row, or a patch of one, with the cast's names in the place of users."""
    new = dict(row)
    if isinstance(owners := row.get("ownerIds"), dict):
        new["ownerIds"] = {names[user]: owns for user, owns in owners.items()}
    if isinstance(author := row.get("authorId"), str):
        new["authorId"] = names[author]
    return new
