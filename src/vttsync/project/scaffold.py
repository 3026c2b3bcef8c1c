"""What `vttsync init` would write: pure, from the templates and what is there already."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

import tomlkit

from vttsync.errors import Exit, VttsyncError
from vttsync.project import config, manifest
from vttsync.project.parts import CLIENT, PUBLISHER, TABLE, Parts, beside
from vttsync.project.templates import template_files

# The Worker's name gets "-staging" behind it and must then fit into a DNS label (63).
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,53}[a-z0-9])?")
_OWNED_BY_GIT = ".gitignore"


class Kind(StrEnum):
    """What happens to one file."""

    CREATE = "created"
    EXTEND = "extended"
    UPDATE = "updated"
    OVERWRITE = "overwritten"
    KEEP = "kept a copy"
    SAME = "unchanged"
    LEAVE = "left alone"


@dataclass(frozen=True)
class Planned:
    """One file: where (relative to the project), what happens to it, and its content after."""

    path: str
    kind: Kind
    content: bytes

    @property
    def writes(self) -> bool:
        """Whether anything changes on disk."""
        return self.kind not in (Kind.SAME, Kind.LEAVE)


def check_name(name: str) -> str:
    """Return `name` when Cloudflare takes it as a Worker's name.

    Raises:
        VttsyncError: exit 2, with a name that would do.
    """
    if _NAME.fullmatch(name):
        return name
    raise VttsyncError(
        f"`{name}` can't be a Worker's name.",
        why="It is part of a host name: lower-case letters, digits and dashes, at most 55.",
        fix=f"Try `--name {suggest_name(name)}`.",
        exit_code=Exit.USAGE,
    )


def suggest_name(text: str) -> str:
    """The nearest valid Worker name to `text` (a folder's name, or a wrong name)."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower())[:55].strip("-")
    return name or "my-table"


def scaffold(name: str, party: str, parts: Parts) -> dict[str, bytes]:
    """Every file of a new project, by its path relative to the project."""
    edits: Mapping[str, Callable[[bytes], bytes]] = {
        f"{party}/wrangler.toml": lambda old: _named_toml(old, name),
        f"{party}/package.json": lambda old: _named_json(old, name),
        f"{party}/package-lock.json": lambda old: _named_json(old, name),
        f"{beside(party, CLIENT)}/package.json": lambda old: _pointed_json(old, party),
        config.FILE_NAME: lambda old: with_parts(_with_party(old, party), parts),
    }
    places = [("party", party), ("broadcast", "broadcast"), *parts.templates(party)]
    files = {
        f"{folder}/{path}": content
        for template, folder in places
        for path, content in template_files(template)
    }
    files |= dict(template_files("project"))
    return {path: edits.get(path, bytes)(content) for path, content in files.items()}


@dataclass(frozen=True)
class Found:
    """What is there already.

    Attributes:
        contents: of those files of the scaffold that exist.
        hashes: of each file as vttsync wrote it, by the manifest.
    """

    contents: Mapping[str, bytes]
    hashes: Mapping[str, str]


def plan(
    files: Mapping[str, bytes], found: Found, *, in_place: Collection[str], copies: str | None
) -> list[Planned]:
    """Decide for each file.

    What nobody changed since vttsync wrote it is brought up to date. What somebody changed is
    left alone, or overwritten with a copy below the folder `copies`, if that is given.

    Args:
        files: what the scaffold holds.
        found: what is there.
        in_place: files whose content is the user's own, edited.
        copies: None, or where copies of overwritten files go.
    """
    planned = []
    for path, new in sorted(files.items()):
        entry = _decide(path, new, found, in_place, overwrite=copies is not None)
        planned.append(entry)
        if entry.kind is Kind.OVERWRITE:
            planned.append(Planned(f"{copies}/{path}", Kind.KEEP, found.contents[path]))
    return planned


def _decide(
    path: str, new: bytes, found: Found, in_place: Collection[str], *, overwrite: bool
) -> Planned:
    old = found.contents.get(path)
    if old is None:
        return Planned(path, Kind.CREATE, new)
    if path == _OWNED_BY_GIT:
        return _extend_ignores(path, new, old)
    if manifest.digest(old) == manifest.digest(new):
        return Planned(path, Kind.SAME, old)
    if path in in_place or manifest.digest(old) == found.hashes.get(path):
        return Planned(path, Kind.UPDATE, new)
    return Planned(path, Kind.OVERWRITE, new) if overwrite else Planned(path, Kind.LEAVE, old)


def _extend_ignores(path: str, new: bytes, old: bytes) -> Planned:
    if b"\r\n" in old:
        new = new.replace(b"\n", b"\r\n")
    heading = new.splitlines()[0]
    if heading in old.splitlines():  # written before: what became of it is the user's choice
        return Planned(path, Kind.SAME if new in old else Kind.LEAVE, old)
    end = b"\r\n" if b"\r\n" in old else b"\n"
    gap = b"" if not old else end if old.endswith(b"\n") else end + end
    return Planned(path, Kind.EXTEND, old + gap + new)


def check_is_free(folder: str, elsewhere: str, entries: Iterable[str]) -> None:
    """Refuse to mix files into a folder that is about something else.

    Args:
        folder: which, relative to the project.
        elsewhere: how to do without it, as the beginning of a sentence.
        entries: what is in it.

    Raises:
        VttsyncError: exit 3.
    """
    if any(True for _ in entries):
        raise VttsyncError(
            f"`{folder}/` exists already and has files in it.",
            why="It wasn't made by vttsync, so nothing was written.",
            fix=f"{elsewhere}, or say --force to write into it.",
            exit_code=Exit.CONFIG,
        )


def check_party(party: str) -> str:
    """Return the folder's name when it is a plain relative one.

    Raises:
        VttsyncError: exit 2.
    """
    path = PurePosixPath(party.replace("\\", "/"))
    if path.is_absolute() or Path(party).is_absolute() or ".." in path.parts or path.name == "":
        why = "It must lie inside the project."
    elif path.name in (CLIENT, PUBLISHER, TABLE):
        why = "That is the name of another part of the project."
    else:
        return str(path)
    raise VttsyncError(
        f"`{party}` can't be the room's folder.",
        why=why,
        fix="Give a relative path such as `--party realtime/party`.",
        exit_code=Exit.USAGE,
    )


def _named_toml(old: bytes, name: str) -> bytes:
    document = tomlkit.parse(old.decode("utf-8-sig"))
    document["name"] = name
    return tomlkit.dumps(document).encode()


def _named_json(old: bytes, name: str) -> bytes:
    document = json.loads(old)
    document["name"] = name
    if "" in document.get("packages", {}):
        document["packages"][""]["name"] = name
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _pointed_json(old: bytes, party: str) -> bytes:
    """Let the client's scripts find the room's folder, which is beside them."""
    document = json.loads(old)
    document.setdefault("config", {})["party"] = f"../{PurePosixPath(party).name}"
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _with_party(old: bytes, party: str) -> bytes:
    document = tomlkit.parse(old.decode("utf-8-sig"))
    document["party"] = party
    return tomlkit.dumps(document).encode()


def with_name(old: bytes, name: str) -> bytes:
    """Put `name` into a wrangler.toml that has none."""
    return old if tomlkit.parse(old.decode("utf-8-sig")).get("name") else _named_toml(old, name)


def with_account(old: bytes, account_id: str, envs: Collection[str] | None = None) -> bytes:
    """Put `account_id` into each environment of a vttsync.toml, or into `envs`, new ones too."""
    document = tomlkit.parse(old.decode("utf-8-sig"))
    tables = document.setdefault("env", tomlkit.table(is_super_table=True))
    for env in tables if envs is None else envs:
        tables.setdefault(env, tomlkit.table())["account_id"] = account_id
    return tomlkit.dumps(document).encode()


def with_parts(old: bytes, parts: Parts) -> bytes:
    """Let the [app] table of a vttsync.toml name `parts`; one without it gets it at the end."""
    if "app" not in tomlkit.parse(old.decode("utf-8-sig")):
        old = _with_table(old)
    document = tomlkit.parse(old.decode("utf-8-sig"))
    app = document["app"]
    for key, value in (("client", parts.client), ("table", parts.table)):
        if app.get(key) is not value:
            app[key] = value
    if parts.publisher is None:
        app.pop("publisher", None)
    elif app.get("publisher") != parts.publisher.value:
        app["publisher"] = parts.publisher.value
    return tomlkit.dumps(document).encode()


def _with_table(old: bytes) -> bytes:
    """Append the [app] table as the template has it, comments and all."""
    blocks = dict(template_files("project"))[config.FILE_NAME].split(b"\n\n")
    (table,) = (block for block in blocks if b"\n[app]\n" in block)
    text = old.rstrip() + b"\n\n" + table + b"\n"
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if b"\r\n" in old else text
