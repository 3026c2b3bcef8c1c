"""The room's code, bundled once; a workerd for each test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.rig import Bundle, Rig, make_bundle
from vttsync.node.runtime import find_node


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Bundle:
    """templates/party as wrangler uploads it."""
    cache = Path(pytestconfig.cache.mkdir("vttsync-room")) if pytestconfig.cache else None
    folder = tmp_path_factory.mktemp("model")
    return make_bundle(find_node(), folder, cache or folder / "cache")


@pytest.fixture(scope="module")
def rig(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(bundle, tmp_path_factory.mktemp("storage")) as running:
        yield running
