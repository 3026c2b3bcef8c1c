"""Which of the user's files a script of the page is."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from vttsync.polling.judge import Group
from vttsync.polling.seen import Place

_OTHERS = ("node_modules", ".vite", "site-packages")


def file_of(place: Place, root: Path) -> Path | None:
    """The file below `root` that the page has as `place.url`, if one is surely meant.

    The address's path, or its end, names it; one name alone counts only where it is all there is.
    """
    path = unquote(urlsplit(place.url).path)
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    for start in range(len(parts)):
        rest = parts[start:]
        if len(rest) < 2 and len(parts) > 1:
            return None
        found = root.joinpath(*rest)
        if found.is_file():
            return found
    return None


def own(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Those that are the app's own, not a library's; all, where none is."""
    mine = tuple(it for it in places if it.url and not any(part in it.url for part in _OTHERS))
    return mine or places


def where(group: Group) -> tuple[Place, ...]:
    """Where a group of requests comes from: the timer's line first, then the request's."""
    cause = group.cause
    began = (cause.began,) if cause.began else ()
    places = (*own(began), *own(cause.places)[:2])
    return tuple({(it.url, it.line): it for it in reversed(places)}.values())[::-1]
