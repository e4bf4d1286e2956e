"""Silence is no bad signal, and a little attention is no worse than silence: decision 16, over random factors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

OTHERS = ("revenue_potential", "strategic_fit", "influence", "cltv")
FACTORS = (*OTHERS, "engagement")
CENT = Decimal("0.01")

scores = st.none() | st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)
others = st.fixed_dictionaries(dict.fromkeys(OTHERS, scores))
weights = st.fixed_dictionaries(dict.fromkeys(FACTORS, st.integers(0, 40))).filter(lambda each: any(each.values()))


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(["int_account_scores"], [f"int_{factor}_scores" for factor in FACTORS])


def account_scores(
    decider: Decider, weights: dict[str, int], accounts: dict[str, dict[str, Decimal | None]]
) -> dict[str, Any]:
    policy = Policy.model_validate(policy_document(load_policy(None)) | {"factors": weights})
    rows = {
        f"int_{factor}_scores": [
            {"account_id": account_id, "score": given_scores[factor], "reason": "because"}
            | ({"has_digital": given_scores[factor] is not None} if factor == "engagement" else {})
            for account_id, given_scores in accounts.items()
        ]
        for factor in FACTORS
    }
    found = decider.run(policy_rows(policy, dt.date(2026, 3, 2)) | rows)["int_account_scores"]
    return {row["account_id"]: row for row in found}


def mean(weights: dict[str, int], given_scores: dict[str, Decimal | None]) -> Decimal | None:
    known = [(weights[factor], score) for factor, score in given_scores.items() if score is not None]
    whole = sum(weight for weight, _ in known)
    return sum((weight * score for weight, score in known), Decimal()) / whole if whole else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_weights=weights,
    given_others=others,
    minutes=st.lists(st.integers(0, 10_000), min_size=1, max_size=6).map(sorted),
)
def test_attention_never_lowers_a_score(
    decider: Decider, given_weights: dict[str, int], given_others: dict[str, Decimal | None], minutes: list[int]
) -> None:
    """From silence over ever more attention, the score of an otherwise identical account never falls."""
    accounts = {"silent": given_others | {"engagement": None}} | {
        f"touched {number}": given_others | {"engagement": Decimal(cents) / 100} for number, cents in enumerate(minutes)
    }
    rows = account_scores(decider, given_weights, accounts)
    ladder = [rows[account_id]["account_score"] for account_id in accounts]

    assert ladder[0] is None or None not in ladder
    known = [score for score in ladder if score is not None]
    assert known == sorted(known)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_weights=weights, given_others=others, engagement=scores)
def test_a_score_is_the_better_mean_with_and_without_engagement(
    decider: Decider, given_weights: dict[str, int], given_others: dict[str, Decimal | None], engagement: Decimal | None
) -> None:
    given_scores = given_others | {"engagement": engagement}
    score = account_scores(decider, given_weights, {"a": given_scores})["a"]["account_score"]
    means = [
        each for each in (mean(given_weights, given_others), mean(given_weights, given_scores)) if each is not None
    ]

    if not means:
        assert score is None
    else:
        assert abs(score - max(means)) <= CENT


def test_silence_and_too_little_are_told(decider: Decider) -> None:
    known: dict[str, Decimal | None] = dict.fromkeys(OTHERS, Decimal(60))
    rows = account_scores(
        decider,
        dict.fromkeys(FACTORS, 1),
        {"silent": known | {"engagement": None}, "touched": known | {"engagement": Decimal("59.99")}},
    )

    assert rows["silent"]["score_reasons"].endswith("; no digital data")
    assert rows["touched"]["engagement_reason"] == "? because (too little to count)"
    assert rows["silent"]["account_score"] == rows["touched"]["account_score"] == 60
