"""The workerd configuration of one version, in Cap'n Proto's text form.

Grammar: src/workerd/server/workerd.capnp in Cloudflare's workerd.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from vttsync.rehearsal.edge.edge import BootError
from vttsync.rehearsal.model import Binding, DurableClass, Module, Version

_MODULE_KINDS = {
    "application/javascript+module": "esModule",
    "application/javascript": "commonJsModule",
    "text/plain": "text",
    "application/wasm": "wasm",
    "application/octet-stream": "data",
}
_SOURCE_MAP = "application/source-map"

_CONFIG = """\
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "offline", network = (allow = []))%(disk)s%(listener)s
  ],
  sockets = [(name = "http", address = "127.0.0.1:%(port)d", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [%(modules)s],
  compatibilityDate = %(date)s,
  compatibilityFlags = [%(flags)s],
  bindings = [%(bindings)s],
  globalOutbound = "offline",
  durableObjectNamespaces = [%(classes)s],
  durableObjectStorage = (%(storage)s)%(tails)s
);
"""
_LISTENER = """\
const listener :Workerd.Worker = (
  modules = [(name = "listener.js", esModule = embed "listener.js")],
  compatibilityDate = "2026-01-01",
  globalOutbound = "offline"
);
"""


def config(version: Version, *, port: int, storage: Path | None, tailed: bool = False) -> str:
    """Write the configuration that runs `version`; its module files must lie beside it.

    Args:
        version: what to run.
        port: where on 127.0.0.1 it listens; 0 for a free port.
        storage: where Durable Objects keep their data; None keeps it in memory.
        tailed: whether `listener.js`, beside it too, gets an event for each thing that happens.

    Raises:
        BootError: a binding or a module has no equivalent here; the message names it.
    """
    disk = f',\n    (name = "disk", disk = (path = {quote(str(storage))}, writable = true))'
    text = _CONFIG % {
        "port": port,
        "disk": disk if storage else "",
        "modules": _join(_modules(version)),
        "date": quote(version.compatibility_date),
        "flags": _join(quote(flag) for flag in version.compatibility_flags),
        "bindings": _join(_binding(version, binding) for binding in version.bindings),
        "classes": _join(_class(name, entry) for name, entry in version.classes.items()),
        "storage": 'localDisk = "disk"' if storage else "inMemory = void",
        "listener": ',\n    (name = "listener", worker = .listener)' if tailed else "",
        "tails": ',\n  tails = ["listener"]' if tailed else "",
    }
    return text + _LISTENER if tailed else text


def quote(text: str) -> str:
    """Write `text` as a Cap'n Proto string, byte by byte where it isn't plain ASCII."""
    plain = (chr(byte) if _is_plain(byte) else f"\\x{byte:02x}" for byte in text.encode())
    return '"' + "".join(plain) + '"'


def runnable(version: Version) -> list[Module]:
    """The modules that workerd loads, the main one first; source maps are left out."""
    loaded = [module for module in version.modules if module.content_type != _SOURCE_MAP]
    return sorted(loaded, key=lambda module: module.name != version.main_module)


def _is_plain(byte: int) -> bool:
    return 32 <= byte < 127 and byte not in b'"\\'


def _join(entries: Iterable[str]) -> str:
    return ",\n    ".join(entries)


def _modules(version: Version) -> Iterable[str]:
    for module in runnable(version):
        kind = _MODULE_KINDS.get(module.content_type.partition(";")[0].strip())
        if kind is None:
            text = f"The rehearsal cannot load the module {module.name} ({module.content_type})."
            raise BootError(text)
        yield f"(name = {quote(module.name)}, {kind} = embed {quote(module.file)})"


def _binding(version: Version, binding: Binding) -> str:
    match binding.type:
        case "plain_text" | "secret_text":
            value = f"text = {quote(binding.text)}"
        case "json":
            value = f"json = {quote(json.dumps(binding.fields.get('json')))}"
        case "version_metadata":
            value = f"json = {quote(json.dumps(_metadata(version)))}"
        case "durable_object_namespace" if not binding.fields.get("script_name"):
            value = f"durableObjectNamespace = {quote(str(binding.fields['class_name']))}"
        case _:
            text = f"The rehearsal cannot provide the binding {binding.name} ({binding.type})."
            raise BootError(text)
    return f"(name = {quote(binding.name)}, {value})"


def _metadata(version: Version) -> dict[str, str]:
    tag = version.annotations.get("workers/tag", "")
    return {"id": version.id, "tag": tag, "timestamp": version.created_on}


def _class(name: str, entry: DurableClass) -> str:
    sql = "true" if entry.sqlite else "false"
    key = quote(entry.unique_key)
    return f"(className = {quote(name)}, uniqueKey = {key}, enableSql = {sql})"
