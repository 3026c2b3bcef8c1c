"""How long a deploy waits, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from vttsync.deploy.health import PATIENCE
from vttsync.node.wrangler import TIME_LIMIT


@dataclass(frozen=True)
class Patience:
    """How long to wait for what.

    Attributes:
        health: until a version that is live must answer.
        upload: until wrangler must be done.
        settling: between two questions about what is live, when a request got no answer: it may
            be under way still.
        asking: until Cloudflare must have said what is live.
    """

    health: float = PATIENCE
    upload: float = TIME_LIMIT
    settling: float = 2.0
    asking: float = 30.0
