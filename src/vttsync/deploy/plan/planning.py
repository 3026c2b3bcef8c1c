"""A plan made: the code bundled while Cloudflare is asked what is live."""

from __future__ import annotations

from functools import partial

from vttsync.background import Started
from vttsync.deploy.desired import Desired
from vttsync.deploy.examine import Ready
from vttsync.deploy.plan.making import Wanted, make_plan
from vttsync.deploy.plan.model import Code, Plan
from vttsync.deploy.plan.reading import Read, read_account
from vttsync.node import packages
from vttsync.node.bundle import weigh
from vttsync.project.folder import Project
from vttsync.redaction import confide_what_looks_secret


def plan_deploy(project: Project, want: Desired, ready: Ready, code: Code | None = None) -> Plan:
    """Compare what a deploy of `want` would bring with what is live; changes nothing.

    Args:
        project: whose code is bundled, with its packages, which are installed where missing.
        want: what should be live.
        ready: what the checks before found.
        code: as `node.bundle.weigh` tells it, when that was done before.

    Raises:
        VttsyncError: exit 3 (the code does not bundle, lockfile), 4 (the token may not know), 5
            (npm missing, disk) or 6 (Cloudflare or a registry not reached).
    """
    reading = Started(partial(read_account, want))
    if code is None:
        if not packages.is_installed(project.party):
            packages.install(ready.node, project.party)
        code = weigh(ready.node, project.party, want.env)
    wanted = Wanted(want.env, want.account_id, want.worker, tuple(want.secrets.values), code)
    read = reading.result()
    keep_quiet(wanted, read)
    return make_plan(wanted, read)


def keep_quiet(wanted: Wanted, read: Read) -> None:
    """Hide what looks like a secret among the variables that wrangler.toml doesn't have."""
    versions = [read.live.version, read.live.deployed] if read.live else []
    known = [str(value) for value in wanted.worker.variables.values()]
    for version in filter(None, versions):
        for value in map(str, version.bound.variables.values()):
            if value not in known:
                confide_what_looks_secret(value)
