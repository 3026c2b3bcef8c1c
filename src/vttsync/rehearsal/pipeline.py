"""Everything from nothing to a proven deploy, on this machine: the real wrangler, the real workerd.

scaffold → npm packages → stand-in → deploy → verify → a rotated key → back → verify again
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_cache_path

from vttsync import web
from vttsync.broadcast.actions import Role
from vttsync.broadcast.judge.verdict import Verdict
from vttsync.broadcast.proof import read_plan, verify
from vttsync.broadcast.replay.room import Observe, Room
from vttsync.broadcast.replay.ticket import mint
from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired, declared_secrets
from vttsync.deploy.execute.rollback import roll_back
from vttsync.deploy.execute.run import deploy
from vttsync.deploy.plan.model import Plan
from vttsync.deploy.plan.now import read_now
from vttsync.deploy.receipt import Receipt
from vttsync.errors import Exit, VttsyncError
from vttsync.node import packages
from vttsync.node.bundle import Code
from vttsync.node.runtime import find_node
from vttsync.progress import Stages, Step
from vttsync.project.folder import Project, open_project
from vttsync.project.fresh import fresh_project
from vttsync.project.install import Answers
from vttsync.project.secrets import PUBLISH_KEY, ROOM_KEYS, TICKET_KEY, Secrets
from vttsync.project.sources import Sources
from vttsync.project.templates import first_script
from vttsync.project.wrangler_toml import Worker
from vttsync.rehearsal.standin import ACCOUNT_ID, StandIn
from vttsync.sessions import fresh_session
from vttsync.temporary import temporary_folder

Watch = Callable[[Step], Observe]
_NAME = "vttsync-rehearsal"


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal that ran to its end.

    Attributes:
        receipt: the first deploy, live again after the rollback.
        rotated: the deploy with the rotated key.
        verdicts: of the first deploy, and after the rollback.
        calls: how many calls the stand-in answered.
    """

    receipt: Receipt
    rotated: Receipt
    verdicts: tuple[Verdict, Verdict]
    calls: int


class NotProvedError(VttsyncError):
    """The rehearsed room does not do what the script expects of it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(
            "The rehearsed room does not pass its broadcast script.",
            why=verdict.summary + ".",
            fix="The first difference, above, says where to look.",
            exit_code=Exit.VERIFY_FAILED,
        )
        self.verdict = verdict


@dataclass(frozen=True)
class Stand:
    """A rehearsal under way: project, script, what is deployed, the account on this machine."""

    project: Project
    script: Path
    want: Desired
    standin: StandIn


@dataclass(frozen=True)
class WaysIn:
    """How to reach a kept room.

    Attributes:
        gm: a websocket address with a ticket, likewise `player`.
        publish: where an app server posts to.
        variables: the keys, by the environment variables that verify-broadcast reads.
    """

    url: str
    health: str
    gm: str
    player: str
    publish: str
    variables: dict[str, str]


@contextmanager
def set_up(folder: Path | None, env: str, script: Path | None, stage: Stages) -> Iterator[Stand]:
    """Open an account on this machine for the project in `folder`, or for a fresh one.

    All that the rehearsal keeps lies in a temporary folder, gone at the end; of the user's
    project only `node_modules` may be new, and the packages of fresh projects stay in the
    user's cache folder.

    Raises:
        VttsyncError: exit 3 (project, script), 5 and 6 (Node, npm).
    """
    with temporary_folder("vttsync-rehearsal-") as temporary:
        if folder:
            project = open_project(folder)
        else:
            project = fresh_project(temporary / "table", Answers(_NAME, "", "party"), stage)
        # The user's own notes on real deploys are not touched.
        project = replace(project, state=temporary / "notes")
        worker = project.worker(env)
        path = script or project.script_of(env) or first_script()
        read_plan(path)  # a mistake in it is told before anything is installed or deployed
        shared = None if folder else user_cache_path("vttsync")
        packages.ensure(find_node(), project.party, stage, shared=shared)
        with (
            _swept(project.party),
            StandIn(
                temporary / "account",
                workerd=lambda: packages.workerd_binary(project.party),
                account_id=worker.account_id or ACCOUNT_ID,
            ) as standin,
        ):
            yield Stand(project, path, _desired(project, worker, env, standin), standin)


@contextmanager
def _swept(party: Path) -> Iterator[None]:
    """Remove the empty folders that wrangler leaves; it has no setting for where they are."""
    try:
        yield
    finally:
        for folder in (party / ".wrangler" / "tmp", party / ".wrangler"):
            with suppress(OSError):  # not empty: somebody else's
                folder.rmdir()


def _desired(project: Project, worker: Worker, env: str, standin: StandIn) -> Desired:
    """What to deploy; nothing of it comes from the user's environment."""
    names = (*declared_secrets(project, env, worker), *ROOM_KEYS)
    return Desired(
        env=env,
        worker=worker,
        account_id=standin.account_id,
        account_origin="the rehearsal",
        token=read_token(standin.token),
        token_origin="the rehearsal",  # noqa: S106  (no password)
        api_base_url=standin.api_url,
        secrets=_new_keys(names),
        url="",
    )


