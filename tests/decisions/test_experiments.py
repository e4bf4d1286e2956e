"""Experiments: who is held out, whose turn comes when, whether a test is large enough, and what stays as it was."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider

    Begin = Callable[..., "Trials"]

Row = dict[str, Any]
START = dt.date(2026, 3, 2)
HOLDOUT = {
    "name": "adverts",
    "label": "Adverts",
    "style": "one_to_many",
    "holdout_share": 0.3,
    "baseline_rate": 0.1,
    "detectable_lift": 0.5,
    "starts_on": START,
}
STEPPED = {**HOLDOUT, "name": "roadshow", "style": "one_to_few", "holdout_share": None}
STEPPED |= {"step_days": 14, "clusters_per_step": 2}


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def held_out(experiment: str, account_id: str, share: float) -> bool:
    """The rule as docs/experiments.md states it."""
    return int(hashlib.md5(f"{experiment}:{account_id}".encode()).hexdigest()[:8], 16) / 2**32 < share  # noqa: S324 [shares out, protects nothing]


@dataclass
class Trials:
    """A policy's experiments, the accounts' styles and clusters today, and the ledgers of days before."""

    decider: Decider
    experiments: list[Row]
    styles: dict[str, str] = field(default_factory=dict)
    clusters: dict[str, str] = field(default_factory=dict)
    style_ledger: list[Row] = field(default_factory=list)
    cluster_ledger: list[Row] = field(default_factory=list)
    opportunities: list[Row] = field(default_factory=list)

    def had(self, account_id: str, style: str, since: int, until: int | None = None) -> None:
        style_row = {"effective_style": style, "base_style": style, "reason_code": "band_and_seat", "reason": "-"}
        self.style_ledger.append(
            {"account_id": account_id, "policy_version": "policy", **style_row, **_validity(since, until)}
        )

    def was_in(self, account_id: str, cluster: str, since: int, until: int | None = None) -> None:
        self.cluster_ledger.append(
            {
                "account_id": account_id,
                "micro_segment_id": cluster,
                "micro_segment_number": 1,
                **_validity(since, until),
            }
        )

    def run(self, number: int) -> dict[str, list[Row]]:
        document = copy.deepcopy(policy_document(load_policy(None)))
        document["experiments"] = self.experiments
        return self.decider.run(
            {
                **policy_rows(Policy.model_validate(document), as_of=day(number)),
                "int_account_styles": [
                    {"account_id": name, "effective_style": style} for name, style in self.styles.items()
                ],
                "int_micro_segment_members": [
                    {"account_id": name, "micro_segment_id": cluster} for name, cluster in self.clusters.items()
                ],
                "int_opportunities": self.opportunities,
                "ops.style_ledger": self.style_ledger,
                "ops.micro_segment_ledger": self.cluster_ledger,
            }
        )

    def members(self, number: int) -> dict[str, Row]:
        return {row["account_id"]: row for row in self.run(number)["int_experiment_members"]}

    def arms(self, number: int) -> dict[str, str]:
        return {account_id: row["arm"] for account_id, row in self.members(number).items()}

    def report(self, number: int) -> Row:
        (row,) = self.run(number)["fct_experiments"]
        return row


def _validity(since: int, until: int | None) -> Row:
    return {
        "valid_from": day(since),
        "valid_to": None if until is None else day(until),
        "release_id": "r",
    }


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(
        ["int_experiment_members", "fct_experiments"],
        ["int_account_styles", "int_micro_segment_members", "int_opportunities"],
    )


@pytest.fixture
def tests(decider: Decider) -> Begin:
    """Return a function that starts with one experiment and as many accounts in its style."""

    def begin(experiment: Row, accounts: int = 0, **changes: Any) -> Trials:
        made = Trials(decider, [{**experiment, **changes}])
        made.styles = {f"a{number:04d}.example": experiment["style"] for number in range(accounts)}
        return made

    return begin


def test_a_hash_of_test_and_account_holds_out_the_policys_share(tests: Begin) -> None:
    run = tests(HOLDOUT, accounts=2000)
    arms = run.arms(0)
    assert arms == {name: "holdout" if held_out("adverts", name, 0.3) else "treated" for name in run.styles}
    share = list(arms.values()).count("holdout") / len(arms)
    assert share == pytest.approx(0.3, abs=0.03)


def test_an_arm_stays_whatever_else_changes(tests: Begin) -> None:
    run = tests(HOLDOUT, accounts=60)
    before = run.arms(0)
    for name in run.styles:
        run.had(name, "one_to_many", 0)
    run.styles |= {"a0000.example": "one_to_few", "a0001.example": "targeted_demand_gen", "new.example": "one_to_many"}
    del run.styles["a0002.example"]
    run.experiments += [{**HOLDOUT, "name": "other"}]
    after = _of(run.run(40), "adverts")
    assert {name: row["arm"] for name, row in after.items() if name in before} == {
        name: arm for name, arm in before.items() if name != "a0002.example"
    }
    assert {name for name, row in after.items() if row["has_changed_style"]} == {"a0000.example", "a0001.example"}
    assert after["new.example"]["entered_on"] == day(40)


def _of(results: dict[str, list[Row]], experiment: str) -> dict[str, Row]:
    return {row["account_id"]: row for row in results["int_experiment_members"] if row["experiment"] == experiment}


def test_a_larger_share_holds_out_the_same_accounts_and_more(tests: Begin) -> None:
    few = {name for name, arm in tests(HOLDOUT, accounts=200).arms(0).items() if arm == "holdout"}
    more = {name for name, arm in tests(HOLDOUT, accounts=200, holdout_share=0.5).arms(0).items() if arm == "holdout"}
    assert few < more


def test_an_account_enters_on_its_first_day_in_the_style_while_the_test_runs(tests: Begin) -> None:
    run = tests(HOLDOUT, ends_on=day(20))
    spells = {"before": (-30, -1), "to the start": (-30, 0), "over it": (-30, 1), "inside": (5, 6), "late": (20, 25)}
    for name, (since, until) in {**spells, "too late": (21, 25)}.items():
        run.had(name, "one_to_many", since, until)
        run.styles[name] = "one_to_few"
    run.styles["today"] = "one_to_many"
    entered = {name: row["entered_on"] for name, row in run.members(30).items()}
    assert entered == {"over it": day(0), "inside": day(5), "late": day(20)}


@pytest.mark.parametrize(("number", "members", "withheld"), [(-1, 0, 0), (0, 1, 1), (20, 1, 1), (21, 1, 0)])
def test_a_test_withholds_from_its_first_day_to_its_last(
    tests: Begin, number: int, members: int, withheld: int
) -> None:
    name = next(name for name in map(str, range(100)) if held_out("adverts", name, 0.3))
    run = tests(HOLDOUT, ends_on=day(20))
    run.styles[name] = "one_to_many"
    run.had(name, "one_to_many", -9)
    rows = run.members(number).values()
    assert (len(rows), sum(row["is_withheld"] for row in rows)) == (members, withheld)


def test_nobody_is_withheld_from_one_to_one(tests: Begin) -> None:
    run = tests(HOLDOUT, accounts=20)
    for name in run.styles:
        run.had(name, "one_to_many", 0)
        run.styles[name] = "one_to_one"
    rows = run.members(5).values()
    assert {row["arm"] for row in rows} == {"holdout", "treated"}
    assert not any(row["is_withheld"] for row in rows)


def clustered(run: Trials, clusters: int) -> None:
    for number in range(clusters):
        account_id, cluster = f"account {number}", f"cluster {number}"
        run.styles[account_id], run.clusters[account_id] = "one_to_few", cluster
        run.had(account_id, "one_to_few", -5)
        run.was_in(account_id, cluster, -5)


@pytest.mark.parametrize(("number", "treated"), [(0, 2), (13, 2), (14, 4), (27, 4), (28, 5), (99, 5)])
def test_clusters_start_step_by_step(tests: Begin, number: int, treated: int) -> None:
    run = tests(STEPPED)
    clustered(run, 5)
    arms = list(run.arms(number).values())
    assert (arms.count("treated"), arms.count("waits")) == (treated, 5 - treated)


def test_new_clusters_wait_behind_those_that_were_there(tests: Begin) -> None:
    run = tests(STEPPED)
    clustered(run, 5)
    before = {name: row["step"] for name, row in run.members(0).items()}
    for number in range(5, 12):
        run.styles[f"account {number}"], run.clusters[f"account {number}"] = "one_to_few", f"cluster {number}"
    after = {name: row["step"] for name, row in run.members(3).items()}
    assert {name: after[name] for name in before} == before
    assert sorted(after.values()) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_an_account_keeps_the_turn_of_the_cluster_it_entered_in(tests: Begin) -> None:
    run = tests(STEPPED)
    clustered(run, 5)
    before = run.members(0)
    treated, waits = (next(n for n, row in before.items() if row["arm"] == arm) for arm in ("treated", "waits"))
    for name, other in ((treated, waits), (waits, treated)):
        run.clusters[name] = before[other]["micro_segment_id"]
        run.was_in(name, run.clusters[name], 3)
        next(row for row in run.cluster_ledger if row["account_id"] == name)["valid_to"] = day(3)
    assert run.arms(9) == {name: row["arm"] for name, row in before.items()}


def needed(baseline: float, lift: float, share: float) -> tuple[float, float]:
    """Accounts held out and treated that a textbook asks for at 5 % and 80 %, unrounded."""
    held, treated, times = baseline, baseline * (1 + lift), (1 - share) / share
    mean = share * held + (1 - share) * treated
    significance, power = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(0.8)
    spread = significance * ((1 + 1 / times) * mean * (1 - mean)) ** 0.5
    spread += power * (held * (1 - held) + treated * (1 - treated) / times) ** 0.5
    accounts = (spread / (treated - held)) ** 2
    return accounts, accounts * times


@pytest.mark.parametrize(("baseline", "lift", "share"), [(0.1, 0.3, 0.5), (0.05, 0.5, 0.1), (0.4, 1.0, 0.2)])
def test_a_test_needs_as_many_accounts_as_the_textbook_says(
    tests: Begin, baseline: float, lift: float, share: float
) -> None:
    run = tests(HOLDOUT, baseline_rate=baseline, detectable_lift=lift, holdout_share=share)
    row = run.report(0)
    held, treated = needed(baseline, lift, share)
    assert row["needed_held"] == pytest.approx(held, abs=1.01)
    assert row["needed_treated"] == pytest.approx(treated, abs=1.01 * (1 - share) / share + 1)


def test_known_size_of_ten_against_thirteen_percent(tests: Begin) -> None:
    row = tests(HOLDOUT, detectable_lift=0.3, holdout_share=0.5).report(0)
    assert (row["needed_held"], row["needed_treated"]) == (1774, 1774)


def test_the_verdict_says_whether_the_test_is_large_enough(tests: Begin) -> None:
    small = tests(HOLDOUT, accounts=40).report(0)
    assert not small["is_large_enough"]
    assert small["verdict"].startswith("Too small: ")
    assert f"{small['needed_held']} and {small['needed_treated']} are needed; it would only show" in small["verdict"]
    large = tests(HOLDOUT, accounts=200, baseline_rate=0.3, detectable_lift=2.0).report(0)
    assert large["is_large_enough"]
    assert large["verdict"].startswith("Large enough: ")


def test_before_its_start_a_test_is_sized_by_the_accounts_of_its_style(tests: Begin) -> None:
    row = tests(HOLDOUT, accounts=100).report(-1)
    assert (row["status"], row["available_held"], row["available_treated"]) == ("planned", 30, 70)


def test_responses_count_from_entry_to_the_end_and_are_compared_by_arm(tests: Begin) -> None:
    run = tests(HOLDOUT, accounts=400, ends_on=day(20))
    for name in run.styles:
        run.had(name, "one_to_many", 0)
    arms = run.arms(0)
    treated = [name for name, arm in arms.items() if arm == "treated"]
    counted = [(treated[0], 0), (treated[1], 20), (treated[1], 9), (treated[4], 5)]
    for name, number in [*counted, (treated[2], -1), (treated[3], 21)]:
        run.opportunities.append({"account_id": name, "created_date": day(number)})
    row = run.report(30)
    rate = 3 / len(treated)
    half = NormalDist().inv_cdf(0.975) * (rate * (1 - rate) / len(treated)) ** 0.5
    assert float(row["rate_treated"]) == pytest.approx(rate, abs=1e-6)
    assert (row["status"], float(row["rate_held"])) == ("ended", 0.0)
    assert float(row["difference_from"]) == pytest.approx(rate - half, abs=1e-5)
    assert float(row["difference_to"]) == pytest.approx(rate + half, abs=1e-5)
