"""What Cloudflare's answers mean, one by one: no network, no stand-in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vttsync.cloudflare.api import Answer
from vttsync.cloudflare.judge import judge, live_version
from vttsync.cloudflare.questions import (
    Asked,
    Subject,
    host_of,
    questions,
    questions_about_zones,
    suffixes,
)
from vttsync.cloudflare.token import read_token
from vttsync.errors import Exit, VttsyncError
from vttsync.findings import Finding, Result

ACCOUNT = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 10, 20, tzinfo=UTC)
USER = read_token("cfut_" + "a" * 43)
OWNED = read_token("cfat_" + "a" * 43)
OLD = read_token("Ab_-" * 10)
VERIFY = "verify /user/tokens/verify"
VERIFY_OWNED = f"verify /accounts/{ACCOUNT}/tokens/verify"
SILENT = VttsyncError("Cloudflare's API could not be reached.", exit_code=Exit.UNREACHABLE)
SUBJECT = Subject(USER, ACCOUNT, "my-table-prod", tags=("v1", "v2"), secrets=("A", "B"))


def _ok(result: object, ahead: float | None = 0.2) -> Answer:
    return Answer(200, None, "", result, ahead)


def _no(status: int, code: int, message: str = "") -> Answer:
    return Answer(status, code, message, None, 0.2)


def _service(tag: str | None) -> Answer:
    return _ok({"default_environment": {"script": {"migration_tag": tag}}})


GOOD: dict[str, Asked] = {
    VERIFY: _ok({"status": "active"}),
    "account": _ok({"name": "Crow Keep"}),
    "scripts": _ok([]),
    "edit": _no(404, 10007),
    "subdomain": _ok({"subdomain": "crow"}),
    "service": _service("v1"),
    "secrets": _ok([{"name": "A"}]),
    "deployments": _ok(
        {"deployments": [{"versions": [{"version_id": "old", "percentage": 10},
                                       {"version_id": "new", "percentage": 90}]},
                         {"versions": [{"version_id": "oldest", "percentage": 100}]}]}
    ),
}  # fmt: skip


def _found(subject: Subject = SUBJECT, /, **changed: Asked) -> dict[str, Finding]:
    answers = {**GOOD, **changed}
    return {it.check: it for it in judge(subject, answers, NOW)}


def _failure(found: dict[str, Finding]) -> Finding:
    (failure,) = [it for it in found.values() if it.result is Result.FAILED]
    return failure


def test_all_is_well() -> None:
    found = _found()
    assert {it.result for it in found.values()} == {Result.OK}
    told = {name: it.what for name, it in found.items()}
    assert told["account"] == f"Crow Keep ({ACCOUNT})"
    assert told["token"] == "user API token, active, without an end"
    assert told["workers.dev"] == "crow.workers.dev"
    assert told["Worker"] == "my-table-prod, live as new"
    assert told["migrations"] == "at v1; a deploy applies v2"
    assert told["deployed secrets"] == "1 of 2 are deployed; a deploy adds B"
    assert live_version(GOOD["deployments"]) == "new"


@pytest.mark.parametrize("status", ["expired", "disabled"])
def test_a_token_that_is_no_longer_active(status: str) -> None:
    found = _found(**{VERIFY: _ok({"status": status})})
    assert f"it is {status}" in _failure(found).why
    assert found["edit Workers"].result is Result.SKIPPED


@pytest.mark.parametrize(
    ("told", "result", "said"),
    [
        ({"expires_on": "2026-11-02T00:00:00Z"}, Result.WARNING, "expires on 2026-11-02"),
        ({"expires_on": "2026-11-04T00:00:00Z"}, Result.OK, "until 2026-11-04"),
        ({"expires_on": "2026-10-19T00:00:00Z"}, Result.FAILED, "expired on 2026-10-19"),
        ({"not_before": "2026-10-21T00:00:00Z"}, Result.FAILED, "valid from 2026-10-21"),
    ],
)
def test_when_a_token_is_good(told: dict[str, str], result: Result, said: str) -> None:
    token = _found(**{VERIFY: _ok({"status": "active", **told})})["token"]
    assert token.result is result
    assert said in token.what + token.why


def test_an_account_owned_token_is_asked_of_its_account() -> None:
    subject = Subject(OWNED, ACCOUNT)
    assert VERIFY_OWNED in questions(subject, "probe")
    assert VERIFY not in questions(subject, "probe")
    answers = {k: v for k, v in GOOD.items() if k != VERIFY}
    answers[VERIFY_OWNED] = _no(401, 1000, "Invalid API Token")
    found = {it.check: it for it in judge(subject, answers, NOW)}
    assert "owned by another account" in _failure(found).why


def test_an_old_token_is_asked_of_both_and_one_of_them_knows_it() -> None:
    subject = Subject(OLD, ACCOUNT)
    assert {VERIFY, VERIFY_OWNED} <= set(questions(subject, "probe"))
    unknown = _no(401, 1000, "Invalid API Token")
    assert _found(subject, **{VERIFY: unknown, VERIFY_OWNED: _ok({"status": "active"})})[
        "token"
    ].what.startswith("API token from before 2026, active")
    found = _found(subject, **{VERIFY: unknown, VERIFY_OWNED: unknown})
    assert "1000 Invalid API Token" in _failure(found).why


def test_a_token_of_wrangler_login_is_warned_about() -> None:
    subject = Subject(read_token("cfoat_" + "b" * 40), ACCOUNT)
    assert not [name for name in questions(subject, "probe") if name.startswith("verify")]
    assert _found(subject)["token"].result is Result.WARNING


def test_a_token_bound_to_other_addresses() -> None:
    told = "Cannot use the access token from location: 203.0.113.9"
    assert "203.0.113.9" in _failure(_found(**{VERIFY: _no(403, 9109, told)})).why


def test_the_account_of_somebody_else() -> None:
    refused = _no(403, 10000, "Authentication error")
    found = _found(account=refused, scripts=refused, edit=refused)
    assert "belongs to another account" in _failure(found).why
    assert found["edit Workers"].result is Result.SKIPPED


def test_an_account_whose_workers_the_token_can_not_see() -> None:
    refused = _no(403, 10000, "Authentication error")
    found = _found(scripts=refused, edit=refused)
    assert found["account"].result is Result.OK
    assert _failure(found).check == "read Workers"


def test_an_account_whose_name_can_not_be_read_is_no_fault() -> None:
    account = _found(account=_no(403, 9109))["account"]
    assert account.result is Result.OK
    assert "Account Settings: Read" in account.what


def test_a_token_that_may_only_read() -> None:
    found = _found(edit=_no(403, 10000), service=_no(404, 10090))
    assert "may read Workers but not edit" in _failure(found).what


@pytest.mark.parametrize("changed", [_no(403, 10000), _no(400, 10001)])
def test_a_right_to_edit_that_is_not_certain_is_said_as_such(changed: Answer) -> None:
    edit = _found(edit=changed)["edit Workers"]
    assert edit.result is Result.WARNING
    assert edit.what.startswith("Inconclusive")


def test_an_account_without_a_subdomain() -> None:
    found = _found(subdomain=_no(404, 10007))
    assert f"{ACCOUNT}/workers/onboarding" in _failure(found).fix
    assert "subdomain" not in questions(Subject(USER, ACCOUNT, workers_dev=False), "probe")


def test_a_new_worker() -> None:
    gone = _no(404, 10007)
    found = _found(service=_no(404, 10090), secrets=gone, deployments=gone)
    assert "a deploy creates it" in found["Worker"].what
    assert found["migrations"].what == "none applied yet; a deploy applies v1, v2"
    assert found["deployed secrets"].what == "0 of 2 are deployed; a deploy adds A, B"


def test_a_migration_that_the_project_does_not_know() -> None:
    failure = _failure(_found(service=_service("v3")))
    assert "migration `v3`" in failure.what
    assert "10079" in failure.why
    assert failure.exit_code is Exit.CONFIG


def test_a_network_that_fails_is_told_once_and_hides_nothing_else() -> None:
    found = _found(service=SILENT, secrets=SILENT, deployments=SILENT)
    assert _failure(found).exit_code is Exit.UNREACHABLE
    assert found["migrations"].result is Result.SKIPPED
    assert found["token"].result is Result.OK
    found = _found(**dict.fromkeys(GOOD, SILENT))
    assert _failure(found).check == "Cloudflare's API"
    assert {it.result for it in found.values()} == {Result.FAILED, Result.SKIPPED}


@pytest.mark.parametrize(
    ("ahead", "slow", "said"), [(45.0, 1.0, "45 s ahead of"), (-45.0, -1.0, "45 s behind")]
)
def test_a_clock_that_is_off(ahead: float, slow: float, said: str) -> None:
    # An answer that was long on its way says less of the clock.
    changed = {
        name: Answer(it.status, it.code, "", it.result, ahead + slow * at)
        for at, (name, it) in enumerate(GOOD.items())
        if isinstance(it, Answer)
    }
    clock = _found(**changed)["clock"]
    assert clock.result is Result.WARNING
    assert said in clock.what


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("table.example.com", "table.example.com"),
        ("*.example.com/table/*", "example.com"),
        ("https://example.com/*", "example.com"),
    ],
)
def test_the_host_of_a_pattern(pattern: str, host: str) -> None:
    assert host_of(pattern) == host


def test_the_names_that_a_zone_may_have() -> None:
    assert list(suffixes("a.b.example.com")) == ["a.b.example.com", "b.example.com", "example.com"]
    assert list(suffixes("localhost")) == ["localhost"]


HOST = "table.example.com"
DOMAIN = Subject(USER, ACCOUNT, "my-table-prod", domains=(HOST,), workers_dev=False)
ZONE = {"id": "z1", "name": "example.com", "status": "active"}
PLACED: dict[str, Asked] = {
    "zones": _ok([ZONE]),
    "zone example.com": _ok([ZONE]),
    f"zone {HOST}": _ok([]),
    f"domain {HOST}": _ok([]),
    f"records {HOST}": _ok([]),
}


def _placed(**changed: Asked) -> Finding:
    return _found(DOMAIN, **{**PLACED, **changed})[f"domain {HOST}"]


def test_a_custom_domain_that_is_free() -> None:
    assert _placed().what == "is free, in the zone example.com"
    asked = questions(DOMAIN, "probe")
    assert f"domain {HOST}" in asked
    assert questions_about_zones(DOMAIN, PLACED)[f"records {HOST}"].path == "/zones/z1/dns_records"


def test_a_custom_domain_of_another_worker() -> None:
    found = _placed(**{f"domain {HOST}": _ok([{"service": "crow-prod"}])})
    assert (found.result, found.exit_code) == (Result.FAILED, Exit.DECISION_NEEDED)
    assert "`crow-prod`" in found.what


def test_a_custom_domain_that_is_this_workers() -> None:
    mine = _ok([{"service": "my-table-prod"}])
    record = _ok([{"type": "AAAA", "content": "100::"}])
    found = _placed(**{f"domain {HOST}": mine, f"records {HOST}": record})
    assert found.what == "is this Worker's, in the zone example.com"


def test_a_host_name_with_a_record_of_its_own() -> None:
    found = _placed(**{f"records {HOST}": _ok([{"type": "A", "content": "203.0.113.9"}])})
    assert "(A 203.0.113.9)" in found.what
    assert "100117" in found.why


def test_a_domain_that_is_not_on_the_account() -> None:
    elsewhere = {"zones": _ok([{"id": "z2", "name": "other.example"}])}
    found = _placed(**elsewhere, **{"zone example.com": _ok([])})
    assert (found.result, found.exit_code) == (Result.FAILED, Exit.CONFIG)
    assert "10083" in found.why


def test_a_token_that_sees_no_zones_can_not_tell() -> None:
    found = _placed(zones=_ok([]), **{"zone example.com": _ok([])})
    assert found.result is Result.WARNING
    assert found.what.startswith("Inconclusive")


def test_a_zone_that_is_not_active_yet() -> None:
    found = _placed(**{"zone example.com": _ok([{**ZONE, "status": "pending"}])})
    assert (found.result, "is pending" in found.what) == (Result.WARNING, True)


def test_a_route_that_leads_elsewhere() -> None:
    pattern = "example.com/table/*"
    subject = Subject(USER, ACCOUNT, "my-table-prod", patterns=(pattern,))
    asked = questions_about_zones(subject, PLACED)
    assert asked[f"routes {pattern}"].path == "/zones/z1/workers/routes"
    taken = {f"routes {pattern}": _ok([{"pattern": pattern, "script": "crow-prod"}])}
    found = _found(subject, **PLACED, **taken)[f"route {pattern}"]
    assert "`crow-prod`" in found.what
    mine = {f"routes {pattern}": _ok([{"pattern": pattern, "script": "my-table-prod"}])}
    assert _found(subject, **PLACED, **mine)[f"route {pattern}"].result is Result.OK


NAMES = ("status", "expires_on", "name", "deployments", "versions", "service", "id", "script")
KEYS = st.sampled_from([*NAMES, "default_environment", "migration_tag", "percentage"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys((*GOOD, *PLACED), JSON)), st.sampled_from([200, 403]))
def test_an_answer_of_any_shape_is_judged(results: dict[str, object], status: int) -> None:
    answers: dict[str, Asked] = {
        name: Answer(status, None, "", result) for name, result in results.items()
    }
    pattern = ("example.com/t/*",)
    subject = Subject(USER, ACCOUNT, "my-table-prod", domains=(HOST,), patterns=pattern)
    questions_about_zones(subject, answers)
    assert judge(subject, answers, NOW)
