"""What a deploy does to the Durable Object classes, and so to the rooms and their data: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vttsync.deploy.plan.model import Act, Change, Kind
from vttsync.deploy.plan.reading import Live
from vttsync.project.wrangler_toml import Migration, Worker


def pending(worker: Worker, live: Live | None) -> tuple[Migration, ...]:
    """The migrations that a deploy applies: those after the last one that Cloudflare has.

    All of them, where it has one that wrangler.toml lacks, as wrangler does it (4.156).
    """
    tags = [it.tag for it in worker.migrations]
    applied = live.migration_tag if live else None
    return worker.migrations[tags.index(applied) + 1 :] if applied in tags else worker.migrations


def migrations(left: Sequence[Migration]) -> Iterator[Change]:
    """A change for each migration that would be applied."""
    for it in left:
        told = [f"creates {name}" for name in it.created]
        told += [f"{old} becomes {new}, with its rooms" for old, new in it.renamed.items()]
        told += [f"deletes {name} and all that its rooms stored" for name in it.deleted]
        yield Change(Kind.MIGRATION, it.tag, Act.ADD, note="; ".join(told))


def unreachable(worker: Worker, live: Live, left: Sequence[Migration]) -> tuple[str, ...]:
    """The live classes whose rooms are gone after `left`, or that no binding leads to any more.

    By the names that they have now. A class that `renamed_classes` renames keeps its rooms.
    """
    bound = set(live.version.classes.values())
    applied = worker.migrations[: len(worker.migrations) - len(left)]
    names = {name: name for name in (*_created(applied), *bound)}  # now → as it is live
    lost = []
    for step in left:
        names |= {new: names.pop(old, "") for old, new in step.renamed.items()}
        lost += [names.pop(name, "") for name in step.deleted]
    left_behind = [name for now, name in names.items() if name in bound and now not in worker.bound]
    return tuple(sorted({*filter(None, lost), *left_behind}))


def _created(applied: Sequence[Migration]) -> set[str]:
    names: set[str] = set()
    for step in applied:
        names |= set(step.created)
        names = {step.renamed.get(name, name) for name in names} - set(step.deleted)
    return names
