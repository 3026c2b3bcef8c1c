"""`vttsync env list`, `set`, `generate`, `export`: the values of an environment, as kept here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vttsync.cli.options import ChosenEnv, Folder, Json, Yes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vttsync.deploy.environment.inventory import Entry
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import Project
    from vttsync.project.sources import Sources


_Name = Annotated[str, typer.Argument(metavar="NAME", help="The Worker's name for the secret.")]
_Format = Annotated[
    Literal["dotenv", "github", "json"],
    typer.Option("--format", help="How they are written; github: for later steps of a job."),
]
_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="A new file, for you alone to read, instead of standard output.",
        show_default=False,
    ),
]


def env_list(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """List settings, secrets and variables by name, and where each value comes from.

    Values are never shown. A secret is looked for in the places that vttsync.toml names, in this
    order: variable, file, keyring; the first that has it counts.
    """
    import os

    from vttsync.deploy.environment.inventory import ORDER, inventory
    from vttsync.output.table import columns
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("env list", as_json=json)
    entries = inventory(open_project(folder), env, os.environ)
    terminal.show(columns((it.name, it.kind, _origin(it)) for it in entries))
    terminal.say(f"A secret comes from the first that has it: {', '.join(ORDER)}.")
    told = [
        {"name": it.name, "kind": it.kind, "from": it.origin or None,
         "places": it.places, "also": it.also}
        for it in entries
    ]  # fmt: skip
    return terminal.finish({"env": env, "order": ORDER, "entries": told})


def _origin(entry: Entry) -> str:
    if not entry.origin:
        looked = f" ({', '.join(entry.places)})" if entry.places else ""
        return f"missing{looked}"
    return entry.origin + (f" (before {', '.join(entry.also)})" if entry.also else "")


def env_set(name: _Name, env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Keep a secret's value for the next deploy, in the keyring or the file of vttsync.toml.

    It is asked for without being shown; without a terminal, it is all of standard input.
    """
    import os

    from vttsync.cli.asking import secret_value
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("env set", as_json=json)
    project = open_project(folder)
    sources = project.sources(env, os.environ)
    _check_declared(project, env, name)
    sources.store(name)  # said before anybody types
    value = secret_value(terminal, name)
    _check_fit(sources, name, value)
    before = sources.find(name)
    where = sources.keep(name, value)
    terminal.say(f"{name} of {env} is in {where}; `vttsync deploy --env {env}` brings it live.")
    _warn(terminal, sources, name, replaced=before is not None)
    return terminal.finish({"env": env, "name": name, "kept_in": where})


def _check_declared(project: Project, env: str, name: str) -> None:
    from vttsync.deploy.desired import declared_secrets
    from vttsync.errors import Exit, VttsyncError

    names = declared_secrets(project, env, project.worker(env))
    if name in names:
        return
    raise VttsyncError(
        f"{name} is none of the secrets of {env}.",
        why=f"vttsync.toml and wrangler.toml declare: {', '.join(names) or 'none'}.",
        fix=f"Correct the name, or add `{name} = {{ keyring = true }}` under [secrets] in "
        "vttsync.toml.",
        exit_code=Exit.CONFIG,
    )


def _check_fit(sources: Sources, name: str, value: str) -> None:
    from vttsync.project.secrets import ROOM_KEYS, cannot_use, unfit

    found = {key: sources.find(key) for key in ROOM_KEYS if key != name}
    why = unfit(name, value, {key: it.value for key, it in found.items() if it})
    if why:
        raise cannot_use(f"That value of {name}", why)


def _warn(terminal: Terminal, sources: Sources, name: str, *, replaced: bool) -> None:
    from vttsync.project.secrets import ROOM_KEYS
    from vttsync.project.sources import Variable

    found = sources.find(name)
    if found and isinstance(found.place, Variable):
        terminal.warn(f"{found.place.told} is set, and counts before it.")
    if replaced and name in ROOM_KEYS:
        terminal.warn(
            "After that deploy, whoever has the one before is refused; "
            f"`vttsync env rotate {name} --env {sources.env}` lets both in for a time."
        )


