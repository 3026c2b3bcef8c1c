"""Routes about the caller and the account: tokens, user, memberships, subdomain, lists."""

from __future__ import annotations

from vttsync.rehearsal.api.answers import Answer, paged, refusal
from vttsync.rehearsal.api.auth import Persona, verified
from vttsync.rehearsal.api.desk import Account, Ask, Handler

_EMAIL = "rehearsal@vttsync.invalid"
_NAME = "Rehearsal"


def _verify_user(_account: Account, ask: Ask) -> Answer:
    return verified(ask.caller, account_route=False)


def _verify_account(account: Account, ask: Ask) -> Answer:
    if ask.params["account"] != account.id:
        raise refusal(401, 1000, "Invalid API Token")
    return verified(ask.caller, account_route=True)


def _user(_account: Account, ask: Ask) -> Answer:
    if ask.caller.account_owned:
        raise refusal(403, 9109, "Valid user-level authentication not found")
    return Answer({"id": "1" * 32, "email": _EMAIL})


def _own(account: Account, ask: Ask) -> dict[str, object]:
    elsewhere = ask.caller.persona is Persona.OTHER_ACCOUNT
    return {"id": "f" * 32 if elsewhere else account.id, "name": _NAME, "type": "standard"}


def _memberships(account: Account, ask: Ask) -> Answer:
    if ask.caller.account_owned:
        raise refusal(400, 9106, "Authentication failed (status: 400)")
    member = {
        "id": "2" * 32,
        "account": _own(account, ask),
        "roles": ["Super Administrator - All Privileges"],
    }
    return paged([member], ask.query)


def _accounts(account: Account, ask: Ask) -> Answer:
    return paged([_own(account, ask)], ask.query)


def _account(account: Account, ask: Ask) -> Answer:
    if ask.caller.persona is Persona.WORKERS_ONLY:
        raise refusal(403, 9109, "Unauthorized to access requested resource")
    return Answer(_own(account, ask))


def _subdomain(account: Account, _ask: Ask) -> Answer:
    if account.terms.subdomain is None:
        raise refusal(404, 10007, "You do not have a workers.dev subdomain.")
    return Answer({"subdomain": account.terms.subdomain})


def _nothing(_account: Account, ask: Ask) -> Answer:
    return paged([], ask.query)


def _namespaces(account: Account, ask: Ask) -> Answer:
    found = [
        {
            "id": entry.unique_key,
            "name": f"{worker.name}_{name}",
            "script": worker.name,
            "class": name,
            "use_sqlite": entry.sqlite,
        }
        for worker in account.store.workers()
        for name, entry in worker.classes.items()
    ]
    return paged(found, ask.query)


_A = "/accounts/{account}"
ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/user/tokens/verify", _verify_user),
    ("GET", f"{_A}/tokens/verify", _verify_account),
    ("GET", "/user", _user),
    ("GET", "/memberships", _memberships),
    ("GET", "/accounts", _accounts),
    ("GET", _A, _account),
    ("GET", f"{_A}/workers/subdomain", _subdomain),
    ("GET", f"{_A}/workers/durable_objects/namespaces", _namespaces),
    ("GET", f"{_A}/storage/kv/namespaces", _nothing),
]
