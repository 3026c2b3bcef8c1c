"""Which parts a project gets: what was asked for, what it has, what its files tell."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.errors import Exit, VttsyncError
from vttsync.project.config import FILE_NAME, AppTable
from vttsync.project.parts import Parts, Publisher

_PYTHON = (Publisher.PYTHON, Publisher.BOTH)


@dataclass(frozen=True)
class Asked:
    """What the flags say; None and False where they say nothing."""

    client: bool | None = None
    publisher: Publisher | None = None
    table: bool = False


def choose(asked: Asked, known: AppTable | None, found: Publisher | None) -> Parts:
    """Merge them.

    Args:
        asked: the flags.
        known: what vttsync.toml says; None in a project that doesn't know of parts yet.
        found: what the app's files tell, where that is silent.

    Raises:
        VttsyncError: exit 2, when they contradict each other.
    """
    client = asked.client is not False if known is None else _client(asked, known)
    table = asked.table or bool(known and known.table)
    said = known.publisher if known else None
    parts = Parts(client, _publisher(asked, said, found), table)
    if parts.table and not (parts.client and parts.publisher in _PYTHON):
        raise _table_needs_more(parts)
    return parts


def _client(asked: Asked, known: AppTable) -> bool:
    if asked.client is False and known.client:
        raise _contradicts("--no-client", "client", "true")
    return known.client or bool(asked.client)


def _publisher(asked: Asked, known: Publisher | None, found: Publisher | None) -> Publisher | None:
    if known not in (None, Publisher.NONE):
        if asked.publisher not in (None, known):
            raise _contradicts(f"--publisher {asked.publisher}", "publisher", f'"{known}"')
        return known
    if asked.publisher or not asked.table:
        return asked.publisher or known or found
    # The table's server is written in Python, whatever the app's is.
    both = known is None and found is Publisher.TYPESCRIPT
    return Publisher.BOTH if both else Publisher.PYTHON


def _contradicts(flag: str, key: str, value: str) -> VttsyncError:
    return VttsyncError(
        f"{flag} contradicts the project.",
        why=f"`{key}` under [app] in {FILE_NAME} is {value}, and init takes nothing away.",
        fix=f"Leave it out; or move the old folder away, change `{key}` there, and run init again.",
        exit_code=Exit.USAGE,
    )


def _table_needs_more(parts: Parts) -> VttsyncError:
    has = f"publisher {parts.publisher}" if parts.client else "no client"
    return VttsyncError(
        "The table can't do without the client and the Python publisher.",
        why=f"Its page uses the one, its server the other; this project gets {has}.",
        fix="Leave --no-client out, and say `--publisher python` or `--publisher both`. In a "
        "project that has the TypeScript one, first move its files into a folder `typescript` "
        f'of their own, and set `publisher = "both"` under [app] in {FILE_NAME}.',
        exit_code=Exit.USAGE,
    )
