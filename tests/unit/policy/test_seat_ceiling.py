"""What caps a style however many marketers it has, so that nobody is told to hire for a seat a budget forbids."""

from __future__ import annotations

import pytest

from abm.policy.load import load_policy
from abm.policy.seats import seats_ceiling, style_seats
from abm.policy.treatment import Seats


@pytest.mark.parametrize(
    ("given", "ceiling", "seats"),
    [
        ({}, None, 15),
        ({"limit": 20}, 20, 15),
        ({"limit": 4}, 4, 4),
        ({"annual_budget": 400_000}, 10, 10),
        ({"annual_budget": 400_000, "limit": 9}, 9, 9),
    ],
)
def test_budget_and_limit_cap_what_marketers_bring(given: dict[str, int], ceiling: int | None, seats: int) -> None:
    policy = load_policy(None)
    style = policy.styles["one_to_one"]
    changed = style.model_copy(
        update={"seats": Seats.model_validate({"marketers": 3, "accounts_per_marketer": 5, **given})}
    )

    assert seats_ceiling(changed) == ceiling
    assert style_seats(changed, policy.portfolio.capacity) == seats
