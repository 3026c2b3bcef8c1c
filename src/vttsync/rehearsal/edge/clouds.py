"""What can go wrong between a deployment and those who call: old code that stays, no health."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from vttsync.rehearsal.edge.edge import Boot, Bundle, Edge
from vttsync.rehearsal.model import Module
from vttsync.rehearsal.store import write_private

_SICK = "vttsync-sick.mjs"


class Haze(StrEnum):
    """What befalls a deployment; Cloudflare's API tells of the new version all the same."""

    OLD = "what ran before keeps answering"
    SICK = "every request gets a 503"


@dataclass
class Cloud:
    """One trouble; `after` deployments get through before it hits `times` of them."""

    haze: Haze
    times: float = inf
    after: int = 0


class Clouded:
    """An edge whose deployments don't always come through.

    Args:
        edge: what runs them.
        clouds: the first that fits a deployment hits it; more may be added at any time.
    """

    def __init__(self, edge: Edge, clouds: Iterable[Cloud] = ()) -> None:
        self._edge = edge
        self.clouds = list(clouds)

    def check(self, bundle: Bundle) -> Boot:
        """As the edge; raises BootError."""
        return self._edge.check(bundle)

    def deploy(self, bundle: Bundle) -> Boot:
        """As the edge, unless a cloud is in the way; raises BootError."""
        match self._hitting():
            case Haze.OLD if self._edge.url(bundle.worker):
                return self._edge.check(bundle)
            case None:
                return self._edge.deploy(bundle)
            case _:
                self._edge.check(bundle)
                return self._edge.deploy(_sick(bundle))

    def remove(self, worker: str) -> None:
        """As the edge."""
        self._edge.remove(worker)

    def tail(self, worker: str, hear: Callable[[str], object]) -> Callable[[], None]:
        """As the edge."""
        return self._edge.tail(worker, hear)

    def url(self, worker: str) -> str:
        """As the edge."""
        return self._edge.url(worker)

    def _hitting(self) -> Haze | None:
        for cloud in self.clouds:
            if cloud.times > 0:
                if cloud.after > 0:
                    cloud.after -= 1
                    continue
                cloud.times -= 1
                return cloud.haze
        return None


def _sick(bundle: Bundle) -> Bundle:
    """A Worker with the same classes that is never well."""
    answer = 'fetch() { return new Response("sick", { status: 503 }); }'
    classes = [f"export class {name} {{ {answer} }}" for name in bundle.version.classes]
    lines = [*classes, f"export default {{ {answer} }};"]
    write_private(bundle.modules / _SICK, "\n".join(lines).encode())
    module = Module(_SICK, "application/javascript+module", _SICK)
    version = replace(bundle.version, main_module=_SICK, modules=(module,))
    return replace(bundle, version=version)
