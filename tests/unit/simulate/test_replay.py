"""Which days a replay builds, and which of them are reviews."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from abm.simulate.replay import month_ends, review_days

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


def test_month_ends_are_those_before_the_month_of_today() -> None:
    assert month_ends(dt.date(2026, 3, 31), 3) == [dt.date(2025, 12, 31), dt.date(2026, 1, 31), dt.date(2026, 2, 28)]


def test_quarterly_review_falls_on_every_third_month_end() -> None:
    days = month_ends(dt.date(2026, 3, 3), 12)

    assert sorted(day.month for day in review_days(days, 91)) == [3, 6, 9, 12]


def test_monthly_reviews_are_possible() -> None:
    days = month_ends(dt.date(2026, 3, 3), 5)

    assert review_days(days, 30) == frozenset(days)


@given(DAYS, st.integers(1, 60))
def test_month_ends_are_days_before_a_first_of_month_and_rise(today: dt.date, months: int) -> None:
    ends = month_ends(today, months)

    assert len(ends) == months
    assert ends == sorted(set(ends))
    assert ends[-1] < today.replace(day=1)
    assert all((end + dt.timedelta(days=1)).day == 1 for end in ends)


@given(DAYS, st.integers(1, 24), st.integers(1, 400))
def test_first_day_is_a_review_and_none_comes_long_before_it_is_due(today: dt.date, months: int, every: int) -> None:
    reviews = sorted(review_days(month_ends(today, months), every))

    assert reviews[0] == month_ends(today, months)[0]
    assert all((later - earlier).days >= every - 15 for earlier, later in itertools.pairwise(reviews))
