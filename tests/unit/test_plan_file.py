"""Plans in files: kept, read again, and compared with what a deploy would do now."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from rich.console import Console

from tests.unit.test_plan import CODE, KEYS, NOW, OTHER, after, edited, wanted, wishes
from vttsync.cloudflare.bindings import Bound
from vttsync.deploy.plan import file
from vttsync.deploy.plan.making import Wanted, make_plan
from vttsync.deploy.plan.model import Act, Change, Kind, Plan
from vttsync.deploy.plan.planning import keep_quiet
from vttsync.errors import Exit, VttsyncError
from vttsync.output.plan import plan_view
from vttsync.redaction import confide

PATH = Path("plan.json")
PLAN = make_plan(wanted(variables={"DAYS": 60}), after(wanted()))


@given(wishes, wishes)
def test_a_plan_comes_back_as_it_was_kept(before: Wanted, want: Wanted) -> None:
    plan = make_plan(want, after(before))
    file.write_plan(PATH, plan)
    kept = file.read_plan(PATH)
    assert kept == plan
    file.check_holds(PATH, kept, plan)


def test_a_file_is_replaced_as_a_whole() -> None:
    PATH.write_text("an older one")
    file.write_plan(PATH, PLAN)
    assert [it.name for it in Path().iterdir()] == ["plan.json"]
    assert file.read_plan(PATH) == PLAN


def test_what_was_given_in_confidence_is_not_in_the_file() -> None:
    secret = confide("a-key-that-nobody-may-see")
    plan = make_plan(wanted(variables={"DAYS": secret}), after(wanted()))
    file.write_plan(PATH, plan)
    assert secret not in PATH.read_text()
    file.check_holds(PATH, file.read_plan(PATH), plan)


def test_a_token_that_somebody_left_in_a_variable_is_not_in_the_file() -> None:
    token = "cfut_" + "aB3" * 15
    read = edited(after(wanted()), bound=Bound(frozenset(KEYS), {"DAYS": token}))
    keep_quiet(wanted(), read)
    file.write_plan(PATH, make_plan(wanted(), read))
    assert token not in PATH.read_text()


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(PLAN, now=replace(NOW, deployment_id="another")), "What is live has moved"),
        (replace(PLAN, now=None), "Nothing is live any more"),
        (replace(PLAN, code=OTHER), "b2b2b2b2b2b2"),
        (replace(PLAN, changes=()), "DAYS"),
        (replace(PLAN, changes=(*PLAN.changes, Change(Kind.SECRET, "MORE", Act.ADD))), "MORE"),
        (replace(PLAN, drift=PLAN.changes), "Other drift now: DAYS"),
        (replace(PLAN, loses=("Session",)), "Session"),
        (replace(PLAN, takes=("a.example",)), "a.example"),
        (replace(PLAN, update_mode="deferred"), "immediate → deferred"),
    ],
)
def test_a_plan_that_no_longer_holds(now: Plan, told: str) -> None:
    with pytest.raises(VttsyncError) as caught:
        file.check_holds(PATH, PLAN, now)
    assert caught.value.exit_code is Exit.DECISION_NEEDED
    assert told in str(caught.value)
    assert "Nothing was deployed" in str(caught.value)


def changed(**values: Any) -> str:
    file.write_plan(PATH, PLAN)
    kept = json.loads(PATH.read_text())
    return json.dumps({**kept, **values})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not JSON"),
        ("[]", "changed by hand"),
        ("{}", "something else"),
        (b"\xff", "not JSON"),
    ],
)
def test_what_is_no_plan(content: str | bytes, told: str) -> None:
    PATH.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(VttsyncError, match="no plan that can be applied") as caught:
        file.read_plan(PATH)
    assert caught.value.exit_code is Exit.CONFIG
    assert told in caught.value.why


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"format": 2, "vttsync": "9.1"}, "version 9.1"),
        ({"plan": {}}, "changed by hand"),
        ({"more": 1}, "`more`"),
    ],
)
def test_what_is_no_plan_any_more(values: dict[str, Any], told: str) -> None:
    PATH.write_text(changed(**values))
    with pytest.raises(VttsyncError) as caught:
        file.read_plan(PATH)
    assert told in caught.value.why


def test_a_plan_is_shown_without_a_colour_and_within_80_columns() -> None:
    written = StringIO()
    console = Console(width=80, file=written)
    long = {"A_NAME_THAT_IS_LONGER_THAN_OTHERS": "x" * 300, "B": [1]}
    console.print(plan_view(make_plan(wanted(CODE, variables=long), after(wanted()))))
    shown = written.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    assert "+ variable      B" in shown
    assert "…" in shown
