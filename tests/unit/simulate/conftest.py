"""A rehearsal as it comes out, without a database."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from abm.simulate.outcome import Audience, Live, Mover, Outcome, StyleCount, StyleLine
from abm.simulate.rehearsal import Rehearsal
from abm.simulate.replay import Month
from abm.simulate.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = dt.date(2026, 3, 3)


def count(style: str, accounts: int, *, customers: int = 0, seats: int | None = None, spend: float = 0) -> StyleCount:
    return StyleCount(
        style=style,
        accounts=accounts,
        customers=customers,
        seats=seats,
        used=accounts,
        waitlisted=0,
        leased=0,
        planned_spend=spend,
        band_low=spend / 2,
        band_high=spend * 2,
    )


def mover(account_id: str, old: str | None, new: str | None, name: str = "Acme Ltd") -> Mover:
    return Mover(
        account_id=account_id,
        account_name=name,
        from_style=old,
        to_style=new,
        from_base_style=old,
        to_base_style=new,
        reason_code="waitlisted",
        reason="Waits for 1:One: rank 4 of 3 seats.",
        account_score=70.5,
        annual_potential=3_000_000,
        is_customer=True,
        is_due_anyway=account_id == "a.example",
    )


@pytest.fixture
def rehearsal() -> Callable[..., Rehearsal]:
    """Return a function that makes a rehearsal in which two accounts leave 1:One."""

    def make(**changes: object) -> Rehearsal:
        before, after = count("one_to_one", 5, seats=5, spend=200_000), count("one_to_one", 3, seats=3, spend=120_000)
        outcome = Outcome(
            styles=[
                StyleLine("one_to_one", "1:One", before, after),
                StyleLine("one_to_few", "1:Few", count("one_to_few", 10), count("one_to_few", 12)),
            ],
            movers=[mover(f"{name}.example", "one_to_one", "one_to_few") for name in ("a", "b")],
            audiences=[Audience("linkedin", "one_to_few", "Programme clusters", 10, 12)],
            held_back={"moves_capped": 4},
            decisions_digest="d",
        )
        values = {
            "as_of": DAY,
            "is_review": True,
            "policy_version": "new",
            "currency": "USD",
            "live": Live("r1", DAY, "old", is_review=False, currency="USD"),
            "outcome": outcome,
            "verdicts": [Verdict("one_to_one", "note", "3 accounts in 1:One: few against the median of 14.")],
            "months": [Month(DAY, is_review=True, moved=1, styles={"one_to_one": after})],
            "medians": {"one_to_one": 14.0},
            "digest": "0123",
        }
        return Rehearsal(**(values | changes))  # type: ignore[arg-type]

    return make
