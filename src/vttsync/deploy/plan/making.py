"""From what is live and what should be to a plan: pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from pydantic import JsonValue

from vttsync.deploy.difference import same
from vttsync.deploy.plan.classes import migrations, pending, unreachable
from vttsync.deploy.plan.model import Act, Change, Code, Kind, Plan
from vttsync.deploy.plan.reading import Addresses, Live, Read, Version
from vttsync.project.wrangler_toml import Worker

HASH = 12  # hex digits of the code's hash that a deploy's message has room for
_CODE = re.compile(rf"\bcode ([0-9a-f]{{{HASH}}})\b")
_WORKERS_DEV = "workers.dev"
_LONGEST = 80  # characters of a value in a note
_FLAGS = "flags"
_DATE = "date"


@dataclass(frozen=True)
class Wanted:
    """What should be live; `secrets` are the names of those that a deploy sends."""

    env: str
    account_id: str
    worker: Worker
    secrets: Collection[str]
    code: Code


def make_plan(wanted: Wanted, read: Read) -> Plan:
    """Compare `wanted` with what was read of Cloudflare."""
    live, worker = read.live, wanted.worker
    left = pending(worker, live)
    changes = (
        *_code(wanted.code, live),
        *_variables(wanted, live),
        *_secrets(wanted, live),
        *_bindings(worker, live),
        *migrations(left),
        *_addresses(worker, read.addresses, new=live is None),
        *_compatibility(worker, live),
    )
    drift = _drift(changes, live) if live else ()
    noted = {(it.kind, it.name): it for it in drift}
    return Plan(
        env=wanted.env,
        worker=worker.name,
        account_id=wanted.account_id,
        code=wanted.code,
        now=live.now if live else None,
        changes=tuple(noted.get((it.kind, it.name), it) for it in changes),
        drift=drift,
        loses=unreachable(worker, live, left) if live else (),
        takes=tuple(_taken(worker, read.addresses)),
    )


def _code(code: Code, live: Live | None) -> Iterator[Change]:
    after = code.sha256[:HASH]
    if live is None:
        yield Change(Kind.CODE, "bundle", Act.ADD, None, after)
        return
    before = _deployed_code(live)
    if before is None:
        note = "what is live does not say its hash: vttsync did not deploy it"
        yield Change(Kind.CODE, "bundle", Act.CHANGE, None, after, note)
    elif before != after:
        yield Change(Kind.CODE, "bundle", Act.CHANGE, before, after)


def _deployed_code(live: Live) -> str | None:
    """The live code's hash, which the deploy that brought it wrote into its message."""
    same_code = [live.version]
    # A secret's edit makes a version of the same code, without the message.
    if live.deployed and live.deployed.etag and live.deployed.etag == live.version.etag:
        same_code.append(live.deployed)
    found = [match[1] for it in same_code for match in _CODE.finditer(it.message)]
    return found[-1] if found else None


def _variables(wanted: Wanted, live: Live | None) -> Iterator[Change]:
    bound = live.version.bound if live else None
    before, secret = (bound.variables, bound.secrets) if bound else ({}, frozenset())
    after = wanted.worker.variables
    for name, value in after.items():
        shown = cast("JsonValue", value)
        if name in before:
            if not same(before[name], value):
                old = cast("JsonValue", before[name])
                yield Change(Kind.VARIABLE, name, Act.CHANGE, old, shown)
        elif name in secret:
            yield Change(Kind.VARIABLE, name, Act.CHANGE, None, shown, "a secret until now")
        else:
            yield Change(Kind.VARIABLE, name, Act.ADD, None, shown)
    if wanted.worker.keeps_variables:
        return
    for name in sorted(set(before) - set(after) - set(wanted.secrets)):
        yield Change(Kind.VARIABLE, name, Act.REMOVE, cast("JsonValue", before[name]))


def _secrets(wanted: Wanted, live: Live | None) -> Iterator[Change]:
    """Those that are new: whether the others have other values, Cloudflare does not tell."""
    bound = live.version.bound if live else None
    for name in sorted(wanted.secrets):
        if bound and name in bound.variables:
            yield Change(Kind.SECRET, name, Act.CHANGE, note="readable by anybody until now")
        elif not bound or name not in bound.secrets:
            yield Change(Kind.SECRET, name, Act.ADD)


