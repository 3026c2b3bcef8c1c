"""Which calls ask the server for something, and which tell it something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from vttsync.audit.code import tree


class Does(StrEnum):
    """What a call does with the server."""

    READ = "read"
    LIKELY = "likely"  # a read by its name only: where it leads can't be seen
    WRITE = "write"


@dataclass(frozen=True)
class Request:
    """A call to the server.

    Attributes:
        does: whether it asks or tells.
        what: the address, the query key or the call itself, as a person would name it.
    """

    does: Does
    what: str


_FETCHES = frozenset({"fetch", "$fetch", "ofetch", "apiFetch", "fetchJson", "fetchJSON", "ky"})
_CLIENTS = re.compile(
    r"(?:^|\.)(?:axios|ky|got|superagent|needle|http|https|httpClient|\$http|api|apiClient|"
    r"client|request|rest|instance|axiosInstance|\$axios|\$api|jQuery|\$)$",
    re.I,
)
_READING = frozenset({"get", "head", "getJSON", "getText", "query", "select", "getAll", "fetch"})
_WRITING = frozenset({"post", "put", "patch", "delete", "del", "mutate", "upload"})
_ADDRESS = re.compile(r"^(?:https?:|wss?:|\.{0,2}/|…)|/api\b|^api/|\.(?:json|php|aspx?|cgi)\b")
_ASKS = {
    "invalidateQueries": "the query cache",
    "refetchQueries": "the query cache",
    "invalidateAll": "the page's data",
    "invalidate": "the page's data",
    "revalidate": "the page's data",
    "refreshNuxtData": "the page's data",
    "refetch": "a query",
    "reexecuteQuery": "a query",
    "executeQuery": "a query",
    "prefetchQuery": "a query",
    "fetchQuery": "a query",
    "fetchMore": "a query",
    "ensureQueryData": "a query",
}
_ROUTERS = re.compile(r"(?:^|\.)(?:router|revalidator|navigate|location|history|Router)$")
_STATE_EVENT = re.compile(
    r"get|fetch|request|sync|refresh|reload|poll|state|list|load|update$|check|status", re.I
)
_QUIET_EVENT = re.compile(
    r"ping|pong|heart|beat|alive|cursor|mouse|typing|move|presence|position|time_?sync|clock|"
    r"keep|set|save|send|post|push|create|delete|remove|join|leave|ack",
    re.I,
)
_NAMED = re.compile(r"^_*(?:re)?(?:fetch|load|poll|refresh|sync|pull|getLatest|reload)(?:[A-Z_]|$)")
_REMOTE = re.compile(r"(?:^|\.|_)(?:api|server|backend|remote|\w+(?:Api|API|Service|Client))$")
_TELLING = re.compile(
    r"save|update|create|delete|remove|post|put|patch|send|set|log|track|report|emit|add|write|upload|"
    r"close|open|on|off|start|stop|connect|disconnect|ping|heartbeat|clear|reset|dispose|cancel|render|init"
)
_LOCAL = re.compile(r"Storage|Cookie|Image|Font|Script|Texture|Sound|Audio|Model|Module|File|Local", re.I)


def request_of(call: Node) -> Request | None:
    """What a call, `new` or assignment asks of the server; None when it is about something else."""
    if call.type == "assignment_expression":
        return _assigned(call)
    callee = tree.callee(call)
    if callee is None:
        return None
    name, owner = tree.name_of(callee), _owner(callee)
    given = tree.arguments(call)
    if callee.type == "call_expression" and not name:
        return None
    for judge in (_fetched, _by_client, _by_xhr, _from_database, _by_graph, _asked_again, _emitted):
        found = judge(call, name, owner, given)
        if found is not None:
            return found
    return None


def likely(call: Node) -> Request | None:
    """A read by the name of a function that can't be followed."""
    callee = tree.callee(call)
    if callee is None:
        return None
    name, shown = tree.name_of(callee), tree.squeezed(callee)
    if _REMOTE.search(_owner(callee)) and not _TELLING.match(name):
        return Request(Does.LIKELY, f"{shown}()")
    return by_name(name, shown)


def by_name(name: str, shown: str) -> Request | None:
    """A read by a function's name: `fetchGame`, `pollState`, `refetch`."""
    if not _NAMED.match(name) or _LOCAL.search(name):
        return None
    return Request(Does.LIKELY, f"{shown}()")


def _owner(callee: Node) -> str:
    return tree.squeezed(tree.field(callee, "object")) if callee.type == "member_expression" else ""


def _method(options: Node | None) -> str:
    given = tree.property_of(options, "method") or tree.property_of(options, "type")
    return (tree.string_value(given) or "").upper() if given is not None else ""


def _shown(node: Node | None) -> str:
    if node is None:
        return "the server"
    address = tree.string_value(node)
    shown = tree.squeezed(node) if address is None else address
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def _sends(method: str, body: Node | None, address: str) -> Does:
    if method in ("", "GET", "HEAD"):
        return Does.READ
    asks = "graphql" in address.lower() or "graphql" in tree.text(body).lower()
    query = asks or re.search(r"\bquery\b", tree.text(body)) is not None
    return Does.READ if method == "POST" and query and "mutation" not in tree.text(body) else Does.WRITE


