"""Account ids and API tokens, judged by their form before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from vttsync.errors import Exit, VttsyncError
from vttsync.redaction import confide, confide_what_looks_secret

TOKEN_PAGE = "https://dash.cloudflare.com/?to=/:account/api-tokens"  # noqa: S105
USER_TOKEN_PAGE = "https://dash.cloudflare.com/profile/api-tokens"  # noqa: S105
TEMPLATE = "Edit Cloudflare Workers"
PERMISSIONS = (
    ("Account", "Workers Scripts", "Edit", "needed"),
    ("Account", "Account Settings", "Read", "shows the account's name"),
    ("Zone", "Workers Routes", "Edit", "for routes on a domain of yours"),
    ("Zone", "Zone", "Read", "lets doctor look at that domain"),
)
"""What a token may be given: scope, group, level, and what for. The template holds all but the last
(Cloudflare's documentation of token templates)."""
ACCOUNT_ID = re.compile(r"[0-9a-f]{32}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
_NOT_IN_TOKENS = re.compile(r"[^A-Za-z0-9_-]")
_OLD_GLOBAL_KEY = re.compile(r"[0-9a-f]{37,45}")


class TokenKind(StrEnum):
    """What a token's form says of it (prefixes: Cloudflare's token formats, 2026)."""

    USER = "user API token"
    ACCOUNT = "account-owned API token"
    OAUTH = "wrangler login token"
    UNMARKED = "API token from before 2026"


_PREFIXES = {"cfut_": TokenKind.USER, "cfat_": TokenKind.ACCOUNT, "cfoat_": TokenKind.OAUTH}


@dataclass(frozen=True)
class Token:
    """A well-formed API token; its value is never shown."""

    value: str
    kind: TokenKind

    def __repr__(self) -> str:
        """Leave the value out of every log and traceback."""
        return f"Token({self.kind.value})"


def check_account_id(account_id: str) -> str:
    """Return `account_id` when it has the form of one.

    Raises:
        VttsyncError: exit 4, saying what was probably pasted instead.
    """
    if ACCOUNT_ID.fullmatch(account_id):
        return account_id
    shown = f"`{account_id.strip()[:60]}`"
    if confide_what_looks_secret(account_id):
        shown, guess = "What was given", "It looks like a token or key."
    elif ACCOUNT_ID.fullmatch(account_id.strip()):
        guess = "It has spaces or a line break around it."
    elif "@" in account_id:
        guess = "That is an e-mail address."
    elif "." in account_id:
        guess = "That is a zone name (a domain)."
    elif ACCOUNT_ID.fullmatch(account_id.strip().lower()):
        guess = "It is written in capitals."
    else:
        guess = f"That has {len(account_id)} characters."
    raise VttsyncError(
        f"{shown} is not an account id.",
        why=f"{guess} An account id is 32 lower-case hex digits.",
        fix="It stands in the address of every page of the dashboard: "
        "https://dash.cloudflare.com/<account id>.",
        exit_code=Exit.CREDENTIALS,
    )


def read_token(value: str, told: str = "What CLOUDFLARE_API_TOKEN holds") -> Token:
    """Recognise a token by its form; errors begin with `told`.

    Raises:
        VttsyncError: exit 4, when it can't be one; the value is not repeated.
    """
    confide(value)
    if value != value.strip():
        raise _malformed(
            told, "It has a line break or spaces around it (a copied newline is typical)."
        )
    if value.startswith("cfk_") or _OLD_GLOBAL_KEY.fullmatch(value):
        raise VttsyncError(
            f"{told} is a Global API Key.",
            why="It may do everything on every account, and can't be limited to one Worker.",
            fix=f"Create a token from the template “Edit Cloudflare Workers”: {TOKEN_PAGE}.",
            exit_code=Exit.CREDENTIALS,
        )
    if value.lower().startswith("bearer "):
        raise _malformed(told, "It begins with “Bearer”; the token is what follows.")
    stray = _NOT_IN_TOKENS.search(value)
    if stray:
        raise _malformed(
            told,
            f"Its character {stray.start() + 1} is one that no token has; there are A-Z a-z 0-9 "
            "_ and - only.",
        )
    if not TOKEN.fullmatch(value):
        raise _malformed(
            told,
            f"It has {len(value)} characters; a token has 40 or more. It may have been cut off.",
        )
    kinds = (kind for prefix, kind in _PREFIXES.items() if value.startswith(prefix))
    return Token(value, next(kinds, TokenKind.UNMARKED))


def _malformed(told: str, why: str) -> VttsyncError:
    return VttsyncError(
        f"{told} is no API token.",
        why=why,
        fix=f"Copy it again, whole, or create a new one: {TOKEN_PAGE}.",
        exit_code=Exit.CREDENTIALS,
    )
