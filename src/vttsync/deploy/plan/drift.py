"""What was changed by hand since the last deploy, whatever a next one would want: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vttsync.deploy.difference import same
from vttsync.deploy.plan.model import Act, Change, Kind
from vttsync.deploy.plan.reading import Live


def drift(live: Live) -> tuple[Change, ...] | None:
    """The differences between the live version and the newest that a deploy made, by name.

    Values are left out. None, when no deploy is among the versions that Cloudflare lists.
    """
    base, now = live.deployed, live.version
    if base is None:
        return None
    return (
        *_between(Kind.CODE, {"bundle": base.etag}, {"bundle": now.etag}),
        *_between(Kind.VARIABLE, base.bound.variables, now.bound.variables),
        *_between(Kind.BINDING, base.classes, now.classes),
        *_between(
            Kind.COMPATIBILITY,
            {"date": base.compatibility_date, "flags": sorted(base.compatibility_flags)},
            {"date": now.compatibility_date, "flags": sorted(now.compatibility_flags)},
        ),
    )


def _between(
    kind: Kind, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield Change(kind, name, Act.ADD)
        elif name not in after:
            yield Change(kind, name, Act.REMOVE)
        elif not same(before[name], after[name]):
            yield Change(kind, name, Act.CHANGE)
