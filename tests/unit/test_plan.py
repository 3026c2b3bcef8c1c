"""What a plan says of every kind of change: what is live against what should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vttsync.cloudflare.bindings import Bound
from vttsync.deploy.plan.making import Wanted, make_plan
from vttsync.deploy.plan.model import Act, Change, Code, Kind, Now, Plan
from vttsync.deploy.plan.reading import Addresses, Live, Read, Version
from vttsync.deploy.plan.risks import risks
from vttsync.project.wrangler_toml import Migration, Route, Worker

ROOM = "my-table-prod"
CODE = Code("a1" * 32, 2000, 1000)
OTHER = Code("b2" * 32, 2000, 1000)
KEYS = ("PUBLISH_KEY", "TICKET_KEY")
NOW = Now("deployment", "live", "2026-11-01T20:00:00Z", "wrangler", "", "", "")


def worker(**changes: Any) -> Worker:
    plain = Worker(
        ROOM,
        KEYS,
        None,
        workers_dev=True,
        bound=("Session",),
        bindings={"Session": "Session"},
        variables={"DAYS": 30},
        migrations=(Migration("v1", created=("Session",)),),
        compatibility_date="2026-10-01",
    )
    return replace(plain, **changes)


def wanted(code: Code = CODE, secrets: tuple[str, ...] = KEYS, **changes: Any) -> Wanted:
    return Wanted("prod", "0" * 32, worker(**changes), secrets, code)


def deployed(want: Wanted, **changes: Any) -> Version:
    """The version that a deploy of `want` makes."""
    made = Version(
        id="live",
        source="wrangler",
        bound=Bound(frozenset(want.secrets), dict(want.worker.variables)),
        etag=f"etag of {want.code.sha256}",
        classes=want.worker.bindings,
        compatibility_date=want.worker.compatibility_date,
        compatibility_flags=want.worker.compatibility_flags,
        message=f"0123456789ab+changes code {want.code.sha256[:12]} · a subject",
    )
    return replace(made, **changes)


def addresses(of: Worker, **changes: Any) -> Addresses:
    owners = {
        custom: {it.pattern: of.name for it in of.routes if it.custom_domain is custom}
        for custom in (True, False)
    }
    return replace(Addresses(of.workers_dev, owners[True], owners[False]), **changes)


def after(want: Wanted) -> Read:
    """What Cloudflare tells once `want` is deployed."""
    tags = [it.tag for it in want.worker.migrations]
    version = deployed(want)
    live = Live(NOW, version, version, tags[-1] if tags else None)
    return Read(live, addresses(want.worker))


def edited(read: Read, **changes: Any) -> Read:
    """The same after somebody has changed the live version by hand."""
    assert read.live
    version = replace(read.live.version, id="edited", message="", source="dash", **changes)
    return replace(read, live=replace(read.live, version=version))


def only(plan: Plan) -> Change:
    (change,) = plan.changes
    return change


# --- nothing to do, and everything ---

names = st.text("ABx_1", min_size=1, max_size=3)
values: st.SearchStrategy[object] = st.one_of(
    st.text(), st.integers(-9, 9), st.booleans(), st.lists(st.integers(-9, 9)), st.none()
)
workers = st.builds(
    worker,
    variables=st.dictionaries(names, values, max_size=5),
    bindings=st.dictionaries(names, st.just("Session"), max_size=3),
    compatibility_date=st.sampled_from(["2026-10-01", "2026-11-01"]),
    compatibility_flags=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
    workers_dev=st.booleans(),
    keeps_variables=st.booleans(),
    routes=st.lists(
        st.builds(Route, st.sampled_from(["a.example", "b.example/*"]), st.booleans()),
        unique_by=lambda it: it.pattern,
    ).map(tuple),
)
wishes = st.builds(
    lambda worker, secrets, code: Wanted(
        "prod", "0" * 32, worker, tuple(sorted(secrets - set(worker.variables))), code
    ),
    workers,
    st.sets(names, max_size=3),
    st.sampled_from([CODE, OTHER]),
)


@given(wishes)
def test_what_is_live_against_itself_is_no_change(want: Wanted) -> None:
    plan = make_plan(want, after(want))
    assert [*plan.changes, *plan.drift, *plan.loses, *plan.takes] == []
    assert not plan.differs


@given(wishes, wishes)
def test_a_plan_leads_from_what_is_live_to_what_is_wanted(before: Wanted, want: Wanted) -> None:
    plan = make_plan(want, after(before))
    assert plan.drift == ()
    variables: dict[str, object] = dict(before.worker.variables)
    for change in plan.changes:
        if change.kind is Kind.VARIABLE and change.act is Act.REMOVE:
            del variables[change.name]
        elif change.kind is Kind.VARIABLE:
            variables[change.name] = change.after
        elif change.kind is Kind.SECRET:
            assert change.before is change.after is None
            variables.pop(change.name, None)
    kept = before.worker.variables if want.worker.keeps_variables else {}
    wished = {**kept, **want.worker.variables}
    assert {k: repr(v) for k, v in variables.items()} == {
        name: repr(value) for name, value in wished.items() if name not in want.secrets
    }


def test_a_new_worker() -> None:
    plan = make_plan(wanted(), Read(None, Addresses()))
    assert plan.now is None
    assert {change.act for change in plan.changes} == {Act.ADD}
    assert [(it.kind.value, it.name) for it in plan.changes] == [
        ("code", "bundle"),
        ("variable", "DAYS"),
        ("secret", "PUBLISH_KEY"),
        ("secret", "TICKET_KEY"),
        ("binding", "Session"),
        ("migration", "v1"),
        ("address", "workers.dev"),
        ("compatibility", "date"),
    ]
    assert [*plan.loses, *plan.drift] == []


# --- each kind ---


def test_other_code() -> None:
    change = only(make_plan(wanted(OTHER), after(wanted())))
    assert (change.kind, change.act) == (Kind.CODE, Act.CHANGE)
    assert (change.before, change.after) == ("a1" * 6, "b2" * 6)


def test_code_that_another_tool_deployed_is_not_known() -> None:
    read = after(wanted())
    assert read.live
    version = replace(read.live.version, message="a release")
    read = replace(read, live=replace(read.live, version=version, deployed=version))
    change = only(make_plan(wanted(), read))
    assert (change.kind, change.before) == (Kind.CODE, None)
    assert "does not say its hash" in change.note


def test_a_secret_set_since_is_the_same_code() -> None:
    read = edited(after(wanted()), bound=Bound(frozenset({*KEYS, "MORE"}), {"DAYS": 30}))
    assert make_plan(wanted(), read).changes == ()


@pytest.mark.parametrize(
    ("live", "wish", "act", "before", "now"),
    [
        ({}, {"A": "x"}, Act.ADD, None, "x"),
        ({"A": "x"}, {"A": "y"}, Act.CHANGE, "x", "y"),
        ({"A": 1}, {"A": True}, Act.CHANGE, 1, True),
        ({"A": {"b": [1]}}, {}, Act.REMOVE, {"b": [1]}, None),
    ],
)
def test_variables(
    live: Mapping[str, object], wish: Mapping[str, object], act: Act, before: Any, now: Any
) -> None:
    plan = make_plan(wanted(variables=wish), after(wanted(variables=live)))
    assert only(plan) == Change(Kind.VARIABLE, "A", act, before, now)


def test_a_new_secret_by_its_name() -> None:
    plan = make_plan(wanted(secrets=(*KEYS, "MORE")), after(wanted()))
    assert only(plan) == Change(Kind.SECRET, "MORE", Act.ADD)


def test_a_secret_that_was_a_variable_shows_no_value() -> None:
    read = after(wanted(secrets=(), variables={"DAYS": 30, "PUBLISH_KEY": "open"}))
    plan = make_plan(wanted(secrets=("PUBLISH_KEY",)), read)
    assert "open" not in repr(plan)
    assert (only(plan).kind, only(plan).act) == (Kind.SECRET, Act.CHANGE)


def test_a_secret_that_nobody_sends_any_more_stays() -> None:
    assert make_plan(wanted(secrets=KEYS[:1]), after(wanted())).changes == ()


def test_compatibility() -> None:
    wish = wanted(compatibility_date="2026-11-01", compatibility_flags=("nodejs_compat",))
    date, flags = make_plan(wish, after(wanted())).changes
    assert (date.before, date.after) == ("2026-10-01", "2026-11-01")
    assert (flags.before, flags.after) == ([], ["nodejs_compat"])


# --- addresses ---

DOMAIN = Route("table.example", custom_domain=True)
PATTERN = Route("example.com/table/*")


def test_addresses_that_are_new() -> None:
    wish = wanted(workers_dev=False, routes=(DOMAIN, PATTERN))
    off, domain, pattern = make_plan(wish, after(wanted())).changes
    assert (off.name, off.act) == ("workers.dev", Act.REMOVE)
    assert (domain.name, domain.act) == ("table.example", Act.ADD)
    assert (pattern.name, pattern.act) == ("example.com/table/*", Act.ADD)


def test_a_host_name_of_another_worker_is_taken() -> None:
    read = replace(after(wanted()), addresses=Addresses(True, {"table.example": "crow"}))
    plan = make_plan(wanted(routes=(DOMAIN,)), read)
    assert (only(plan).before, only(plan).after) == ("crow", ROOM)
    assert plan.takes == ("table.example",)
    assert risks(plan) == ["take table.example from another Worker"]


def test_a_route_is_no_custom_domain() -> None:
    read = replace(after(wanted()), addresses=Addresses(True, {"table.example": "crow"}))
    assert make_plan(wanted(routes=(Route("table.example"),)), read).takes == ()


def test_an_address_is_dropped_only_when_wrangler_sets_others_of_its_kind() -> None:
    before = after(wanted(routes=(DOMAIN, Route("old.example", custom_domain=True))))
    change = only(make_plan(wanted(routes=(DOMAIN,)), before))
    assert (change.name, change.act) == ("old.example", Act.REMOVE)
    assert make_plan(wanted(), before).changes == ()


# --- classes, and the rooms' data ---

V1 = Migration("v1", created=("Session",))


def moved(*steps: Migration, bound: str = "Session") -> Plan:
    """A deploy of the migrations after v1, with the binding Session leading to `bound`."""
    wish = wanted(migrations=(V1, *steps), bindings={"Session": bound}, bound=(bound,))
    return make_plan(wish, after(wanted()))


def test_a_class_more() -> None:
    plan = moved(Migration("v2", created=("Lobby",)))
    assert only(plan) == Change(Kind.MIGRATION, "v2", Act.ADD, note="creates Lobby")
    assert plan.loses == ()
    assert plan.migrates


def test_a_class_deleted_loses_its_rooms() -> None:
    plan = moved(Migration("v2", created=("Lobby",), deleted=("Session",)), bound="Lobby")
    assert plan.loses == ("Session",)
    migration = plan.changes[-1]
    assert "deletes Session and all that its rooms stored" in migration.note


def test_a_class_renamed_keeps_its_rooms() -> None:
    plan = moved(Migration("v2", renamed={"Session": "Room"}), bound="Room")
    assert plan.loses == ()
    assert plan.changes[-1].note == "Session becomes Room, with its rooms"


def test_a_class_renamed_and_then_deleted_is_lost_by_its_live_name() -> None:
    steps = (
        Migration("v2", renamed={"Session": "Room"}),
        Migration("v3", created=("Lobby",), deleted=("Room",)),
    )
    assert moved(*steps, bound="Lobby").loses == ("Session",)


def test_a_class_that_no_binding_leads_to_any_more() -> None:
    assert moved(Migration("v2", created=("Room",)), bound="Room").loses == ("Session",)


def test_a_class_made_and_deleted_before_anybody_had_it_is_no_loss() -> None:
    steps = (Migration("v2", created=("Draft",)), Migration("v3", deleted=("Draft",)))
    assert moved(*steps).loses == ()


def test_a_class_that_is_deleted_but_was_never_bound_is_lost_all_the_same() -> None:
    first = (Migration("v1", created=("Session", "Archive")),)
    read = after(wanted(migrations=first))
    wish = wanted(migrations=(*first, Migration("v2", deleted=("Archive",))))
    assert make_plan(wish, read).loses == ("Archive",)


def test_a_class_is_lost_by_the_name_that_an_earlier_migration_gave_it() -> None:
    first = (
        Migration("v1", created=("Session", "Old")),
        Migration("v2", renamed={"Old": "Archive"}),
    )
    wish = wanted(migrations=(*first, Migration("v3", deleted=("Archive",))))
    assert make_plan(wish, after(wanted(migrations=first))).loses == ("Archive",)


# --- edits by hand ---


def test_an_edited_variable_that_the_deploy_undoes_is_drift() -> None:
    read = edited(after(wanted()), bound=Bound(frozenset(KEYS), {"DAYS": 7}))
    plan = make_plan(wanted(variables={"DAYS": 60}), read)
    change = only(plan)
    assert plan.drift == (change,)
    assert (change.before, change.after) == (7, 60)
    assert change.note == "was deployed as 30, and edited since"
    assert risks(plan) == ["undo the edit of variable DAYS"]


def test_an_edit_that_wrangler_toml_has_taken_over_is_none() -> None:
    read = edited(after(wanted()), bound=Bound(frozenset(KEYS), {"DAYS": 7}))
    assert make_plan(wanted(variables={"DAYS": 7}), read).drift == ()


@pytest.mark.parametrize("keeps", [True, False])
def test_a_variable_added_by_hand(keeps: bool) -> None:
    bound = Bound(frozenset(KEYS), {"DAYS": 30, "MINE": "x"})
    plan = make_plan(wanted(keeps_variables=keeps), edited(after(wanted()), bound=bound))
    assert [it.name for it in plan.drift] == ([] if keeps else ["MINE"])


def test_a_variable_removed_by_hand_would_come_back() -> None:
    read = edited(after(wanted()), bound=Bound(frozenset(KEYS), {}))
    plan = make_plan(wanted(), read)
    assert [(it.name, it.act) for it in plan.drift] == [("DAYS", Act.ADD)]


def test_edited_code_and_compatibility() -> None:
    read = edited(after(wanted()), etag="other", compatibility_date="2026-11-11")
    plan = make_plan(wanted(), read)
    assert [it.kind for it in plan.drift] == [Kind.CODE, Kind.COMPATIBILITY]


def test_a_note_says_no_value_of_what_becomes_a_secret() -> None:
    read = after(wanted(secrets=(), variables={"DAYS": 30, "PUBLISH_KEY": "open"}))
    read = edited(read, bound=Bound(frozenset(), {"DAYS": 30, "PUBLISH_KEY": "opened"}))
    plan = make_plan(wanted(secrets=("PUBLISH_KEY",)), read)
    assert [it.name for it in plan.drift] == ["PUBLISH_KEY"]
    assert "open" not in repr(plan)


def test_what_nobody_ever_deployed_is_all_an_edit() -> None:
    read = edited(after(wanted()), bound=Bound(frozenset(), {"DAYS": 7}))
    assert read.live
    wish = wanted(variables={"DAYS": 30, "NEW": 1})
    plan = make_plan(wish, replace(read, live=replace(read.live, deployed=None)))
    assert [it.kind for it in plan.drift] == [Kind.CODE, Kind.VARIABLE]
    assert all("made by hand (dash)" in it.note for it in plan.drift)
