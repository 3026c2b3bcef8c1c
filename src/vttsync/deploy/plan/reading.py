"""What is live, as Cloudflare tells it, in the form that a plan is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vttsync.cloudflare.api import Answer, CloudflareApi, Question, untold
from vttsync.cloudflare.bindings import Bound, bound_of
from vttsync.cloudflare.judge import live_version
from vttsync.cloudflare.preflight import ask_all
from vttsync.cloudflare.questions import Answers, Asked, host_of, suffixes
from vttsync.deploy.desired import Desired
from vttsync.deploy.plan.model import Now
from vttsync.deploy.plan.now import now_of
from vttsync.errors import VttsyncError

_TAG = "vttsync-"  # how the tag of each deploy by vttsync begins
# Where versions come from that nobody deployed (Cloudflare's schema of a version's metadata), and
# what set off those that somebody did (wrangler 4.156; a dashboard's editor uploads, too).
_BY_HAND = ("dash", "dash_template", "quick_editor", "playground")
_UPLOADED = ("upload", "version_upload")
_VERSIONS = "100"  # that far back a rollback goes, too


@dataclass(frozen=True)
class Version:
    """One version, as far as a plan compares it.

    Attributes:
        source: "wrangler", "dash", "api" …
        etag: Cloudflare's hash of the code; not that of vttsync's.
        classes: the Durable Object class of each binding, those of other Workers left out.
    """

    id: str
    source: str
    bound: Bound
    etag: str
    classes: Mapping[str, str]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    message: str = ""


@dataclass(frozen=True)
class Addresses:
    """Where Workers answer, as far as it was asked: only what a deploy would set.

    Attributes:
        workers_dev: whether this Worker answers there; None where that isn't known.
        domains: the Worker that each custom domain of the account leads to.
        routes: likewise of each pattern, in the zones that the token sees.
    """

    workers_dev: bool | None = None
    domains: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Live:
    """What serves a Worker now.

    Attributes:
        deployed: the newest version that a deploy made, up to the live one: what differs from it
            was changed by hand. None when none is among the last 100.
        migration_tag: of the last migration that Cloudflare has applied.
    """

    now: Now
    version: Version
    deployed: Version | None
    migration_tag: str | None


@dataclass(frozen=True)
class Read:
    """All that a plan needs to know; `live` is None for a new Worker."""

    live: Live | None
    addresses: Addresses


def read_account(want: Desired) -> Read:
    """Ask Cloudflare about the Worker of `want`, and about its addresses.

    Raises:
        VttsyncError: exit 4, when the token may not know; exit 6, not reached.
    """
    with CloudflareApi(want.api_base_url, want.token) as api:
        answers = ask_all(api, _questions(want))
        silent = next((it for it in answers.values() if isinstance(it, VttsyncError)), None)
        if silent:
            raise silent
        live, deployed = _newest(want, answers)
        ids = dict.fromkeys(filter(None, (live, deployed)))
        more = {f"version {it}": Question(f"{_script(want)}/versions/{it}") for it in ids}
        more |= {f"routes {it}": Question(f"/zones/{it}/workers/routes") for it in _zones(answers)}
        answers |= ask_all(api, more)
    return Read(_live(want, answers, live, deployed), _addresses(answers))


def _script(want: Desired) -> str:
    return f"/accounts/{want.account_id}/workers/scripts/{want.worker.name}"


def _questions(want: Desired) -> dict[str, Question]:
    account = f"/accounts/{want.account_id}"
    asked = {
        "deployments": Question(f"{_script(want)}/deployments"),
        "versions": Question(f"{_script(want)}/versions", {"per_page": _VERSIONS}),
        "service": Question(f"{account}/workers/services/{want.worker.name}"),
        "subdomain": Question(f"{_script(want)}/subdomain"),
    }
    if any(route.custom_domain for route in want.worker.routes):
        asked["domains"] = Question(f"{account}/workers/domains")
    hosts = {host_of(it.pattern) for it in want.worker.routes if not it.custom_domain}
    for name in sorted({suffix for host in hosts for suffix in suffixes(host)}):
        asked[f"zone {name}"] = Question("/zones", {"name": name, "account.id": want.account_id})
    return asked


def _newest(want: Desired, answers: Answers) -> tuple[str, str]:
    """The ids of the live version, and of the newest that a deploy made; "" for none."""
    deployments = answers["deployments"]
    live = live_version(deployments)
    if live is None:
        if isinstance(deployments, Answer) and _absent(deployments):
            return "", ""
        raise _untold(want, deployments)
    if not _fields(answers["versions"]):
        raise _untold(want, answers["versions"])
    found = _fields(answers["versions"]).get("items") or []
    ids = [str(it.get("id")) for it in found]
    older = found[ids.index(live) :] if live in ids else []
    return live, next((str(it["id"]) for it in older if by_deploy(it)), "")


def _absent(answer: Answer) -> bool:
    return answer.names_no_worker or (
        answer.status == 200 and not answer.fields().get("deployments")
    )


def by_deploy(version: Mapping[str, Any]) -> bool:
    """Whether a deploy made the version, by what Cloudflare's list says of it."""
    notes = version.get("annotations") or {}
    source = (version.get("metadata") or {}).get("source")
    if str(notes.get("workers/tag", "")).startswith(_TAG):
        return True
    return source not in _BY_HAND and notes.get("workers/triggered_by") in _UPLOADED


