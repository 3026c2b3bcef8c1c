"""Durable Object migrations: which classes a Worker has after an upload, or why it can't."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field

from vttsync.rehearsal.api.answers import refusal
from vttsync.rehearsal.model import DurableClass, Worker


class Rename(BaseModel):
    """A class under a new name; its objects keep their data."""

    from_: str = Field(alias="from")
    to: str


class Step(BaseModel):
    """One migration of the list in wrangler's configuration."""

    new_classes: list[str] = []
    new_sqlite_classes: list[str] = []
    renamed_classes: list[Rename] = []
    deleted_classes: list[str] = []


class Migrations(BaseModel):
    """The migrations of an upload: what the account should be at, and the steps from there."""

    old_tag: str | None = None
    new_tag: str
    steps: list[Step] = []


@dataclass(frozen=True)
class Classes:
    """A Worker's Durable Object classes by name, and the migration they stem from."""

    by_name: Mapping[str, DurableClass]
    tag: str | None


def classes_of(worker: Worker | None) -> Classes:
    """The classes before an upload; none for a new Worker."""
    return Classes(worker.classes, worker.migration_tag) if worker else Classes({}, None)


def migrate(before: Classes, wanted: Migrations | None) -> Classes:
    """Apply an upload's migrations.

    Raises:
        ApiError: the account is at another tag (10079), or a class is created twice (10074) or
            missing (10070; that code stands in for one nobody has published).
    """
    if wanted is None:
        return before
    if wanted.old_tag != before.tag:
        expected, found = wanted.old_tag or "", before.tag or ""
        text = f"Actor migration tag precondition failed; expected tag '{expected}', got '{found}'"
        raise refusal(412, 10079, text)
    classes = dict(before.by_name)
    for step in wanted.steps:
        _apply(classes, step)
    return Classes(classes, wanted.new_tag)


def _apply(classes: dict[str, DurableClass], step: Step) -> None:
    for name in (*step.new_classes, *step.new_sqlite_classes):
        if name in classes:
            text = (
                f"Cannot apply new-class migration to class '{name}' that is already depended on "
                "by existing Durable Objects"
            )
            raise refusal(400, 10074, text)
        classes[name] = DurableClass(uuid.uuid4().hex, sqlite=name in step.new_sqlite_classes)
    for rename in step.renamed_classes:
        classes[rename.to] = _take(classes, rename.from_, "renamed-class")
    for name in step.deleted_classes:
        _take(classes, name, "deleted-class")


def _take(classes: dict[str, DurableClass], name: str, kind: str) -> DurableClass:
    if name not in classes:
        text = f"Cannot apply {kind} migration to class '{name}': there is no such class"
        raise refusal(400, 10070, text)
    return classes.pop(name)
