"""What a deploy would trip over in wrangler.toml, judged before it is tried."""

from __future__ import annotations

from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, failed, ok, warning
from vttsync.project.wrangler_toml import FILE_NAME, Worker

CHECK = "wrangler.toml"


def lint(worker: Worker, env: str) -> list[Finding]:
    """Judge what wrangler.toml says of one environment."""
    never = sorted(set(worker.bound) - set(worker.created))
    if never:
        error = VttsyncError(
            f"{FILE_NAME} binds {', '.join(never)}, and no migration creates it.",
            why="Cloudflare refuses a Durable Object class without one (error 10061).",
            fix=f'Add a [[migrations]] table with a new tag and new_sqlite_classes = ["{never[0]}"]'
            " at the end of the list.",
            exit_code=Exit.CONFIG,
        )
        return [failed(CHECK, error)]
    if len(set(worker.tags)) < len(worker.tags):
        error = VttsyncError(
            f"{FILE_NAME} uses a migration tag twice.",
            why=f"The tags are {', '.join(worker.tags)}; Cloudflare remembers the last one "
            "applied, and can't tell these apart.",
            fix="Give the later one a tag of its own.",
            exit_code=Exit.CONFIG,
        )
        return [failed(CHECK, error)]
    outdated = sorted(name for name in worker.bound if not worker.created[name])
    if outdated:
        return [
            warning(
                CHECK,
                f"{FILE_NAME} creates {', '.join(outdated)} with new_classes.",
                why="The free plan and new accounts take only classes that store in SQLite "
                "(errors 10097 and 10099).",
                fix="Where it was never deployed, let new_sqlite_classes create it.",
                exit_code=Exit.CONFIG,
            )
        ]
    at = "workers.dev" if worker.workers_dev else ""
    places = [place for place in (at, *(route.pattern for route in worker.routes)) if place]
    return [ok(CHECK, f"[env.{env}] is {worker.name}, at {', '.join(places) or 'no address'}")]