def _live(want: Desired, answers: Answers, live: str, deployed: str) -> Live | None:
    if not live:
        return None
    return Live(
        now=now_of(
            _fields(answers["deployments"])["deployments"][0],
            live,
            _fields(answers[f"version {live}"]),
        ),
        version=_version(want, answers[f"version {live}"]),
        deployed=_version(want, answers[f"version {deployed}"]) if deployed else None,
        migration_tag=_migration_tag(answers["service"]),
    )


def _version(want: Desired, answer: Asked) -> Version:
    told = _fields(answer)
    if not told:
        raise _untold(want, answer)
    resources = told.get("resources") or {}
    runtime = resources.get("script_runtime") or {}
    bindings = resources.get("bindings") or []
    return Version(
        id=str(told.get("id", "")),
        source=str((told.get("metadata") or {}).get("source") or ""),
        bound=bound_of(bindings),
        etag=str((resources.get("script") or {}).get("etag", "")),
        classes={
            str(it["name"]): str(it.get("class_name", ""))
            for it in bindings
            if it.get("type") == "durable_object_namespace" and _own(want, it)
        },
        compatibility_date=str(runtime.get("compatibility_date") or ""),
        compatibility_flags=tuple(runtime.get("compatibility_flags") or ()),
        message=str((told.get("annotations") or {}).get("workers/message", "")),
    )


def _own(want: Desired, binding: Mapping[str, Any]) -> bool:
    return binding.get("script_name") in (None, "", want.worker.name)


def _migration_tag(service: Asked) -> str | None:
    script = (_fields(service).get("default_environment") or {}).get("script") or {}
    tag = script.get("migration_tag")
    return tag if isinstance(tag, str) else None


def _zones(answers: Answers) -> Iterator[str]:
    """The zones' ids that hold the routes, the nearest ones."""
    for name, answer in answers.items():
        if name.startswith("zone ") and isinstance(answer, Answer):
            yield from (str(row["id"]) for row in answer.rows() if "id" in row)


def _addresses(answers: Answers) -> Addresses:
    enabled = _fields(answers["subdomain"]).get("enabled")
    routes: dict[str, str] = {}
    for name, answer in answers.items():
        if name.startswith("routes ") and isinstance(answer, Answer):
            routes |= {str(it.get("pattern")): str(it.get("script") or "") for it in answer.rows()}
    domains = answers.get("domains")
    rows = domains.rows() if isinstance(domains, Answer) else []
    owners = {str(it.get("hostname")): str(it.get("service") or "") for it in rows}
    return Addresses(enabled if isinstance(enabled, bool) else None, owners, routes)


def _fields(answer: Asked | None) -> Mapping[str, Any]:
    return answer.fields() if isinstance(answer, Answer) else {}


def _untold(want: Desired, answer: Asked) -> VttsyncError:
    if isinstance(answer, VttsyncError):
        return answer
    return untold(f"what is live of {want.worker.name}", answer)