def env_generate(env: ChosenEnv, folder: Folder = Path(), json: Json = False) -> int:
    """Make the room's two keys, 256 random bits each, and keep them where vttsync.toml says.

    A key that is there already is left alone.
    """
    import os

    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project
    from vttsync.project.secrets import ROOM_KEYS, new_key

    terminal = Terminal("env generate", as_json=json)
    sources = open_project(folder).sources(env, os.environ)
    missing = _missing(sources, ROOM_KEYS)
    made = {name: sources.keep(name, new_key()) for name in missing}
    for name, where in made.items():
        terminal.say(f"{name} of {env} is made, and in {where}.")
    terminal.say(f"Your app server gets both from `vttsync env export --env {env}`.")
    return terminal.finish({"env": env, "made": made})


def _missing(sources: Sources, names: Sequence[str]) -> list[str]:
    from vttsync.errors import Exit, VttsyncError

    found = {name: sources.find(name) for name in names}
    missing = [name for name in names if not found[name]]
    for name in missing:
        sources.store(name)
    if missing:
        return missing
    told = ", ".join(f"{name} ({it.place.told})" for name, it in found.items() if it)
    raise VttsyncError(
        "Both keys are there already.",
        why=f"{told}. Overwriting one would lock out whoever has it.",
        fix=f"`vttsync env rotate {names[0]} --env {sources.env}` changes one and lets both in for "
        "a time.",
        exit_code=Exit.DECISION_NEEDED,
    )


def env_export(
    env: ChosenEnv,
    form: _Format = "dotenv",
    output: _Output = None,
    yes: Yes = False,
    folder: Folder = Path(),
    json: Json = False,
) -> int:
    """Write the room's keys and address for your app server: SECRETS, in plain text.

    They go to standard output, or to a file that only you can read (--yes replaces one). With
    --format github they go to the file that GITHUB_ENV names, and GitHub is told to hide them.
    """
    import os

    from vttsync.deploy.environment.handover import URL, values_for_app
    from vttsync.output.terminal import Terminal
    from vttsync.project.folder import open_project

    terminal = Terminal("env export", as_json=json)
    target = _target(form, output, os.environ, as_json=json)
    values = values_for_app(open_project(folder), env, os.environ)
    where = _write(terminal, values, form, target, yes=yes)
    if URL not in values:
        terminal.warn(f"{URL} is not known: {env} was not deployed from here.")
    return terminal.finish({"env": env, "names": list(values), "written_to": where})


def _target(
    form: str, output: Path | None, environ: Mapping[str, str], *, as_json: bool
) -> Path | None:
    from vttsync.errors import Exit, VttsyncError

    if form == "github":
        named = output or Path(environ.get("GITHUB_ENV", ""))
        if named != Path() and not as_json:
            return named
        why = "GitHub reads its commands there." if as_json else "GITHUB_ENV is not set."
        fix = "Leave --json out." if as_json else "Run it in a step of a job, or say --output."
    elif output or not as_json:
        return output
    else:
        why, fix = "With --json, it has the envelope, without a value.", "Say --output FILE."
    raise VttsyncError(
        "The values can't go to standard output.", why=why, fix=fix, exit_code=Exit.USAGE
    )


def _write(
    terminal: Terminal, values: Mapping[str, str], form: str, target: Path | None, *, yes: bool
) -> str:
    from vttsync.deploy.environment import handover

    text = handover.written(values, handover.Form(form))
    if target is None:
        terminal.warn("Secrets follow, in plain text.")
        terminal.reveal(text)
        return "standard output"
    if form == "github":
        terminal.reveal(handover.masks(values))
        handover.append(target, text)
    else:
        handover.write_new(target, text, replace=yes)
    terminal.say(f"{', '.join(values)}: in {target}, in plain text.")
    return str(target)
