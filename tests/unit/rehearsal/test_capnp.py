from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import JsonValue

from vttsync.rehearsal.edge.capnp import config, quote, runnable
from vttsync.rehearsal.edge.edge import BootError
from vttsync.rehearsal.model import Binding, DurableClass, Module, Version

VERSION = Version(
    id="v",
    number=1,
    created_on="2026-11-01T00:00:00Z",
    trigger="upload",
    annotations={"workers/tag": "spring"},
    bindings=(),
    main_module="index.js",
    modules=(
        Module("chunk.js", "application/javascript+module", "0"),
        Module("index.js.map", "application/source-map", "1"),
        Module("index.js", "application/javascript+module", "2"),
    ),
    etag="e",
    compatibility_date="2026-10-01",
    compatibility_flags=("nodejs_compat",),
    classes={"Session": DurableClass("key", sqlite=True)},
)


def _with(kind: str, **fields: JsonValue) -> str:
    version = replace(VERSION, bindings=(Binding("NAME", kind, fields),))
    return config(version, port=0, storage=None)


def test_the_main_module_comes_first_and_source_maps_stay_out() -> None:
    assert [module.name for module in runnable(VERSION)] == ["index.js", "chunk.js"]
    text = config(VERSION, port=8080, storage=None)
    assert text.index('embed "2"') < text.index('embed "0"')
    assert 'embed "1"' not in text


def test_nothing_gets_out() -> None:
    text = config(VERSION, port=8080, storage=None)
    assert 'name = "offline", network = (allow = [])' in text
    assert 'globalOutbound = "offline"' in text
    assert 'address = "127.0.0.1:8080"' in text


def test_storage_on_disk_or_in_memory() -> None:
    assert "inMemory = void" in config(VERSION, port=0, storage=None)
    text = config(VERSION, port=0, storage=Path("data"))
    assert 'disk = (path = "data", writable = true)' in text
    assert 'durableObjectStorage = (localDisk = "disk")' in text
    assert '(className = "Session", uniqueKey = "key", enableSql = true)' in text


def test_bindings() -> None:
    assert '(name = "NAME", text = "a\\x22b")' in _with("plain_text", text='a"b')
    assert '(name = "NAME", text = "hush")' in _with("secret_text", text="hush")
    assert '(name = "NAME", json = "[1]")' in _with("json", json=[1])
    assert "\\x22tag\\x22: \\x22spring\\x22" in _with("version_metadata")
    namespace = _with("durable_object_namespace", class_name="Session")
    assert '(name = "NAME", durableObjectNamespace = "Session")' in namespace


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("kv_namespace", {"namespace_id": "x"}),
        ("durable_object_namespace", {"class_name": "Other", "script_name": "elsewhere"}),
    ],
)
def test_a_binding_without_equivalent_is_named(kind: str, fields: dict[str, JsonValue]) -> None:
    with pytest.raises(BootError, match=rf"NAME \({kind}\)"):
        _with(kind, **fields)


def test_a_module_without_equivalent_is_named() -> None:
    version = replace(VERSION, modules=(Module("main.py", "text/x-python", "0"),))
    with pytest.raises(BootError, match=r"main\.py \(text/x-python\)"):
        config(version, port=0, storage=None)


def test_quoting_is_by_byte() -> None:
    assert quote('ü"\\\n\0') == '"\\xc3\\xbc\\x22\\x5c\\x0a\\x00"'
