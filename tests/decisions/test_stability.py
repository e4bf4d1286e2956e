"""120 nights of realistic noise: styles move as the policy allows, and nobody flaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.decisions.market import Market
from tests.decisions.nights import changed
from tests.decisions.published import INPUTS, MODELS, PublishedNights

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row

    from abm.policy.schema import Policy

NIGHTS = 120
FLAP_DAYS = 30
SEATS = {"one_to_one": (6, 2), "one_to_few": (15, 4), "one_to_many": (25, 4)}  # and of them the reserve
LEASE_REASON = "lease"


class Period(NamedTuple):
    """Nights in a row with one effective style."""

    style: str
    reason: str
    first: int
    last: int


def policy_of(**review: Any) -> Policy:
    styles = {
        name: {"seats": {"limit": seats, "lease_reserve": reserve}, "needs_team": "never"}
        for name, (seats, reserve) in SEATS.items()
    }
    default = changed().model_dump(mode="json", by_alias=True)["styles"]
    merged = {name: {**style, **styles.get(name, {})} for name, style in default.items()}
    return changed(review=review, styles=merged)


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


class Simulation:
    """What each account was given, night after night."""

    def __init__(self, decider: Decider, seed: int, policy: Policy, reviews_every: int) -> None:
        market, nights = Market(seed), PublishedNights(decider)
        self.policy, self.reviews_every = policy, reviews_every
        self.by_night: list[dict[str, Row]] = []
        for night in range(NIGHTS):
            is_review = night % reviews_every == 0
            self.by_night.append(nights.night(market.night(night), policy, market.day(night), is_review=is_review))

    def periods(self, column: str = "effective_style") -> dict[str, list[Period]]:
        """Return each account's styles in order; nights on which it was not there are no period."""
        found: dict[str, list[Period]] = defaultdict(list)
        for night, styles in enumerate(self.by_night):
            for name, row in styles.items():
                last = found[name][-1] if found[name] else None
                if last and last.style == row[column] and last.last >= night - 4:
                    found[name][-1] = last._replace(last=night)
                else:
                    found[name].append(Period(row[column], row["reason_code"], night, night))
        return found

    def flaps(self) -> list[str]:
        """Name who went from A to B and back to A within 30 days, no lease in it.

        Whom the sources had forgotten on the night of a review, which gave its seat away, did not flap.
        """
        return [
            name
            for name, periods in self.periods().items()
            for before, between, after in zip(periods, periods[1:], periods[2:], strict=False)
            if before.style == after.style
            and after.first - between.first < FLAP_DAYS
            and LEASE_REASON not in (before.reason, between.reason, after.reason)
            and not self._missed_a_review(name, before.last, after.first)
        ]

    def _missed_a_review(self, name: str, first: int, last: int) -> bool:
        nights = (night for night in range(first, last + 1) if night % self.reviews_every == 0)
        return any(name not in self.by_night[night] for night in nights)


QUARTERLY = policy_of()
FREQUENT = policy_of(minimum_stay_days=45, max_moves_share=0.5)
RESTLESS = policy_of(minimum_stay_days=0, leave_margin=0.0, enter_margin=0.0, score_margin=0.0, max_moves_share=1.0)


@pytest.fixture(
    scope="module",
    params=[(1, QUARTERLY, 91), (2, FREQUENT, 7), (3, FREQUENT, 15)],
    ids=["quarterly", "weekly", "fortnightly"],
)
def simulation(decider: Decider, request: pytest.FixtureRequest) -> Simulation:
    return Simulation(decider, *request.param)


def test_nobody_flaps(simulation: Simulation) -> None:
    assert simulation.flaps() == []


def test_base_styles_change_in_reviews_only_and_not_before_the_minimum_stay(simulation: Simulation) -> None:
    stay = simulation.policy.review.minimum_stay_days
    for name, periods in simulation.periods("base_style").items():
        for before, after in pairwise(periods):
            was_away = after.first > before.last + 1
            is_review = after.first % simulation.reviews_every == 0
            assert was_away or (is_review and after.first - before.first >= stay), (name, before, after)


def test_no_account_changes_style_more_often_than_the_policy_allows(simulation: Simulation) -> None:
    policy = simulation.policy
    moves = NIGHTS // max(1, policy.review.minimum_stay_days)
    leases = -(-NIGHTS // policy.mqa.cool_down_days)
    for name, periods in simulation.periods().items():
        aways = sum(after.first > before.last + 1 for before, after in pairwise(periods))
        assert len(periods) - 1 <= moves + 2 * leases + aways, (name, periods)


def test_a_review_moves_no_more_than_its_share(simulation: Simulation) -> None:
    review = simulation.policy.review
    for night, (before, after) in enumerate(pairwise(simulation.by_night), start=1):
        moved = sum(after[name]["base_style"] != row["base_style"] for name, row in before.items() if name in after)
        cap = max(review.max_moves_minimum, int(review.max_moves_share * len(after)))
        assert moved <= (cap if night % simulation.reviews_every == 0 else 0)


def test_leases_run_return_and_stay_within_the_reserve(simulation: Simulation) -> None:
    runs = simulation.policy.leases.days * (1 + simulation.policy.leases.max_renewals)
    leased: Counter[str] = Counter()
    for styles in simulation.by_night:
        used = Counter(row["effective_style"] for row in styles.values() if row["reason_code"] == LEASE_REASON)
        assert all(used[style] <= SEATS[style][1] for style in used)
        running = {name for name, row in styles.items() if row["reason_code"] == LEASE_REASON}
        assert all(styles[name]["effective_style"] != styles[name]["base_style"] for name in running)
        leased = Counter({name: leased[name] + 1 for name in running})
        assert max(leased.values(), default=0) <= runs
    assert any(row["reason_code"] == LEASE_REASON for styles in simulation.by_night for row in styles.values())


def test_without_margins_and_stay_the_same_market_does_flap(decider: Decider) -> None:
    """The measure can tell: what keeps styles still is the policy, not a market that is too quiet."""
    assert Simulation(decider, 2, RESTLESS, 7).flaps()