def _bindings(worker: Worker, live: Live | None) -> Iterator[Change]:
    yield from _compared(Kind.BINDING, live.version.classes if live else {}, worker.bindings)


def _compared(kind: Kind, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in (*after, *sorted(set(before) - set(after))):
        old, new = before.get(name), after.get(name)
        if old != new:
            act = Act.ADD if old is None else Act.REMOVE if new is None else Act.CHANGE
            yield Change(kind, name, act, old, new)


def _addresses(worker: Worker, now: Addresses, *, new: bool) -> Iterator[Change]:
    on = False if new else now.workers_dev
    if on is not None and on != worker.workers_dev:
        act = Act.ADD if worker.workers_dev else Act.REMOVE
        yield Change(Kind.ADDRESS, _WORKERS_DEV, act)
    for custom, owners in ((True, now.domains), (False, now.routes)):
        wanted = [it.pattern for it in worker.routes if it.custom_domain is custom]
        for name in wanted:
            owner = owners.get(name)
            if owner and owner != worker.name:
                note = f"belongs to the Worker {owner} now"
                yield Change(Kind.ADDRESS, name, Act.CHANGE, owner, worker.name, note)
            elif not owner:
                yield Change(Kind.ADDRESS, name, Act.ADD, None, worker.name)
        # wrangler replaces the list, unless wrangler.toml has none (4.156, `publishRoutes`).
        own = [name for name, owner in owners.items() if owner == worker.name]
        for name in sorted(set(own) - set(wanted)) if wanted else ():
            yield Change(Kind.ADDRESS, name, Act.REMOVE, worker.name)


def _taken(worker: Worker, now: Addresses) -> Iterator[str]:
    for route in worker.routes:
        # Of routes, wrangler takes none away: the checks before a plan refuse them.
        owner = now.domains.get(route.pattern) if route.custom_domain else None
        if owner and owner != worker.name:
            yield route.pattern


def _compatibility(worker: Worker, live: Live | None) -> Iterator[Change]:
    act = Act.CHANGE if live else Act.ADD
    date = live.version.compatibility_date if live else ""
    if worker.compatibility_date and worker.compatibility_date != date:
        yield Change(Kind.COMPATIBILITY, _DATE, act, date or None, worker.compatibility_date)
    flags = set(live.version.compatibility_flags) if live else set()
    if flags != set(worker.compatibility_flags):
        after: list[JsonValue] = [*sorted(worker.compatibility_flags)]
        yield Change(Kind.COMPATIBILITY, _FLAGS, act, [*sorted(flags)], after)


def _drift(changes: Collection[Change], live: Live) -> tuple[Change, ...]:
    """The changes that undo what somebody did by hand, and what it was when it was deployed."""
    base = live.deployed
    if base is None:
        undone = (Kind.CODE, Kind.VARIABLE, Kind.BINDING, Kind.COMPATIBILITY)
        note = f"made by hand ({live.version.source or 'unknown'}), and never deployed"
        return tuple(
            replace(it, note=note) for it in changes if it.kind in undone and it.act is not Act.ADD
        )
    found = (_by_hand(change, base, live.version) for change in changes)
    return tuple(change for change in found if change)


def _by_hand(change: Change, base: Version, now: Version) -> Change | None:
    deployed, edited = _part(change, base), _part(change, now)
    if same(deployed, edited):
        return None
    if change.kind in (Kind.CODE, Kind.SECRET):  # no value of what is to be secret is told
        note = "was edited since it was deployed"
    elif deployed is None:
        note = "was added since the deploy"
    else:
        note = f"was deployed as {_short(deployed)}, and edited since"
    return replace(change, note=note)


def _short(value: object) -> str:
    told = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def _part(change: Change, version: Version) -> object:
    """What of `version` the change is about; None for what it does not have, or can't be drift."""
    match change.kind, change.name:
        case Kind.CODE, _:
            return version.etag
        case Kind.VARIABLE | Kind.SECRET, name:
            return version.bound.variables.get(name)
        case Kind.BINDING, name:
            return version.classes.get(name)
        case Kind.COMPATIBILITY, name:
            flags = sorted(version.compatibility_flags)
            return flags if name == _FLAGS else version.compatibility_date
        case _:
            return None
