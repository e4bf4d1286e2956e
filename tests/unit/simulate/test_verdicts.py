"""Benchmarks put a rehearsed policy's figures into proportion."""

from __future__ import annotations

import pytest
from tests.unit.simulate.conftest import count

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.simulate.outcome import StyleLine
from abm.simulate.verdicts import Verdict, judge

BENCHMARKS = {
    ("accounts", "one_to_one"): 14.0,
    ("customer_share", "one_to_one"): 0.8,
    ("accounts", "one_to_many"): 500.0,
    ("marketing_budget_share", "all"): 0.29,
}


def verdicts(accounts: int, *, customers: int = 0, reached: int = 1000, annual: float | None = None) -> list[Verdict]:
    document = load_policy(None).model_dump(mode="json", by_alias=True)
    policy = Policy.model_validate(document | {"marketing_budget": {"annual": annual}})
    lines = [
        StyleLine("one_to_one", "1:One", None, count("one_to_one", accounts, customers=customers, spend=290_000)),
        StyleLine("one_to_many", "1:Many", None, count("one_to_many", reached)),
    ]
    return list(judge(lines, policy, BENCHMARKS))


def texts(style: str, found: list[Verdict]) -> str:
    return "\n".join(verdict.text for verdict in found if verdict.style == style)


@pytest.mark.parametrize(
    ("accounts", "severity", "told"),
    [
        (47, "warn", "47 accounts in 1:One: three times the median of 14."),
        (28, "warn", "28 accounts in 1:One: twice the median of 14."),
        (27, "good", "27 accounts in 1:One: about the median of 14."),
        (8, "good", "8 accounts in 1:One: about the median of 14."),
        (7, "note", "7 accounts in 1:One: few against the median of 14."),
        (1, "note", "1 account in 1:One: few against the median of 14."),
        (140, "warn", "140 accounts in 1:One: 10 times the median of 14."),
    ],
)
def test_accounts_are_held_against_the_median(accounts: int, severity: str, told: str) -> None:
    first = verdicts(accounts)[0]

    assert (first.severity, first.text.startswith(told)) == (severity, True), first.text


def test_people_and_money_of_the_median_company_stand_beside_ours() -> None:
    told = texts("one_to_one", verdicts(47))

    assert "14 accounts at 5 a marketer take about 3 marketers; 47 here take 10 marketers, the policy names 3." in told
    assert "14 accounts at 36,000 to 50,000 USD a year are 504,000 to 700,000" in told


def test_too_many_one_to_one_accounts_are_called_the_common_mistake() -> None:
    assert "nobody gets bespoke work" in texts("one_to_one", verdicts(47))
    assert "bespoke" not in texts("one_to_many", verdicts(47, reached=5000))


def test_mix_of_customers_is_held_against_the_benchmark() -> None:
    assert "80% of 1:One are customers; the benchmark is 80%." in texts("one_to_one", verdicts(10, customers=8))


def test_budget_share_is_told_beside_the_benchmark() -> None:
    assert "ABM takes 29% of the marketing budget of 1,000,000 USD" in texts("all", verdicts(10, annual=1_000_000))
    assert "known once marketing_budget.annual is told" in texts("all", verdicts(10))


def test_fewer_than_half_in_targeted_styles_is_a_warning() -> None:
    assert "fewer than half" in texts("all", verdicts(10, reached=9))
    assert "fewer than half" not in texts("all", verdicts(10, reached=10))
