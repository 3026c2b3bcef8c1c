"""A plan kept in a file, to be looked at by somebody and applied as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from vttsync import __version__, validation
from vttsync.deploy.desired import Desired
from vttsync.deploy.plan.model import Plan
from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import redact

FORMAT = 1
_PLAN = TypeAdapter(Plan)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1]
    vttsync: str
    plan: Plan


def encoded(plan: Plan) -> dict[str, Any]:
    """A plan as JSON has it; what was given in confidence is hidden, should it be in there."""
    hidden = redact(json.dumps(_PLAN.dump_python(plan, mode="json")))
    found: dict[str, Any] = json.loads(hidden)
    return found


def write_plan(path: Path, plan: Plan) -> None:
    """Keep `plan` in `path`, replacing the file as a whole.

    Raises:
        VttsyncError: exit 5, when it can't be written.
    """
    kept = {"format": FORMAT, "vttsync": __version__, "plan": encoded(plan)}
    fresh = path.with_name(f"{path.name}.new")
    with _telling(path, "written"):
        try:
            fresh.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def read_plan(path: Path) -> Plan:
    """Read what `write_plan` wrote.

    Raises:
        VttsyncError: exit 3, when it is no plan, or one of another version; 5, when it can't be
            read.
    """
    with _telling(path, "read"):
        content = path.read_bytes()
    try:
        found = json.loads(content)
    except ValueError as error:
        raise _unfit(path, "It is not JSON.") from error
    if isinstance(found, dict) and found.get("format") != FORMAT:
        told = f"version {found.get('vttsync')}" if found.get("vttsync") else "something else"
        raise _unfit(path, f"It was written by {told}; this vttsync reads format {FORMAT}.")
    try:
        return _File.model_validate(found).plan
    except ValidationError as error:
        _path, told = validation.problems(error)[0]
        raise _unfit(path, f"It was cut off, or changed by hand: {told}") from None


def check_belongs(path: Path, plan: Plan, want: Desired) -> None:
    """See that the plan of `path` is one for what `want` is about.

    Raises:
        VttsyncError: exit 2, when it is about another environment, Worker or account.
    """
    theirs = {
        "environment": (plan.env, want.env),
        "Worker": (plan.worker, want.worker.name),
        "account": (plan.account_id, want.account_id),
    }
    told = [f"its {name} is {of}, not {to}" for name, (of, to) in theirs.items() if of != to]
    if told:
        raise VttsyncError(
            f"{path} is a plan for something else.",
            why=f"{'; '.join(told).capitalize()}.",
            fix="Name the plan that was made here with `vttsync deploy --plan-out FILE`, with the "
            "same --env.",
            exit_code=Exit.USAGE,
        )


def check_holds(path: Path, saved: Plan, fresh: Plan) -> None:
    """See that a deploy would still do exactly what the plan of `path` says.

    Raises:
        VttsyncError: exit 9, when what is live has moved since, or the project has changed.
    """
    if (saved.now and saved.now.deployment_id) != (fresh.now and fresh.now.deployment_id):
        raise _outdated(path, "What is live has moved since the plan was made.", _moved(fresh))
    was, now = encoded(saved), encoded(fresh)
    if was["code"] != now["code"]:
        told = (
            f"The plan has {was['code']['sha256'][:12]}, this folder {now['code']['sha256'][:12]}."
        )
        raise _outdated(path, "The code is not the one that was planned.", told)
    keys = ("changes", "drift", "loses", "takes", "update_mode")
    parts = [key for key in keys if was[key] != now[key]]
    if parts:
        names = {str(it["name"]) for key in parts[:1] for it in _unlike(was[key], now[key])}
        told = f"Other {' and '.join(parts)} now: {', '.join(sorted(names))}."
        raise _outdated(path, "A deploy would not do what was planned.", told)


def _unlike(was: Any, now: Any) -> list[dict[str, Any]]:  # noqa: ANN401  (any JSON)
    if not isinstance(was, list):
        return [{"name": f"{was} → {now}"}]
    found = [it for it in (*was, *now) if not (it in was and it in now)]
    return [it if isinstance(it, dict) else {"name": it} for it in found]


def _moved(fresh: Plan) -> str:
    now = fresh.now
    if now is None:
        return "Nothing is live any more."
    by = " by ".join(part for part in (now.source, now.author) if part)
    return f"Version {now.version_id} is, since {now.created_on}" + (f", from {by}." if by else ".")


def _outdated(path: Path, what: str, why: str) -> VttsyncError:
    return VttsyncError(
        f"{what} Nothing was deployed.",
        why=why,
        fix=f"Make a new plan (`--plan-out {path}`), look at it, and apply that.",
        exit_code=Exit.DECISION_NEEDED,
    )


def _unfit(path: Path, why: str) -> VttsyncError:
    return VttsyncError(
        f"{path} is no plan that can be applied.",
        why=why,
        fix="Make it again with `vttsync deploy --plan-out FILE`.",
        exit_code=Exit.CONFIG,
    )


@contextmanager
def _telling(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VttsyncError(
            f"The plan {path} can't be {done}.",
            why=f"{error.strerror or error}. Nothing was deployed.",
            fix="Check the folder, its permissions and the space left, then try again.",
            exit_code=Exit.MISSING,
        ) from error
