"""What was deployed, and which version a rollback goes to."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from vttsync.cloudflare.versions import Deployment, Version
from vttsync.deploy.execute.commit import Commit, message
from vttsync.deploy.operate.earlier import check_migration, choose
from vttsync.deploy.operate.history import Entry, commit_of, entries
from vttsync.deploy.prove.proofs import Proof
from vttsync.errors import Exit, VttsyncError
from vttsync.output.history import HistoryView

AT = "2026-11-23T16:00:00.123456Z"
SAID = "0123456789ab+changes code abcdefabcdef · A dragon's lair"


def version(number: int, said: str = "", trigger: str = "upload") -> Version:
    return Version(
        f"{number}{number}{number}{number}-id", number, AT, "wrangler", "", said, "", trigger
    )


def deployment(number: int, trigger: str = "deployment", **fields: str) -> Deployment:
    return Deployment(
        f"d{number}", f"{number}{number}{number}{number}-id", 100.0, AT,
        fields.get("source", "wrangler"), fields.get("author", "anna@example.com"),
        fields.get("message", ""), trigger,
    )  # fmt: skip


def past(*numbers: int) -> tuple[Entry, ...]:
    return entries([deployment(it) for it in numbers], versions(*numbers), {})


def versions(*numbers: int) -> dict[str, Version]:
    return {it.id: it for it in map(version, numbers)}


def test_a_deployment_is_told_with_its_version_and_proof() -> None:
    known = {it.id: it for it in (version(1), version(2, SAID))}
    proof = Proof("2222-id", True, "11 clients", AT)
    live, older = entries([deployment(2), deployment(1)], known, {"2222-id": proof})
    assert (live.live, older.live) == (True, False)
    assert live.commit == "0123456789ab+changes"
    assert live.why == "upload"
    assert live.proof == proof
    assert older.proof is None


def test_a_rollback_tells_the_commit_that_came_back() -> None:
    back = deployment(1, "rollback", message="vttsync: back to 1111-id")
    (entry,) = entries([back], {"1111-id": version(1, SAID)}, {})
    assert (entry.why, entry.commit) == ("rollback", "0123456789ab+changes")
    assert entry.message == "vttsync: back to 1111-id"


def test_a_deployment_by_another_tool() -> None:
    (entry,) = entries([deployment(3, source="dash", author="")], {}, {})
    assert (entry.who, entry.commit, entry.number, entry.why) == ("dash", "", 0, "deployment")


@pytest.mark.parametrize(
    ("said", "commit"),
    [
        (SAID, "0123456789ab+changes"),
        (message(Commit("f" * 40, "A subject", ()), "a" * 64), "f" * 12),
        (message(None, "a" * 64), ""),
        ("deadbeef fixes all", ""),
        ("Rollback", ""),
        ("", ""),
    ],
)
def test_the_commit_is_read_from_vttsyncs_own_messages_only(said: str, commit: str) -> None:
    assert commit_of(said) == commit


def test_back_is_the_newest_version_from_before_that_was_live() -> None:
    assert choose("prod", past(3, 2, 1), {}, None) == "2222-id"
    assert choose("prod", past(2, 3, 2, 1), {}, None) == "1111-id"  # back twice goes back further


@pytest.mark.parametrize("numbers", [(), (1,), (1, 2), (1, 1)])
def test_there_is_nothing_to_go_back_to(numbers: tuple[int, ...]) -> None:
    with pytest.raises(VttsyncError) as told:
        choose("prod", past(*numbers), versions(*numbers), None)
    assert told.value.exit_code is Exit.DEPLOY_FAILED


def test_a_version_that_is_named() -> None:
    known = versions(1, 2, 3)
    assert choose("prod", past(3), known, "1111") == "1111-id"
    assert choose("prod", past(3), known, " 2222-ID ") == "2222-id"
    for wanted in ("1", "9999", "1111-id-and-more"):
        with pytest.raises(VttsyncError) as told:
            choose("prod", past(3), known, wanted)
        assert told.value.exit_code is Exit.USAGE
    twins = {**known, "1111-other": replace(known["1111-id"], id="1111-other")}
    with pytest.raises(VttsyncError, match="2 versions"):
        choose("prod", past(3), twins, "1111")


@pytest.mark.parametrize("tags", [("v1", "v1"), (None, "v1"), ("v1", None), (None, None)])
def test_a_migration_that_is_the_same_or_not_told(tags: tuple[str | None, str | None]) -> None:
    check_migration("x", *tags)


def test_no_way_back_across_a_migration() -> None:
    with pytest.raises(VttsyncError, match="migration v2") as told:
        check_migration("x", "v1", "v2")
    assert told.value.exit_code is Exit.DEPLOY_FAILED


def test_the_history_fits_80_columns() -> None:
    known = {it.id: it for it in (version(1), version(2, SAID))}
    long = deployment(2, author="somebody-with-a-rather-long-address@example.com")
    proof = Proof("2222-id", False, "no", AT)
    console = Console(file=io.StringIO(), width=80, no_color=True)
    console.print(HistoryView(entries([long, deployment(1)], known, {"2222-id": proof})))
    assert isinstance(console.file, io.StringIO)
    head, first, second = console.file.getvalue().splitlines()
    assert head.split()[:2] == ["version", "when"]
    assert first.startswith("●  2222-id  2026-11-23 16:00  0123456+  upload  failed  somebody-")
    assert second.split()[0] == "1111-id"
    assert max(map(len, (head, first, second))) <= 80
