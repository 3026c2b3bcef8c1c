"""Routes about a Worker's versions, its deployments, and the secrets that make new ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, JsonValue

from vttsync.rehearsal.api.answers import Answer, paged, refusal
from vttsync.rehearsal.api.desk import Account, Ask, Handler
from vttsync.rehearsal.api.upload import accept, said, with_bindings, with_secrets
from vttsync.rehearsal.model import SECRET, Deployment, Version, Worker, now

_AUTHOR = "rehearsal@vttsync.invalid"
# wrangler shows the newest ten; the list it is given is cut there too.
_SHOWN_DEPLOYMENTS = 10


class _Share(BaseModel):
    version_id: str
    percentage: float


class _NewDeployment(BaseModel):
    versions: list[_Share]
    annotations: dict[str, str | None] = {}


class _Secret(BaseModel):
    name: str
    text: str


class _SecretText(BaseModel):
    text: str


class _BulkSecrets(BaseModel):
    secrets: dict[str, _SecretText | None]


class _Settings(BaseModel):
    bindings: list[dict[str, JsonValue]]


class _LatestPatch(BaseModel):
    env: dict[str, _SecretText | None]
    annotations: dict[str, str | None] = {}


def _shown(version: Version) -> dict[str, object]:
    metadata = {
        "created_on": version.created_on,
        "modified_on": version.created_on,
        "source": "wrangler",
        "author_email": _AUTHOR,
        "hasPreview": False,
    }
    runtime = {
        "compatibility_date": version.compatibility_date,
        "compatibility_flags": list(version.compatibility_flags),
        "usage_model": "standard",
    }
    return {
        "id": version.id,
        "number": version.number,
        "metadata": metadata,
        "annotations": {"workers/triggered_by": version.trigger, **version.annotations},
        "resources": {
            "bindings": [binding.public() for binding in version.bindings],
            "script": {"etag": version.etag, "handlers": ["fetch"]},
            "script_runtime": runtime,
        },
        "startup_time_ms": version.startup_time_ms,
    }


def _post_version(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    strict = ask.query.get("bindings_inherit") == "strict"
    accepted = accept(worker, ask.parts, strict=strict)
    if accepted.classes.tag != worker.migration_tag:
        raise refusal(400, 10211, "Migrations are not allowed in a version upload")
    account.store.put_modules(ask.name, accepted.version.etag, accepted.files)
    version = account.check(ask.name, accepted.version)
    account.store.put(replace(worker, versions=(*worker.versions, version)))
    return Answer(_shown(version))


def _versions(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    newest_first = [_shown(version) for version in reversed(worker.versions)]
    return paged(newest_first, ask.query, under="items")


def _version(account: Account, ask: Ask) -> Answer:
    version = account.store.get(ask.name).version(ask.params["version"])
    if version is None:
        # The code stands in for one that no published source names.
        raise refusal(404, 10086, "Version not found")
    return Answer(_shown(version))


def _deployment(deployment: Deployment) -> dict[str, object]:
    annotations = {"workers/triggered_by": deployment.trigger}
    if deployment.message:
        annotations["workers/message"] = deployment.message
    return {
        "id": deployment.id,
        "source": "wrangler",
        "strategy": "percentage",
        "author_email": _AUTHOR,
        "created_on": deployment.created_on,
        "annotations": annotations,
        "versions": [{"version_id": deployment.version_id, "percentage": 100}],
    }


def _deployments(account: Account, ask: Ask) -> Answer:
    newest = account.store.get(ask.name).deployments[:_SHOWN_DEPLOYMENTS]
    return Answer({"deployments": [_deployment(deployment) for deployment in newest]})


def _post_deployment(account: Account, ask: Ask) -> Answer:
    worker, wanted = account.store.get(ask.name), ask.read(_NewDeployment)
    target = _target(worker, wanted)
    back = target.number < worker.live.number
    changed = sorted(_changed(worker.live.secrets, target.secrets))
    if back and changed and ask.query.get("force") != "true":
        text = (
            "The secrets have changed since this version was deployed. The following secrets "
            f"have changed: {', '.join(changed)}"
        )
        raise refusal(400, 10220, text)
    message = said(wanted.annotations).get("workers/message", "")
    trigger = "rollback" if back else "deployment"
    worker = _deployed(account, worker, target, trigger, message)
    return Answer(_deployment(worker.deployments[0]))


def _target(worker: Worker, wanted: _NewDeployment) -> Version:
    if len(wanted.versions) != 1 or wanted.versions[0].percentage != 100:
        text = "This stand-in deploys one version at 100 %; split deployments are not modelled"
        raise refusal(400, 10001, text)
    version = worker.version(wanted.versions[0].version_id)
    if version is None:
        raise refusal(400, 10001, "Invalid deployment: no such version")
    if set(version.classes) != set(worker.classes):
        # Cloudflare refuses this; with which code is not published.
        text = "The version was uploaded before the latest Durable Object migration"
        raise refusal(400, 10211, text)
    return version


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _deployed(
    account: Account, worker: Worker, version: Version, trigger: str, message: str = ""
) -> Worker:
    account.run(worker.name, version)
    deployment = Deployment(str(uuid.uuid4()), version.id, now(), trigger, message)
    worker = replace(worker, deployments=(deployment, *worker.deployments))
    account.store.put(worker)
    return worker


def _edit(account: Account, name: str, changes: Mapping[str, str | None]) -> Worker:
    worker = account.store.get(name)
    if worker.latest.id != worker.live.id:
        raise refusal(400, 10215, "The latest version of your Worker isn't currently deployed")
    version = with_secrets(worker, changes, "secret")
    grown = replace(worker, versions=(*worker.versions, version))
    return _deployed(account, grown, version, "secret")


def _secret_list(worker: Worker) -> list[object]:
    return [{"name": name, "type": SECRET} for name in worker.latest.secrets]


def _secrets(account: Account, ask: Ask) -> Answer:
    return Answer(_secret_list(account.store.get(ask.name)))


def _put_secret(account: Account, ask: Ask) -> Answer:
    secret = ask.read(_Secret)
    _edit(account, ask.name, {secret.name: secret.text})
    return Answer({"name": secret.name, "type": SECRET})


def _delete_secret(account: Account, ask: Ask) -> Answer:
    _edit(account, ask.name, {ask.params["secret"]: None})
    return Answer()


def _bulk_secrets(account: Account, ask: Ask) -> Answer:
    wanted = ask.read(_BulkSecrets).secrets
    changes = {name: secret.text if secret else None for name, secret in wanted.items()}
    return Answer(_secret_list(_edit(account, ask.name, changes)))


def _change_settings(account: Account, ask: Ask) -> Answer:
    """What the dashboard does when somebody edits variables there."""
    worker = account.store.get(ask.name)
    if worker.latest.id != worker.live.id:
        raise refusal(400, 10214, "The latest settings of your Worker aren't currently deployed")
    form = next((part.content for part in ask.parts if part.name == "settings"), b"{}")
    version = with_bindings(worker, _Settings.model_validate_json(form).bindings)
    grown = replace(worker, versions=(*worker.versions, version))
    _deployed(account, grown, version, "api")
    return Answer({"bindings": [binding.public() for binding in version.bindings]})


def _patch_latest(account: Account, ask: Ask) -> Answer:
    worker, wanted = account.store.get(ask.name), ask.read(_LatestPatch)
    changes = {name: secret.text if secret else None for name, secret in wanted.env.items()}
    version = with_secrets(worker, changes, "secret")
    version = replace(version, annotations=said(wanted.annotations))
    account.store.put(replace(worker, versions=(*worker.versions, version)))
    return Answer(_shown(version))


_W = "/accounts/{account}/workers"
_S = f"{_W}/scripts/{{name}}"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", f"{_S}/versions", _versions),
    ("POST", f"{_S}/versions", _post_version),
    ("GET", f"{_S}/versions/{{version}}", _version),
    ("GET", f"{_S}/deployments", _deployments),
    ("POST", f"{_S}/deployments", _post_deployment),
    ("GET", f"{_S}/secrets", _secrets),
    ("PUT", f"{_S}/secrets", _put_secret),
    ("DELETE", f"{_S}/secrets/{{secret}}", _delete_secret),
    ("PATCH", f"{_S}/secrets-bulk", _bulk_secrets),
    ("PATCH", f"{_S}/settings", _change_settings),
    ("PATCH", f"{_W}/workers/{{name}}/versions/latest", _patch_latest),
]
