"""Routes about the account's domains: zones, their DNS records and routes, custom domains."""

from __future__ import annotations

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


def _routes(account: Account, ask: Ask) -> Answer:
    zone = _zone(account, ask)
    routes = enumerate(zone.routes.items())
    return Answer(
        [{"id": f"{at:032x}", "pattern": pattern, "script": name} for at, (pattern, name) in routes]
    )


def custom_domains(account: Account) -> list[dict[str, object]]:
    """The account's custom domains, as the API shows them."""
    zones = {zone.name: zone.id for zone in account.terms.zones}
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
        for at, (host, worker) in enumerate(account.terms.hostnames.items())
    ]


def _domains(account: Account, ask: Ask) -> Answer:
    wanted = ask.query.get("hostname")
    return Answer([it for it in custom_domains(account) if wanted in (None, it["hostname"])])


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/zones", _zones),
    ("GET", "/zones/{zone}/dns_records", _records),
    ("GET", "/zones/{zone}/workers/routes", _routes),
    ("GET", "/accounts/{account}/workers/domains", _domains),
]
