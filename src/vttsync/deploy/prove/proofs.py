"""What was proved of which version, noted where vttsync keeps what it must remember."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Proof:
    """A verdict on one version.

    Attributes:
        at: ISO 8601, UTC.
        summary: the verdict in a line.
    """

    version_id: str
    passed: bool
    summary: str
    at: str


def _path(state: Path, env: str) -> Path:
    return state / "history" / f"{env}.ndjson"


def note(state: Path, env: str, proof: Proof) -> None:
    """Add `proof` to what is known of `env`; a line of its own, so that two may write at once.

    Raises:
        OSError: it can't be kept.
    """
    path = _path(state, env)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(proof)) + "\n")


def proofs(state: Path, env: str) -> dict[str, Proof]:
    """The newest proof of each version, by its id; lines that make no sense are passed over."""
    try:
        lines = _path(state, env).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        try:
            proof = Proof(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[proof.version_id] = proof
    return found
