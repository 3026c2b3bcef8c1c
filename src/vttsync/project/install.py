"""What `vttsync init` has to know, and the plan that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vttsync import toml_source
from vttsync.cloudflare.token import check_account_id
from vttsync.project import config, scaffold, wrangler_toml, write


@dataclass(frozen=True)
class Answers:
    """What a project is made from; `name` is None while nobody has said it."""

    name: str | None
    account_id: str
    party: str


def answers(folder: Path, name: str | None, account_id: str | None, party: str) -> Answers:
    """Merge what was given over what the project in `folder` says already.

    Raises:
        VttsyncError: exit 2 for a bad name, 4 for a bad account id, 3 for a broken project.
    """
    if name is not None:
        scaffold.check_name(name)
    if account_id:
        check_account_id(account_id)
    if (folder / config.FILE_NAME).is_file():
        current = config.read_config(folder)
        party = current.party.as_posix()
        accounts = [table.account_id for table in current.env.values() if table.account_id]
        account_id = account_id or (accounts[0] if accounts else "")
        path = folder / party / wrangler_toml.FILE_NAME
        if name is None and path.is_file():
            name = str(toml_source.load(path).data.get("name") or "") or None
    return Answers(name, account_id or "", party)


def plan_install(folder: Path, known: Answers, *, force: bool) -> list[scaffold.Planned]:
    """Plan the whole scaffold in `folder`; raises VttsyncError (exit 3) when it can't be."""
    name = scaffold.check_name(known.name or scaffold.suggest_name(folder.resolve().name))
    files = scaffold.scaffold(name, known.party, known.account_id)
    target = folder / known.party
    if target.is_dir() and not force:
        is_project = (folder / config.FILE_NAME).is_file()
        entries = (entry.name for entry in target.iterdir())
        scaffold.check_party_is_free(known.party, is_project, entries)
    return scaffold.plan(files, write.read_existing(folder, files), force=force)
