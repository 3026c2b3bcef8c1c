"""Routes about the account's domains: zones, their DNS records and routes, custom domains."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, TypeAdapter

from vttsync.rehearsal.api.answers import Answer, paged, refusal
from vttsync.rehearsal.api.auth import Persona
from vttsync.rehearsal.api.desk import Account, Ask, Handler, Zone

_SINCE = "2026-01-01T00:00:00.000000Z"


def _zones(account: Account, ask: Ask) -> Answer:
    """The zones that the caller may see: none without rights to any, which is no refusal."""
    name = ask.query.get("name")
    seen = () if ask.caller.persona is Persona.WORKERS_ONLY else account.terms.zones
    found = [_shown(account, zone) for zone in seen if name in (None, zone.name)]
    return paged(found, ask.query)


def _shown(account: Account, zone: Zone) -> dict[str, object]:
    return {
        "id": zone.id,
        "name": zone.name,
        "status": zone.status,
        "paused": False,
        "type": "full",
        "development_mode": 0,
        "name_servers": ["a.ns.invalid", "b.ns.invalid"],
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "activated_on": _SINCE if zone.status == "active" else None,
        "created_on": _SINCE,
        "modified_on": _SINCE,
        "account": {"id": account.id, "name": "Rehearsal"},
        "owner": {"id": None, "name": None, "type": "user"},
        "plan": {"id": "0" * 32, "name": "Free Website", "price": 0, "currency": "USD"},
        "meta": {"step": 2, "page_rule_quota": 3, "phishing_detected": False},
    }


def _zone(account: Account, ask: Ask) -> Zone:
    for zone in account.terms.zones:
        if zone.id == ask.params["zone"]:
            return zone
    raise refusal(403, 10000, "Authentication error")


def _records(account: Account, ask: Ask) -> Answer:
    zone = _zone(account, ask)
    found: list[dict[str, object]] = [
        {
            "id": zone.id,
            "name": host,
            "type": kind,
            "content": content,
            "proxied": True,
            "proxiable": True,
            "ttl": 1,
            "created_on": _SINCE,
            "modified_on": _SINCE,
            "meta": {},
            "comment": None,
            "settings": {},
            "tags": [],
        }
        for host, (kind, content) in zone.records.items()
        if host == ask.query.get("name", host)
    ]
    return paged(found, ask.query)


class _Origin(BaseModel):
    hostname: str


class _Records(BaseModel):
    override_existing_origin: bool = False
    override_existing_dns_record: bool = False
    origins: list[_Origin]


class _Pattern(BaseModel):
    pattern: str


_ORIGINS = TypeAdapter(list[_Origin])
_PATTERNS = TypeAdapter(list[_Pattern])


def _routes(account: Account, ask: Ask) -> Answer:
    zone = _zone(account, ask)
    set_here = {pattern: it.name for it in account.store.workers() for pattern in it.patterns}
    inside = {it: name for it, name in set_here.items() if _zone_of(account, it) == zone}
    routes = enumerate({**zone.routes, **inside}.items())
    return Answer(
        [{"id": f"{at:032x}", "pattern": pattern, "script": name} for at, (pattern, name) in routes]
    )


def custom_domains(account: Account) -> list[dict[str, object]]:
    """The account's custom domains, as the API shows them."""
    zones = {zone.name: zone.id for zone in account.terms.zones}
    owners = _owners(account).items()
    return [
        {
            "id": f"{at:032x}",
            "hostname": host,
            "service": worker,
            "environment": "production",
            "cert_id": "00000000-0000-0000-0000-000000000000",
            "zone_id": zones.get(host.partition(".")[2], "0" * 32),
            "zone_name": host.partition(".")[2],
        }
        for at, (host, worker) in enumerate(owners)
    ]


def _domains(account: Account, ask: Ask) -> Answer:
    wanted = ask.query.get("hostname")
    return Answer([it for it in custom_domains(account) if wanted in (None, it["hostname"])])


def _owners(account: Account) -> dict[str, str]:
    set_here = {host: it.name for it in account.store.workers() for host in it.domains}
    return {**account.terms.hostnames, **set_here}


def _zone_of(account: Account, pattern: str) -> Zone | None:
    host = pattern.partition("/")[0].lstrip("*.")
    fitting = [it for it in account.terms.zones if f".{host}".endswith(f".{it.name}")]
    return max(fitting, key=lambda it: len(it.name), default=None)


def _changeset(account: Account, ask: Ask) -> Answer:
    """What setting custom domains would change: wrangler asks before it does."""
    account.store.get(ask.name)
    hosts = [it.hostname for it in _ORIGINS.validate_json(ask.body)]
    owners = _owners(account)
    taken = [it for it in hosts if it in owners]
    gone = [it for it, owner in owners.items() if owner == ask.name and it not in hosts]
    return Answer(
        {
            "added": [{"hostname": it} for it in hosts if it not in owners],
            "removed": [{"hostname": it} for it in gone],
            "updated": [{"hostname": it, "modified": owners[it] != ask.name} for it in taken],
            "conflicting": [{"hostname": it} for it in hosts if _recorded(account, it)],
        }
    )


def _recorded(account: Account, host: str) -> bool:
    """Whether a DNS record is in the way that no custom domain has made."""
    return any(host in it.records for it in account.terms.zones) and host not in _owners(account)


def _put_records(account: Account, ask: Ask) -> Answer:
    worker, wanted = account.store.get(ask.name), ask.read(_Records)
    hosts = [it.hostname for it in wanted.origins]
    owners = _owners(account)
    for host in hosts:
        if _zone_of(account, host) is None:
            raise refusal(400, 10083, f"Could not find zone for {host}")
        if owners.get(host, ask.name) != ask.name and not wanted.override_existing_origin:
            # No published source names the code of this refusal.
            raise refusal(409, 100116, f"{host} is used by another Worker")
        if _recorded(account, host) and not wanted.override_existing_dns_record:
            raise refusal(
                409, 100117, f"Hostname '{host}' already has externally managed DNS records"
            )
    for other in account.store.workers():
        left = tuple(host for host in other.domains if host not in hosts)
        account.store.put(replace(other, domains=left))
    account.store.put(replace(worker, domains=tuple(hosts)))
    return Answer([it for it in custom_domains(account) if it["hostname"] in hosts])


def _put_routes(account: Account, ask: Ask) -> Answer:
    worker = account.store.get(ask.name)
    patterns = [it.pattern for it in _PATTERNS.validate_json(ask.body)]
    for pattern in patterns:
        zone = _zone_of(account, pattern)
        if zone is None:
            raise refusal(400, 10083, f"Could not find zone for {pattern}")
        if zone.routes.get(pattern, ask.name) != ask.name:
            raise refusal(409, 10020, "A route with the same pattern already exists")
    account.store.put(replace(worker, patterns=tuple(patterns)))
    return Answer([{"pattern": it, "script": ask.name} for it in patterns])


_S = "/accounts/{account}/workers/scripts/{name}"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/zones", _zones),
    ("GET", "/zones/{zone}/dns_records", _records),
    ("GET", "/zones/{zone}/workers/routes", _routes),
    ("GET", "/accounts/{account}/workers/domains", _domains),
    ("POST", f"{_S}/domains/changeset", _changeset),
    ("PUT", f"{_S}/domains/records", _put_records),
    ("PUT", f"{_S}/routes", _put_routes),
]
