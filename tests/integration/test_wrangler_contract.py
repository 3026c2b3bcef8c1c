"""The pinned wrangler does what was written down of it: what an upgrade moves is seen here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.wrangler_contract import PAGE, observe
from vttsync.node.runtime import Node

pytestmark = pytest.mark.slow


def test_wrangler_is_as_it_was(node: Node, party: Path) -> None:
    wanted = json.loads(PAGE.read_text("utf-8"))
    seen = observe(node, party)
    assert seen["wrangler"] == wanted["wrangler"]
    assert seen["unknown routes"] == []
    for name, run in wanted["runs"].items():
        assert seen["runs"][name] == run, f"{name}; docs/upgrading-wrangler.md says what to do"
    assert list(seen["runs"]) == list(wanted["runs"])