def _fetched(call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    plain = name in _FETCHES and owner in ("", "window", "globalThis", "self", "global", "this")
    loaded = name == "useFetch" or (name == "load" and owner in ("$", "jQuery"))
    if not (plain or loaded) or not given:
        return None
    options = tree.bare(given[1]) if len(given) > 1 else None
    address = _shown(given[0])
    if given[0].type == "new_expression":  # `fetch(new Request(url, {…}))`
        inner = tree.arguments(given[0])
        options, address = (tree.bare(inner[1]) if len(inner) > 1 else None), _shown(inner[0] if inner else None)
    return Request(_sends(_method(options), tree.property_of(options, "body"), address), address)


def _by_client(_call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    if name in ("axios", "ajax", "request") and given and (owner in ("", "$", "jQuery")):
        options = tree.bare(given[-1])
        if options is not None and options.type == "object":
            address = tree.property_of(options, "url")
            where = _shown(address if address is not None else given[0])
            body = tree.property_of(options, "data")
            return Request(_sends(_method(options), body, where), where)
        address_like = _ADDRESS.search(tree.string_value(given[0]) or "")
        return Request(Does.READ, _shown(given[0])) if name != "request" or address_like else None
    if name not in _READING and name not in _WRITING:
        return None
    address = tree.string_value(given[0]) if given else None
    known = _CLIENTS.search(owner) is not None
    if address is None and not (known and given and name in ("get", "getJSON", *_WRITING)):
        return None
    if address is not None and not (_ADDRESS.search(address) or (known and name in ("get", "getJSON"))):
        return None
    if not known and not _ADDRESS.search(address or ""):
        return None
    return Request(Does.READ if name in _READING else Does.WRITE, _shown(given[0]))


def _by_xhr(call: Node, name: str, _owner: str, given: list[Node]) -> Request | None:
    if name == "open" and len(given) >= 2:
        method = (tree.string_value(given[0]) or "").upper()
        if method in ("GET", "HEAD"):
            return Request(Does.READ, _shown(given[1]))
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            return Request(Does.WRITE, _shown(given[1]))
    if name == "sendBeacon":
        return Request(Does.WRITE, _shown(given[0] if given else None))
    return None


def _from_database(call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    """Supabase, Firestore, PocketBase: chains and functions that read rows."""
    chain = tree.squeezed(call)
    if name == "select" and ".from(" in chain:
        if re.search(r"\.(?:insert|update|upsert|delete)\(", chain):
            return Request(Does.WRITE, "rows")
        table = re.search(r"\.from\(['\"`]([^'\"`]+)", chain)
        return Request(Does.READ, f"rows of {table[1]}" if table else "rows")
    if name in ("getDoc", "getDocs", "getFullList", "getFirstListItem", "getList"):
        return Request(Does.READ, "documents")
    if name == "rpc" and "supabase" in owner.lower():
        return Request(Does.READ, f"rpc {_shown(given[0] if given else None)}")
    return None


def _by_graph(call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    """GraphQL clients and tRPC."""
    if name == "query" and (re.search(r"client|apollo|urql|trpc|caller", owner, re.I)):
        return Request(Does.READ, f"{tree.squeezed(tree.callee(call))}()")
    if name in ("request", "rawRequest") and re.search(r"graph|gql", owner, re.I):
        return Request(Does.READ, "a GraphQL query")
    return None


def _asked_again(call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    """Caches and routers that are told to ask again."""
    if name in _ASKS:
        keys = tree.property_of(tree.bare(given[0]), "queryKey") if given else None
        return Request(Does.READ, tree.squeezed(keys) if keys is not None else _ASKS[name])
    if name in ("refresh", "reload", "revalidate") and _ROUTERS.search(owner):
        return Request(Does.READ, "the page")
    if name == "mutate" and owner in ("", "cache") and len(given) <= 1:
        return Request(Does.READ, _shown(given[0]) if given else "a query of SWR's")
    return None


def _emitted(call: Node, name: str, owner: str, given: list[Node]) -> Request | None:
    """Polling over a socket: asking for state by a message."""
    if name not in ("emit", "send", "emitWithAck", "volatile") or not given:
        return None
    if not re.search(r"socket|ws|io|conn|room|client", owner, re.I):
        return None
    event = tree.string_value(given[0])
    if event is None:
        kind = re.search(r"(?:type|action|event|cmd|op)['\"]?:['\"]([\w:.-]+)", tree.squeezed(given[0]))
        event = kind[1] if kind else None
    if event is None:
        return None
    if _STATE_EVENT.search(event) and not re.search(_QUIET_EVENT, event.split(":")[-1]):
        return Request(Does.READ, f"the message {event}")
    return Request(Does.WRITE, f"the message {event}")


def _assigned(node: Node) -> Request | None:
    """An image loaded anew (`map.src = "/map.png?" + Date.now()`), or the page itself."""
    left, right = tree.squeezed(tree.field(node, "left")), tree.squeezed(tree.field(node, "right"))
    fresh = re.search(r"Date|random\(|getTime|\bnow\b|tick|counter|version", right)
    if left.endswith((".src", ".href")) and fresh and not left.startswith(("location", "window")):
        return Request(Does.READ, _shown(tree.field(node, "right")))
    if re.search(r"(?:^|\.)location(?:\.href)?$", left) and re.search(r"(?:^|\.)location\b", right):
        return Request(Does.READ, "the page")
    return None
