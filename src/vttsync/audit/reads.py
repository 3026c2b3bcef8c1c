"""Which calls ask the server for something, and which tell it something."""

from __future__ import annotations

import re

from tree_sitter import Node

from vttsync.audit.asking import Call, Does, Request, about, method_of, owner_of, sends, shown
from vttsync.audit.code import tree

_FETCHES = frozenset({"fetch", "$fetch", "ofetch", "apiFetch", "fetchJson", "fetchJSON", "ky"})
_CLIENTS = re.compile(
    r"(?:^|\.)(?:axios|ky|got|superagent|needle|http|https|httpClient|\$http|api|apiClient|"
    r"client|request|rest|instance|axiosInstance|\$axios|\$api|jQuery|\$)$",
    re.IGNORECASE,
)
_READING = frozenset({"get", "head", "getJSON", "getText", "query", "select", "getAll", "fetch"})
_WRITING = frozenset({"post", "put", "patch", "delete", "del", "mutate", "upload"})
_WINDOWS = ("", "window", "globalThis", "self", "global", "this")
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_DOCUMENTS = ("getDoc", "getDocs", "getFullList", "getFirstListItem", "getList")
_SOCKETS = re.compile(r"socket|ws|io|conn|room|client", re.IGNORECASE)
_KIND = re.compile(r"""(?:type|action|event|cmd|op)['"]?:['"]([\w:.-]+)""")
_FRESH = re.compile(r"Date|random\(|getTime|\bnow\b|tick|counter|version")
_LOCATION = re.compile(r"(?:^|\.)location(?:\.href)?$")
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
    "invalidateTags": "the query cache",
    "prefetchQuery": "a query",
    "fetchQuery": "a query",
    "fetchMore": "a query",
    "ensureQueryData": "a query",
}
_ROUTERS = re.compile(r"(?:^|\.)(?:router|revalidator|navigate|location|history|Router)$")
_STATE_EVENT = re.compile(
    r"get|fetch|request|sync|refresh|reload|poll|state|list|load|update$|check|status",
    re.IGNORECASE,
)
_QUIET_EVENT = re.compile(
    r"ping|pong|heart|beat|alive|cursor|mouse|typing|move|presence|position|time_?sync|clock|"
    r"keep|set|save|send|post|push|create|delete|remove|join|leave|ack",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^_*(?:re)?(?:fetch|load|poll|refresh|sync|pull|getLatest|reload)(?:[A-Z_]|$)")
_REMOTE = re.compile(r"(?:^|\.|_)(?:api|server|backend|remote|\w+(?:Api|API|Service|Client))$")
_TELLING = re.compile(
    r"save|update|create|delete|remove|post|put|patch|send|set|log|track|report|emit|add|write|upload|"
    r"close|open|on|off|start|stop|connect|disconnect|ping|heartbeat|clear|reset|dispose|cancel|render|init"
)
_LOGIN = re.compile(r"(?:^|\.)auth\.|(?:Access|Auth|Id|Jwt|JWT|Csrf|Refresh)Token$|refreshToken$")
_LOCAL = re.compile(
    r"Storage|Cookie|Image|Font|Script|Texture|Sound|Audio|Model|Module|File|Local", re.IGNORECASE
)


def request_of(call: Node) -> Request | None:
    """What a call, `new` or assignment asks of the server; None when it is about something else."""
    if call.type == "assignment_expression":
        return _assigned(call)
    callee = tree.callee(call)
    if callee is None:
        return None
    name = tree.name_of(callee)
    if not name:
        return None
    taken = Call(call, name, owner_of(callee), tuple(tree.arguments(call)))
    return next((found for judge in _JUDGES if (found := judge(taken)) is not None), None)


def likely(call: Node) -> Request | None:
    """A read by the name of a function that can't be followed."""
    callee = tree.callee(call)
    if callee is None:
        return None
    name, shown = tree.name_of(callee), tree.squeezed(callee)
    if _REMOTE.search(owner_of(callee)) and not _TELLING.match(name):
        return Request(Does.LIKELY, f"{shown}()")
    action = tree.string_value(next(iter(tree.arguments(call)), None))
    if name == "dispatch" and action:  # of a store: `dispatch("game/fetchTurn")`
        return by_name(action.rsplit("/", 1)[-1], action)
    return by_name(name, shown)


def by_name(name: str, shown: str) -> Request | None:
    """A read by a function's name: `fetchGame`, `pollState`, `refetch`."""
    if name in _ASKS:
        return Request(Does.READ, _ASKS[name])
    if not _NAMED.match(name) or _LOCAL.search(name) or _LOGIN.search(shown):
        return None
    return Request(Does.LIKELY, f"{shown}()")


def _fetched(call: Call) -> Request | None:
    plain = call.name in _FETCHES and call.owner in _WINDOWS
    into_the_page = call.name == "load" and call.owner.startswith(("$", "jQuery"))
    loaded = call.name == "useFetch" or into_the_page
    if not (plain or loaded) or call.first is None:
        return None
    options, subject = call.options(1), call.first
    if subject.type == "new_expression":  # `fetch(new Request(url, {…}))`
        inner = tree.arguments(subject)
        options, subject = (
            (tree.bare(inner[1]) if len(inner) > 1 else None),
            (inner or [subject])[0],
        )
    body = tree.property_of(options, "body")
    return about(sends(method_of(options), body, shown(subject)), subject)


def _by_call(call: Call) -> Request | None:
    """`axios(…)`, `$.ajax({url})`, `request(…)`."""
    if call.name not in ("axios", "ajax", "request") or call.owner not in ("", "$", "jQuery"):
        return None
    options = call.options(len(call.given) - 1) if call.given else None
    if options is not None and options.type == "object":
        subject = tree.property_of(options, "url") or call.first
        body = tree.property_of(options, "data")
        return about(sends(method_of(options), body, shown(subject)), subject)
    if call.first is None or (call.name == "request" and not _ADDRESS.search(call.address or "")):
        return None
    return about(Does.READ, call.first)


def _configured(call: Call) -> Request | None:
    """`anything({ url: "/api/turn", method: "GET" })`, as generated clients have it."""
    for each in call.given:
        subject = tree.property_of(each, "url")
        method = method_of(each)
        if subject is not None and method and _ADDRESS.search(tree.string_value(subject) or ""):
            return about(sends(method, tree.property_of(each, "data"), shown(subject)), subject)
    return None


def _by_client(call: Call) -> Request | None:
    """`axios.get(…)`, `this.http.get<T>(…)`, `api.post(…)`."""
    if call.name not in _READING | _WRITING or call.first is None or not call.owner:
        return None
    known = _CLIENTS.search(call.owner) is not None
    if call.address is None:
        told = known and call.name in {"get", "getJSON"} | _WRITING
    else:
        plain = known and call.name in ("get", "getJSON")
        told = plain or _ADDRESS.search(call.address) is not None
    does = Does.READ if call.name in _READING else Does.WRITE
    return about(does, call.first) if told else None


def _by_xhr(call: Call) -> Request | None:
    if call.name == "sendBeacon":
        return about(Does.WRITE, call.first)
    if call.name != "open" or len(call.given) < 2:
        return None
    method = (call.address or "").upper()
    if method in ("GET", "HEAD"):
        return about(Does.READ, call.given[1])
    return about(Does.WRITE, call.given[1]) if method in _METHODS else None


def _from_database(call: Call) -> Request | None:
    """Supabase, Firestore, PocketBase: chains and functions that read rows."""
    if call.name in _DOCUMENTS:
        return Request(Does.READ, "documents")
    if call.name == "rpc" and "supabase" in call.owner.lower():
        return Request(Does.READ, f"rpc {shown(call.first)}")
    table = re.search(r"\.from\(['\"`]?([^'\"`)]*)", call.owner)
    if call.name != "select" or table is None:
        return None
    if re.search(r"\.(?:insert|update|upsert|delete)\(", call.owner):
        return Request(Does.WRITE, "rows")
    return Request(Does.READ, f"rows of {table[1]}")


def _by_graph(call: Call) -> Request | None:
    """GraphQL clients and tRPC."""
    if call.name == "query" and re.search(
        r"client|apollo|urql|trpc|caller", call.owner, re.IGNORECASE
    ):
        return Request(Does.READ, f"{tree.squeezed(tree.callee(call.node))}()")
    if call.name in ("request", "rawRequest") and re.search(
        r"graph|gql", call.owner, re.IGNORECASE
    ):
        return Request(Does.READ, "a GraphQL query")
    return None


def _asked_again(call: Call) -> Request | None:
    """Caches and routers that are told to ask again."""
    if call.name in _ASKS:
        keys = tree.property_of(tree.bare(call.first), "queryKey")
        return Request(Does.READ, tree.squeezed(keys) if keys is not None else _ASKS[call.name])
    if call.name in ("refresh", "reload", "revalidate") and _ROUTERS.search(call.owner):
        return Request(Does.READ, "the page")
    if call.name == "mutate" and call.owner in ("", "cache") and len(call.given) <= 1:
        told = shown(call.first) if call.given else "a query of SWR's"
        return Request(Does.READ, told, call.first)
    return None


def _emitted(call: Call) -> Request | None:
    """Polling over a socket: asking for state by a message."""
    if call.name not in ("emit", "send", "emitWithAck") or not _SOCKETS.search(call.owner):
        return None
    event = call.address or _event_in(call.first)
    if not event:
        return None
    asks = _STATE_EVENT.search(event) and not _QUIET_EVENT.search(event.split(":")[-1])
    return Request(Does.READ if asks else Does.WRITE, f"the message {event}")


def _event_in(message: Node | None) -> str:
    """The kind of `{type: "getState"}`, or of `JSON.stringify` of it."""
    kind = _KIND.search(tree.squeezed(message))
    return kind[1] if kind else ""


_JUDGES = (
    _fetched, _by_call, _configured, _by_client, _by_xhr,
    _from_database, _by_graph, _asked_again, _emitted,
)  # fmt: skip


def _assigned(node: Node) -> Request | None:
    """An image loaded anew (`map.src = "/map.png?" + Date.now()`), or the page itself."""
    left, value = tree.squeezed(tree.field(node, "left")), tree.field(node, "right")
    right = tree.squeezed(value)
    if left.endswith((".src", ".href")) and not left.startswith(("location", "window")):
        return about(Does.READ, value) if _FRESH.search(right) else None
    if _LOCATION.search(left) and re.search(r"(?:^|\.)location\b", right):
        return Request(Does.READ, "the page")
    return None
