"""Where a place in a bundle is in its source, for scripts that have a source map."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote_to_bytes, urljoin

from playwright.async_api import APIRequestContext
from playwright.async_api import Error as PlaywrightError

from vttsync.polling.seen import Asked, Cause, Place
from vttsync.polling.sourcemaps import SourceMap

_PATIENCE = 5_000.0  # ms


async def resolved(
    asked: Iterable[Asked], maps: Mapping[str, str], http: APIRequestContext
) -> tuple[Asked, ...]:
    """The same, with the places of their causes as the source maps have them.

    `maps` holds, by the address of each script, that of its map, or the map itself (data:).
    """
    everything = tuple(asked)
    used = {place.url for it in everything for place in _places(it.cause)}
    read = {}
    for url in used & maps.keys():
        if found := await _read(urljoin(url, maps[url]), http):
            read[url] = found
    return tuple(replace(it, cause=_in_sources(it.cause, read)) for it in everything)


def _places(cause: Cause) -> tuple[Place, ...]:
    return (*cause.places, *([cause.began] if cause.began else []))


def _in_sources(cause: Cause, maps: Mapping[str, SourceMap]) -> Cause:
    began = _in_source(cause.began, maps) if cause.began else None
    return Cause(cause.timer, tuple(_in_source(it, maps) for it in cause.places), began)


def _in_source(place: Place, maps: Mapping[str, SourceMap]) -> Place:
    known = maps.get(place.url)
    found = known.locate(place.line, place.column) if known else None
    if not found:
        return place
    return Place(urljoin(place.url, found[0]), found[1], place.function)


async def _read(url: str, http: APIRequestContext) -> SourceMap | None:
    try:
        if url.startswith("data:"):
            head, _, content = url.partition(",")
            body = unquote_to_bytes(content)
            text = (base64.b64decode(body) if head.endswith(";base64") else body).decode()
        else:
            answer = await http.get(url, timeout=_PATIENCE)
            text = await answer.text() if answer.ok else ""
        return SourceMap(text)
    except (ValueError, binascii.Error, PlaywrightError):  # a map is a help, no more
        return None
