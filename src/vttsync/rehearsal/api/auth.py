"""Who is calling: tokens, what each may do, and the refusals Cloudflare answers with.

The refusals are copied from issue threads (workers-sdk #3582, #8230, #13857; ddns-go #1341),
not read off the live service.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from vttsync.cloudflare.token import ACCOUNT_ID, TOKEN
from vttsync.rehearsal.api.answers import Answer, ApiError, Fault, refusal

_ACCOUNT_OWNED = "cfat_"
_READING = ("GET", "HEAD")


class Persona(StrEnum):
    """What stands behind a token.

    `WORKERS_ONLY` may edit Workers and see nothing else; `EDITOR` may change Workers that exist,
    and create none (the role of 2026); `NO_WORKERS` sees the account and none of its Workers.
    """

    VALID = "valid"
    EXPIRING = "expiring"
    WORKERS_ONLY = "workers_only"
    EDITOR = "editor"
    READ_ONLY = "read_only"
    NO_WORKERS = "no_workers"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    DISABLED = "disabled"
    UNKNOWN = "unknown"
    OTHER_ACCOUNT = "other_account"
    IP_LOCKED = "ip_locked"


_DEAD = (Persona.EXPIRED, Persona.DISABLED, Persona.UNKNOWN, Persona.NOT_YET)
_SOON = timedelta(days=3)


@dataclass(frozen=True)
class Caller:
    """The token's persona, and whether an account owns it rather than a user."""

    persona: Persona
    account_owned: bool


def new_token(*, account_owned: bool = False) -> str:
    """Make a token in the shape of 2026: prefix, 40 characters, 8 hex digits of checksum.

    Cloudflare's checksum is unpublished, so the digits are random: this token works nowhere else.
    """
    letters = string.ascii_letters + string.digits
    body = "".join(secrets.choice(letters) for _ in range(40))
    return f"{_ACCOUNT_OWNED if account_owned else 'cfut_'}{body}{secrets.token_hex(4)}"


def identify(authorization: str, personas: Mapping[str, Persona]) -> Caller:
    """Read the `Authorization` header.

    Raises:
        ApiError: no header (9106), not a token's shape (6003 with 6111), or a locked-out
            address (9109).
    """
    if not authorization:
        raise refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    scheme, _space, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not TOKEN.fullmatch(token):
        chain = (Fault(6111, "Invalid format for Authorization header"),)
        raise ApiError(400, Fault(6003, "Invalid request headers", chain))
    persona = personas.get(token, Persona.UNKNOWN)
    if persona is Persona.IP_LOCKED:
        raise refusal(403, 9109, "Cannot use the access token from location: 127.0.0.1")
    return Caller(persona, token.startswith(_ACCOUNT_OWNED))


@dataclass(frozen=True)
class Target:
    """What a call is about.

    Attributes:
        path: of the request.
        asked: the account id in the path; None on routes outside an account.
        account_id: the only account there is.
        exists: whether the Worker in the path does, if there is one.
    """

    method: str
    path: str
    asked: str | None
    account_id: str
    exists: bool = True


def permit(caller: Caller, target: Target) -> None:
    """Let the call through, or refuse it as Cloudflare does.

    Raises:
        ApiError: 9109 or 10000 for a token that isn't good here, 7003 for a malformed id.
    """
    path, asked = target.path, target.asked
    if path.endswith("/tokens/verify"):
        return
    if asked is not None and not ACCOUNT_ID.fullmatch(asked):
        text = f"Could not route to {path}, perhaps your object identifier is invalid?"
        raise refusal(404, 7003, text)
    if caller.persona in _DEAD and asked is None:
        raise refusal(403, 9109, "Invalid access token")
    if asked is not None and (asked != target.account_id or _forbidden(caller.persona, target)):
        raise refusal(403, 10000, "Authentication error")


def _forbidden(persona: Persona, target: Target) -> bool:
    writes = target.method not in _READING
    match persona:
        case Persona.VALID | Persona.EXPIRING | Persona.WORKERS_ONLY:
            return False
        case Persona.READ_ONLY:
            return writes
        case Persona.EDITOR:
            return writes and not target.exists
        case Persona.NO_WORKERS:
            return "/workers/" in target.path
        case _:
            return True


def verified(caller: Caller, *, account_route: bool) -> Answer:
    """Answer a token's `verify` route; each kind of token has its own and fails on the other.

    Whether an expired token really gets 200 with its status is not known; 401 with code 1000
    is possible too.

    Raises:
        ApiError: 1000, for an unknown token or one of the other kind.
    """
    unseen = (Persona.UNKNOWN, Persona.OTHER_ACCOUNT) if account_route else (Persona.UNKNOWN,)
    if caller.persona in unseen or caller.account_owned is not account_route:
        raise refusal(401, 1000, "Invalid API Token")
    told = {"id": "0" * 32, "status": "active"}
    if caller.persona in (Persona.EXPIRED, Persona.DISABLED):
        return Answer({**told, "status": caller.persona.value})
    if caller.persona in (Persona.EXPIRING, Persona.NOT_YET):
        name = "expires_on" if caller.persona is Persona.EXPIRING else "not_before"
        told[name] = f"{datetime.now(UTC) + _SOON:%Y-%m-%dT%H:%M:%SZ}"
    note = Fault(10000, "This API Token is valid and active")
    return Answer(told, messages=(note,))
