"""From an upload's form to a version: bindings resolved, secrets kept, classes migrated."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, JsonValue, ValidationError

from vttsync.rehearsal.api.answers import ApiError, Fault, refusal
from vttsync.rehearsal.api.migrations import Classes, Migrations, classes_of, migrate
from vttsync.rehearsal.model import Binding, Module, Version, Worker, now
from vttsync.validation import problems

# What Cloudflare gives an upload that names none, such as wrangler's draft Worker.
_OLDEST_DATE = "2021-11-02"


@dataclass(frozen=True)
class Part:
    """One part of a multipart form."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Accepted:
    """An upload that passed: the version, the Worker's classes with it, and its files."""

    version: Version
    classes: Classes
    files: tuple[tuple[str, bytes], ...]


class Metadata(BaseModel):
    """The `metadata` part, as far as the stand-in reads it."""

    main_module: str | None = None
    bindings: list[dict[str, JsonValue]] = []
    compatibility_date: str | None = None
    compatibility_flags: list[str] = []
    migrations: Migrations | None = None
    keep_bindings: list[str] = []
    annotations: dict[str, str | None] = {}


def accept(worker: Worker | None, parts: Sequence[Part], *, strict: bool) -> Accepted:
    """Check an upload against what the Worker is, and make its next version.

    Args:
        worker: the Worker so far; None for its first upload.
        parts: the form; the part called `metadata` describes the others.
        strict: `bindings_inherit=strict`: an inherited binding must exist.

    Raises:
        ApiError: the upload isn't valid, with Cloudflare's code for the reason.
    """
    metadata = _metadata(parts)
    sources = [part for part in parts if part.name != "metadata"]
    main = metadata.main_module or ""
    if main not in {part.name for part in sources}:
        raise refusal(400, 10021, f"No such module: {main!r} (only ES modules are modelled)")
    classes = migrate(classes_of(worker), metadata.migrations)
    bindings = _bindings(worker, metadata, strict=strict)
    _check_classes(bindings, classes)
    modules = tuple(
        Module(part.name, part.content_type, f"{index}") for index, part in enumerate(sources)
    )
    version = Version(
        id=str(uuid.uuid4()),
        number=len(worker.versions) + 1 if worker else 1,
        created_on=now(),
        trigger="upload",
        annotations=said(metadata.annotations),
        bindings=tuple(bindings),
        main_module=main,
        modules=modules,
        etag=_etag(sources),
        compatibility_date=metadata.compatibility_date or _OLDEST_DATE,
        compatibility_flags=tuple(metadata.compatibility_flags),
        classes=dict(classes.by_name),
    )
    files = tuple(
        (module.file, part.content) for module, part in zip(modules, sources, strict=True)
    )
    return Accepted(version, classes, files)


def with_secrets(worker: Worker, changes: Mapping[str, str | None], trigger: str) -> Version:
    """Make the version after the latest one: the same code, other secrets (None removes one).

    Raises:
        ApiError: 10053, when a binding of another type has the name.
    """
    base = worker.latest
    taken = [b.name for b in base.bindings if b.name in changes and b.type != "secret_text"]
    if taken:
        text = f"Binding name '{taken[0]}' already in use. Please use a different name."
        raise refusal(400, 10053, text)
    kept = [binding for binding in base.bindings if binding.name not in changes]
    new = [
        Binding(name, "secret_text", {"text": text})
        for name, text in changes.items()
        if text is not None
    ]
    return replace(
        base,
        id=str(uuid.uuid4()),
        number=len(worker.versions) + 1,
        created_on=now(),
        trigger=trigger,
        annotations={},
        bindings=(*kept, *new),
    )


def with_bindings(worker: Worker, wanted: Sequence[Mapping[str, JsonValue]]) -> Version:
    """Make the version after the latest one: the same code, bound to `wanted` and nothing else.

    Raises:
        ApiError: 10057, when `wanted` inherits what isn't there.
    """
    metadata = Metadata(bindings=[dict(entry) for entry in wanted])
    return replace(
        worker.latest,
        id=str(uuid.uuid4()),
        number=len(worker.versions) + 1,
        created_on=now(),
        trigger="api",
        annotations={},
        bindings=tuple(_bindings(worker, metadata, strict=True)),
    )


def said(annotations: Mapping[str, str | None]) -> dict[str, str]:
    """The annotations that have a value; wrangler sends the others as null or empty."""
    return {name: text for name, text in annotations.items() if text}


def _metadata(parts: Sequence[Part]) -> Metadata:
    found = next((part.content for part in parts if part.name == "metadata"), None)
    if found is None:
        raise refusal(400, 10001, "The upload has no metadata part")
    try:
        return Metadata.model_validate_json(found)
    except ValidationError as error:
        _path, told = problems(error)[0]
        raise refusal(400, 10001, f"Invalid metadata: {told}") from error


def _etag(sources: Sequence[Part]) -> str:
    digest = hashlib.sha256()
    for part in sources:
        for piece in (part.name.encode(), part.content_type.encode(), part.content):
            digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


def _bindings(worker: Worker | None, metadata: Metadata, *, strict: bool) -> list[Binding]:
    before = {binding.name: binding for binding in worker.latest.bindings} if worker else {}
    given: list[Binding] = []
    missing: list[str] = []
    for entry in metadata.bindings:
        fields = dict(entry)
        name, kind = str(fields.pop("name", "")), str(fields.pop("type", ""))
        if kind != "inherit":
            given.append(Binding(name, kind, fields))
        elif name in before:
            given.append(before[name])
        else:
            missing.append(name)
    if missing and strict:
        # wrangler reads the name out of this very sentence to list the missing secrets.
        text = "inherit binding '{}' is invalid: binding not found on previous version"
        raise ApiError(400, *(Fault(10057, text.format(name)) for name in missing))
    names = {binding.name for binding in given}
    kept = [
        binding
        for name, binding in before.items()
        if name not in names and binding.type in metadata.keep_bindings
    ]
    return given + kept


def _check_classes(bindings: Sequence[Binding], classes: Classes) -> None:
    for binding in bindings:
        name = binding.fields.get("class_name")
        if binding.type != "durable_object_namespace" or binding.fields.get("script_name"):
            continue
        if name not in classes.by_name:
            text = (
                f"Cannot create binding for class '{name}' because it is not currently configured "
                "to implement Durable Objects. Did you forget to apply a `new_sqlite_classes` "
                "migration?"
            )
            raise refusal(400, 10061, text)