def rehearse(stand: Stand, stage: Stages, watch: Watch) -> Rehearsed:
    """Deploy, prove, rotate a key, go back, prove again.

    `watch` turns a stage under way into a listener for the replay's progress.

    Raises:
        VttsyncError: whatever a real deploy would raise; exit 7, when wrangler asked for
            something that the stand-in does not know.
    """
    project, want = stand.project, stand.want
    first = deploy(project, want, stage, plan=_plan(want)).receipt
    with stage("boot") as step:
        boot = stand.standin.running(want.worker.name)
        step.update(f"workerd listened after {boot.seconds:.2f} s" if boot else "")
    before = _prove(stand, first, "verify broadcast", stage, watch)
    fresh = _new_keys([PUBLISH_KEY])
    turned = replace(want, secrets=Secrets({**want.secrets.values, **fresh.values}))
    rotated = deploy(project, turned, _named("rotate", stage), plan=_plan(turned)).receipt
    _check_keys(rotated.url, old=want.secrets[PUBLISH_KEY], new=turned.secrets[PUBLISH_KEY])
    # The key that was rotated is back, too: that is what is shown.
    roll_back(project, want, first, stage, over_secrets=True)
    _check_keys(first.url, old=turned.secrets[PUBLISH_KEY], new=want.secrets[PUBLISH_KEY])
    after = _prove(stand, first, "verify again", stage, watch)
    _check_routes(stand.standin)
    return Rehearsed(first, rotated, (before, after), len(stand.standin.calls()))


def _plan(want: Desired) -> Plan:
    """Only what is live: there is nothing else to compare here, and nothing to lose."""
    now = read_now(want)
    return Plan(want.env, want.worker.name, want.account_id, Code("", 0, 0), now, ())


def room_of(stand: Stand, url: str) -> Room:
    """A fresh room on the rehearsed Worker."""
    return Room(url, *stand.want.secrets.room_keys())


def _prove(stand: Stand, receipt: Receipt, name: str, stage: Stages, watch: Watch) -> Verdict:
    with stage(name) as step:
        verdict = verify(
            room_of(stand, receipt.url),
            stand.script,
            expected_version=receipt.version_id,
            observe=watch(step),
        )
        step.update(verdict.summary)
        if not verdict.passed:
            raise NotProvedError(verdict)
    return verdict


def _named(prefix: str, stage: Stages) -> Stages:
    return lambda name: stage(f"{prefix}: {name}")


def _new_keys(names: Iterable[str]) -> Secrets:
    return Secrets({name: secrets.token_urlsafe(32) for name in names})


def _check_keys(url: str, *, old: str, new: str) -> None:
    """See that the room takes the new publish key and no longer the old one."""
    answers = []
    for key in (old, new):
        with web.reaching("The rehearsed room", url), web.client(url) as client:
            path = f"/parties/session/{fresh_session()}/health"
            answers.append(client.get(path, headers={"authorization": f"Bearer {key}"}).status_code)
    if answers != [401, 200]:
        raise VttsyncError(
            "The rehearsed room does not follow its secrets.",
            why=f"It answered {answers[0]} to the key that was replaced and {answers[1]} to the "
            "key in force; 401 and 200 were expected.",
            fix="Look at how src/index.ts checks the publish key.",
            exit_code=Exit.VERIFY_FAILED,
        )


def _check_routes(standin: StandIn) -> None:
    unknown = standin.unknown_routes()
    if unknown:
        raise VttsyncError(
            "The rehearsal proves nothing: wrangler asked for what the stand-in does not know.",
            why=f"Unknown: {', '.join(dict.fromkeys(unknown))}.",
            fix="wrangler.toml may use something that can't be rehearsed (`vttsync help "
            "rehearsal`), or wrangler is another version than the pinned one.",
            exit_code=Exit.DEPLOY_FAILED,
        )


def ways_in(stand: Stand, url: str) -> WaysIn:
    """Tell how to reach a kept room."""
    keys, session = stand.want.secrets, "my-session"
    path = f"/parties/session/{session}"
    sources = Sources(stand.project.config.secrets, {})

    def ticketed(role: Role) -> str:
        ticket = mint(keys[TICKET_KEY], session=session, role=role, user=role)
        return f"{url.replace('http://', 'ws://')}{path}?ticket={ticket}"

    return WaysIn(
        url=url,
        health=f"{url}/health",
        gm=ticketed("gm"),
        player=ticketed("player"),
        publish=f"{url}{path}/publish",
        variables={sources.variable(name): keys[name] for name in ROOM_KEYS},
    )
