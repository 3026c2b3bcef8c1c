"""What `vttsync init` has to know, and the plan that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from vttsync import toml_source
from vttsync.cloudflare.token import check_account_id
from vttsync.errors import Exit, VttsyncError
from vttsync.project import config, manifest, parts, scaffold, wrangler_toml, write
from vttsync.project.choosing import Asked, choose
from vttsync.project.language import find_language
from vttsync.project.parts import ROOM_ONLY, Parts


@dataclass(frozen=True)
class Answers:
    """What a project is made from.

    Attributes:
        name: the Worker's; None while nobody has said it.
        account_id: the Cloudflare account's; may be empty.
        party: the folder of the room's package.
        parts: what stands beside it.
        sign: the file that told the language of the app's server, where one did.
    """

    name: str | None
    account_id: str
    party: str
    parts: Parts = ROOM_ONLY
    sign: str = ""


def answers(
    folder: Path, name: str | None, account_id: str | None, party: str | None, asked: Asked
) -> Answers:
    """Merge what was given with what the project in `folder` says already.

    Raises:
        VttsyncError: exit 2 for a bad name and for what contradicts the project, 4 for a bad
            account id, 3 for a broken project.
    """
    if name is not None:
        scaffold.check_name(name)
    if party is not None:
        party = scaffold.check_party(party)
    if account_id:
        check_account_id(account_id)
    current = None
    if (folder / config.FILE_NAME).is_file():
        current = config.read_config(folder)
        party = _agreed(
            "--party", party, current.party.as_posix(), f"`party` in {config.FILE_NAME}"
        )
        for env, table in current.env.items():
            where = f"[env.{env}] account_id in {config.FILE_NAME}"
            _agreed("--account-id", account_id, table.account_id, where)
        if account_id and not current.env:
            raise _nowhere_to_put(account_id)
        path = folder / str(party) / wrangler_toml.FILE_NAME
        if path.is_file():
            known = str(toml_source.load(path).data.get("name") or "")
            name = _agreed("--name", name, known, f"`name` in {path.relative_to(folder)}")
    party = party or "party"
    app = current.app if current else None
    silent = asked.publisher is None and (app is None or app.publisher is None)
    found = find_language(folder, party) if silent else None
    chosen = choose(asked, app, found.publisher if found else None)
    return Answers(name or None, account_id or "", party, chosen, found.sign if found else "")


def _agreed(flag: str, given: str | None, known: str, where: str) -> str | None:
    """What was given and what is known, when they don't contradict each other."""
    if given and known and given != known:
        raise VttsyncError(
            f"{flag} {given} contradicts the project.",
            why=f"{where} is `{known}`, and init does not change what a project says already.",
            fix=f"Leave {flag} out, or change {where} yourself first.",
            exit_code=Exit.USAGE,
        )
    return known or given


def _nowhere_to_put(account_id: str) -> VttsyncError:
    return VttsyncError(
        f"{config.FILE_NAME} names no environment that --account-id could be of.",
        why="It is kept in an [env.NAME] table, and there is none.",
        fix=f'Add `[env.prod]` with `account_id = "{account_id}"`, or leave the flag out.',
        exit_code=Exit.USAGE,
    )


def plan_install(folder: Path, known: Answers, *, force: bool) -> list[scaffold.Planned]:
    """Plan the whole scaffold in `folder`; raises VttsyncError (exit 3) when it can't be."""
    write.check_folder(folder)
    name = scaffold.check_name(known.name or scaffold.suggest_name(folder.resolve().name))
    files = scaffold.scaffold(name, known.party, known.parts)
    contents = write.read_existing(folder, [*files, manifest.FILE_NAME])
    in_place = _edited_in_place(files, contents, known, name)
    found = scaffold.Found(contents, manifest.read(contents.get(manifest.FILE_NAME)))
    if not force:
        _check_folders(folder, known, found)
    copies = f".vttsync/replaced/{datetime.now(UTC):%Y%m%dT%H%M%SZ}" if force else None
    planned = scaffold.plan({**files, **in_place}, found, in_place=in_place, copies=copies)
    return [*planned, _manifest(planned, found)]


_ELSEWHERE = {
    parts.CLIENT: "Move it out of the way, or leave the client out with `--no-client`",
    parts.PUBLISHER: "Move it out of the way, or leave the publisher out with `--publisher none`",
    parts.TABLE: "Move it out of the way, or leave --with-table out",
}


def _check_folders(root: Path, known: Answers, found: scaffold.Found) -> None:
    """See that each folder is vttsync's, or free."""
    text = found.contents.get(config.FILE_NAME)
    before = config.read_config(root) if text is not None else None
    has = before.app if before and before.app else config.AppTable(client=False)
    ours = {known.party} if before else set()
    ours |= set(Parts(has.client, has.publisher, has.table).folders(known.party))
    ours |= {str(folder) for path in found.hashes for folder in PurePosixPath(path).parents}
    for place in (known.party, *known.parts.folders(known.party)):
        target = root / place
        if place not in ours and target.is_dir():
            room = f"Put the room elsewhere with `--party {place}-room`"
            elsewhere = _ELSEWHERE.get(target.name, room) if place != known.party else room
            scaffold.check_is_free(place, elsewhere, (entry.name for entry in target.iterdir()))


def _edited_in_place(
    files: dict[str, bytes], contents: dict[str, bytes], known: Answers, name: str
) -> dict[str, bytes]:
    """The files whose keys are set without touching what else the user has in them."""
    settings = contents.get(config.FILE_NAME, files[config.FILE_NAME])
    settings = scaffold.with_parts(settings, known.parts)
    if known.account_id:
        settings = scaffold.with_account(settings, known.account_id)
    edited = {config.FILE_NAME: settings}
    path = f"{known.party}/{wrangler_toml.FILE_NAME}"
    if path in contents and config.FILE_NAME in contents:
        named = scaffold.with_name(contents[path], name)
        edited |= {path: named} if named != contents[path] else {}
    return edited


def _manifest(planned: list[scaffold.Planned], found: scaffold.Found) -> scaffold.Planned:
    ours = (scaffold.Kind.CREATE, scaffold.Kind.UPDATE, scaffold.Kind.OVERWRITE, scaffold.Kind.SAME)
    # These two are the user's, whoever wrote them first.
    users = (config.FILE_NAME, ".gitignore")
    hashes = {
        entry.path: manifest.digest(entry.content)
        for entry in planned
        if entry.kind in ours and entry.path not in users
    }
    left = {entry.path for entry in planned if entry.kind is scaffold.Kind.LEAVE}
    # What was changed and is changed back some day is vttsync's to update again.
    hashes |= {path: told for path, told in found.hashes.items() if path in left}
    new, old = manifest.write(hashes), found.contents.get(manifest.FILE_NAME)
    if old is not None and manifest.digest(old) == manifest.digest(new):
        return scaffold.Planned(manifest.FILE_NAME, scaffold.Kind.SAME, old)
    kind = scaffold.Kind.CREATE if old is None else scaffold.Kind.UPDATE
    return scaffold.Planned(manifest.FILE_NAME, kind, new)
