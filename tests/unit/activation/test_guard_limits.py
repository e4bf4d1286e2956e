"""Every limit at its boundary: exactly the share or the count goes, one row more asks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from abm.activation.guards.limits import exceeds, findings
from abm.activation.guards.moves import FieldTally
from abm.activation.guards.tallies import Measured, Tally
from abm.activation.planning import PlanSummary
from abm.policy.guards import Budget, FieldGuard, SyncGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

OPEN = Budget(minimum_rows=0, max_create_share=1, max_update_share=1, max_remove_share=1, max_shrink_share=1)
GUARD = SyncGuard(**OPEN.model_dump(), first_sync="send", each_audience=OPEN)
CALM = Tally(None, acknowledged=100, desired=100, creations=0, updates=0, removals=0, before=100)

rows = st.integers(0, 10_000)
shares = st.integers(0, 10_000).map(lambda number: number / 10_000)


def measured(
    whole: Tally = CALM, audiences: Sequence[Tally] = (), fields: Sequence[FieldTally] = (), destination: str = "x"
) -> Measured:
    plan = PlanSummary(
        "run", destination, "r1", False, whole.desired, whole.creations + whole.updates + whole.removals, 0, 0,
        whole.acknowledged, whole.creations, whole.updates, whole.removals,
    )  # fmt: skip
    return Measured(plan, "digest", whole, audiences, fields, [])


def keys(found: Measured, guard: SyncGuard) -> list[str]:
    return [finding.policy_key.removeprefix("guards.destinations.x.") for finding in findings(found, guard)]


@given(rows, rows, shares)
def test_shares_are_compared_exactly(moved: int, base: int, share: float) -> None:
    assert exceeds(moved, base, share) == (moved > Fraction(str(share)) * base)


@pytest.mark.parametrize("share", [0.07, 0.1, 0.29, 0.57, 0.58])  # as floats, some of them times 100 fall short
def test_exactly_the_share_goes(share: float) -> None:
    allowed = round(share * 100)
    assert not exceeds(allowed, 100, share)
    assert exceeds(allowed + 1, 100, share)


@pytest.mark.parametrize(
    ("noun", "limit"),
    [("creations", "max_create"), ("updates", "max_update"), ("removals", "max_remove")],
)
@given(base=st.integers(1, 10_000), share=shares, more=st.integers(-2, 2))
def test_each_operation_has_its_share_and_its_count(noun: str, limit: str, base: int, share: float, more: int) -> None:
    allowed = int(Fraction(str(share)) * base)
    assume(0 <= allowed + more <= base)
    whole = replace(CALM, acknowledged=base, desired=base, before=None, **{noun: allowed + more})
    expected = [f"{limit}_share"] if more > 0 else []
    assert keys(measured(whole), GUARD.model_copy(update={f"{limit}_share": share})) == expected

    expected = [f"{limit}_count"] if more > 0 else []
    assert keys(measured(whole), GUARD.model_copy(update={f"{limit}_count": allowed})) == expected


@given(before=st.integers(1, 10_000), share=shares, more=st.integers(-2, 2))
def test_input_may_shrink_by_its_share(before: int, share: float, more: int) -> None:
    lost = int(Fraction(str(share)) * before) + more
    assume(0 <= lost <= before)
    whole = replace(CALM, before=before, desired=before - lost)
    expected = ["max_shrink_share"] if more > 0 else []
    assert keys(measured(whole), GUARD.model_copy(update={"max_shrink_share": share})) == expected


@given(minimum=st.integers(0, 200), base=st.integers(1, 200))
def test_shares_count_from_the_minimum_on_and_counts_always(minimum: int, base: int) -> None:
    whole = replace(CALM, acknowledged=base, desired=0, removals=base, before=base)
    strict = {"minimum_rows": minimum, "max_remove_share": 0.0, "max_shrink_share": 0.0, "max_remove_count": 0}
    expected = ["max_remove_share"] if base >= minimum else []
    expected += ["max_remove_count"]
    expected += ["max_shrink_share"] if base >= minimum else []
    assert keys(measured(whole), GUARD.model_copy(update=strict)) == expected


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), max_size=6), shares)
def test_each_audience_is_judged_by_itself(sizes: list[tuple[int, int]], share: float) -> None:
    tallies = [
        Tally(f"a{number}", held, held - min(gone, held), 0, 0, min(gone, held), before=held)
        for number, (held, gone) in enumerate(sizes)
    ]
    guard = GUARD.model_copy(update={"each_audience": OPEN.model_copy(update={"max_remove_share": share})})
    over = [
        finding.audience for finding in findings(measured(audiences=tallies), guard) if "share" in finding.policy_key
    ]
    assert over == [t.audience for t in tallies if t.removals > Fraction(str(share)) * t.acknowledged]


def test_an_audience_of_its_own_limits_is_not_judged_by_each_audience() -> None:
    tallies = [Tally(name, 100, 60, 0, 0, 40, before=100) for name in ("core", "wide")]
    strict = OPEN.model_copy(update={"max_remove_share": 0.1})
    guard = GUARD.model_copy(update={"each_audience": strict, "audiences": {"core": OPEN}})
    assert [finding.audience for finding in findings(measured(audiences=tallies), guard)] == ["wide"]


@given(moved=rows, acknowledged=rows, share=shares, minimum=st.integers(0, 100))
def test_a_watched_field_may_move_on_its_share(moved: int, acknowledged: int, share: float, minimum: int) -> None:
    tally = FieldTally("abm_account_score", "Score__c", 0, moved, 0, moved, [])
    fields = {"abm_account_score": FieldGuard(max_moved_share=share, moved_by_over=30)}
    guard = GUARD.model_copy(update={"fields": fields, "minimum_rows": minimum})
    is_over = acknowledged >= minimum and moved > Fraction(str(share)) * acknowledged
    whole = replace(CALM, acknowledged=acknowledged, before=None)
    expected = ["fields.abm_account_score.max_moved_share"] if is_over else []
    assert keys(measured(whole, fields=[tally]), guard) == expected


@given(creations=st.integers(1, 10_000), share=shares)
def test_a_first_sync_is_asked_about_as_such_and_not_for_its_share(creations: int, share: float) -> None:
    whole = Tally(None, 0, creations, creations, 0, 0, before=None)
    audience = replace(whole, audience="core", before=0)
    tight = OPEN.model_copy(update={"max_create_share": share})
    guard = GUARD.model_copy(update={"max_create_share": share, "first_sync": "approve", "each_audience": tight})
    assert keys(measured(whole, [audience]), guard) == ["first_sync"]
    assert list(findings(measured(whole, [audience]), guard, may_go_first=True)) == []
