"""Routes about a Worker as a whole: upload, services, settings, workers.dev, deletion."""

from __future__ import annotations

import uuid
from dataclasses import replace

from pydantic import BaseModel

from vttsync.rehearsal.api.answers import Answer, paged, refusal
from vttsync.rehearsal.api.desk import Account, Ask, Handler, Terms, url_of
from vttsync.rehearsal.api.migrations import Classes
from vttsync.rehearsal.api.upload import accept
from vttsync.rehearsal.api.zone_routes import custom_domains
from vttsync.rehearsal.model import Deployment, Worker, now


class _ScriptSettings(BaseModel):
    tags: list[str] | None = None


class _Subdomain(BaseModel):
    enabled: bool
    previews_enabled: bool | None = None


def _put_script(account: Account, ask: Ask) -> Answer:
    worker = account.store.find(ask.name)
    strict = ask.query.get("bindings_inherit") == "strict"
    accepted = accept(worker, ask.parts, strict=strict)
    _check_terms(account.terms, accepted.classes)
    account.store.put_modules(ask.name, accepted.version.etag, accepted.files)
    version = account.run(ask.name, accepted.version)
    deployment = Deployment(
        id=str(uuid.uuid4()),
        version_id=version.id,
        created_on=now(),
        trigger="upload",
        message=version.annotations.get("workers/message", ""),
    )
    worker = worker or Worker(ask.name, uuid.uuid4().hex, now(), {}, None, (), ())
    worker = replace(
        worker,
        classes=dict(accepted.classes.by_name),
        migration_tag=accepted.classes.tag,
        versions=(*worker.versions, version),
        deployments=(deployment, *worker.deployments),
    )
    account.store.put(worker)
    # Unlike everywhere else, this route writes the version id without its hyphens.
    shown = {"deployment_id": version.id.replace("-", ""), "entry_point": version.main_module}
    return Answer({**_script(worker), "startup_time_ms": version.startup_time_ms, **shown})


def _check_terms(terms: Terms, classes: Classes) -> None:
    """What an account must have, and what its plan takes; the texts stand in for Cloudflare's."""
    if terms.subdomain is None:
        raise refusal(400, 10063, "You need a workers.dev subdomain in order to proceed.")
    if terms.free and not all(entry.sqlite for entry in classes.by_name.values()):
        text = (
            "In order to use Durable Objects with a free plan, you must create a namespace using "
            "a `new_sqlite_classes` migration."
        )
        raise refusal(400, 10097, text)


def _script(worker: Worker) -> dict[str, object]:
    return {
        "id": worker.name,
        "tag": worker.tag,
        "tags": list(worker.tags),
        "etag": worker.latest.etag,
        "handlers": ["fetch"],
        "created_on": worker.created_on,
        "modified_on": worker.latest.created_on,
        "migration_tag": worker.migration_tag,
        "usage_model": "standard",
        "last_deployed_from": "wrangler",
        "has_modules": True,
        "has_assets": False,
    }


def _scripts(account: Account, ask: Ask) -> Answer:
    return paged([_script(worker) for worker in account.store.workers()], ask.query)


def _service_worker(account: Account, name: str) -> Worker:
    worker = account.store.find(name)
    if worker is None:
        raise refusal(404, 10090, "workers.api.error.service_not_found")
    return worker


def _service(account: Account, ask: Ask) -> Answer:
    worker = _service_worker(account, ask.name)
    environment = {
        "environment": "production",
        "created_on": worker.created_on,
        "modified_on": worker.latest.created_on,
        "script": _script(worker),
    }
    return Answer({"id": worker.name, "default_environment": environment})


def _delete(account: Account, ask: Ask) -> Answer:
    worker = _service_worker(account, ask.name)
    account.edge.remove(worker.name)
    account.store.drop(worker.name)
    return Answer()


def _references(account: Account, ask: Ask) -> Answer:
    account.store.get(ask.name)
    return Answer({"services": {"incoming": [], "outgoing": []}})


def _nobody(_account: Account, _ask: Ask) -> Answer:
    return Answer([])


def _settings(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    version = worker.latest
    settings = {
        "bindings": [binding.public() for binding in version.bindings],
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
        "tags": list(worker.tags),
        "usage_model": "standard",
    }
    return Answer(settings)


def _script_settings(account: Account, ask: Ask) -> Answer:
    worker, wanted = account.store.get(ask.name), ask.read(_ScriptSettings)
    if wanted.tags is not None:
        worker = replace(worker, tags=tuple(wanted.tags))
        account.store.put(worker)
    return Answer({"tags": list(worker.tags), "logpush": False})


def _subdomain_of(worker: Worker) -> dict[str, object]:
    return {"enabled": worker.on_workers_dev, "previews_enabled": worker.previews}


def _get_subdomain(account: Account, ask: Ask) -> Answer:
    return Answer(_subdomain_of(account.store.get(ask.name)))


def _set_subdomain(account: Account, ask: Ask) -> Answer:
    worker, wanted = account.store.get(ask.name), ask.read(_Subdomain)
    previews = wanted.enabled if wanted.previews_enabled is None else wanted.previews_enabled
    worker = replace(worker, on_workers_dev=wanted.enabled, previews=previews)
    account.store.put(worker)
    return Answer(_subdomain_of(worker))


def _references_of(account: Account, worker: Worker) -> dict[str, object]:
    domains = [domain for domain in custom_domains(account) if domain["service"] == worker.name]
    return {
        "dispatch_namespace_outbounds": [],
        "domains": [
            {
                "id": domain["id"],
                "certificate_id": domain["cert_id"],
                "hostname": domain["hostname"],
                "zone_id": domain["zone_id"],
                "zone_name": domain["zone_name"],
            }
            for domain in domains
        ],
        "durable_objects": [],
        "queues": [],
        "workers": [],
    }


def _worker(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    return Answer(
        {
            "id": worker.tag,
            "name": worker.name,
            "tags": list(worker.tags),
            "created_on": worker.created_on,
            "updated_on": worker.latest.created_on,
            "subdomain": {**_subdomain_of(worker), **url_of(account, worker)},
            "logpush": False,
            "observability": {"enabled": False},
            "references": _references_of(account, worker),
            "tail_consumers": [],
        }
    )


_W = "/accounts/{account}/workers"
_S = f"{_W}/scripts/{{name}}"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", f"{_W}/scripts", _scripts),
    ("PUT", _S, _put_script),
    ("GET", f"{_W}/services/{{name}}", _service),
    ("DELETE", f"{_W}/services/{{name}}", _delete),
    ("GET", f"{_S}/references", _references),
    ("GET", f"{_W}/tails/by-consumer/{{name}}", _nobody),
    ("GET", f"{_S}/settings", _settings),
    ("PATCH", f"{_S}/script-settings", _script_settings),
    ("GET", f"{_S}/subdomain", _get_subdomain),
    ("POST", f"{_S}/subdomain", _set_subdomain),
    ("GET", f"{_W}/workers/{{name}}", _worker),
]
