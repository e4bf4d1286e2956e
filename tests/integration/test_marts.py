"""Marts and activation over a small world: from landed records to a release, and the nights after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from tests.integration.first_night import ACCOUNTS
from tests.integration.first_night import AS_OF as TUESDAY

from abm import release, transform
from abm.policy.load import load_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

MODELS = "+path:models/marts +path:models/activation +path:models/ops_marts"
FEW_SEATS = """
styles:
  one_to_one: {seats: {limit: 4}}
  one_to_few: {seats: {limit: 15, lease_reserve: 3}}
"""
QUIET_SHARE = 0.02  # of CRM records; deals still leave the period by the day


@dataclass(frozen=True)
class Model:
    """Builds of one warehouse."""

    url: str

    def night(self, release_id: str, as_of: dt.date, policy: Path | None = None) -> None:
        release.start_build(self.url, as_of=as_of, release_id=release_id, policy=load_policy(policy))
        transform.build(self.url, select=MODELS)

    def publish(self, release_id: str) -> None:
        release.publish(self.url, release_id, "test")

    def shuffle(self, table: str) -> None:
        with connect(self.url) as connection:
            connection.execute(f"create temporary table shuffled as select * from {table}")
            connection.execute(f"truncate {table}")
            connection.execute(f"insert into {table} select * from shuffled order by md5(shuffled::text)")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with connect(self.url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder for dbt's parse cache, so that a module parses the project once."""
    with pytest.MonkeyPatch.context() as environment:
        folder = tmp_path_factory.mktemp("dbt-home")
        environment.setenv("ABM_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _one_parse(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABM_HOME", str(home))


@pytest.fixture(scope="module")
def candidate(home: Path, first_night_url: str) -> Model:
    """A first build with the default policy, made on a Tuesday."""
    return Model(first_night_url)


@pytest.fixture(scope="module")
def published(candidate: Model) -> Model:
    candidate.publish("first")
    return candidate


@pytest.fixture(scope="module")
def few_seats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "policy.yml"
    path.write_text(FEW_SEATS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def with_few_seats(published: Model, few_seats: Path) -> Model:
    """A second release a week later, with a policy that seats fewer accounts."""
    published.night("few", TUESDAY + dt.timedelta(days=8), few_seats)
    published.publish("few")
    return published


def test_unit_tests_of_every_rule_pass(candidate: Model) -> None:
    folders = (
        "intermediate/scores",
        "intermediate/backtest",
        "intermediate/styles",
        "intermediate/metrics",
        "intermediate/model_fit",
        "marts",
        "activation",
        "ops_marts",
    )
    chosen = [f"test_type:unit,path:models/{folder}" for folder in folders]
    ran = transform.run_dbt(candidate.url, "test", "--select", *chosen)

    assert ran.returncode == 0, ran.stdout
    assert "TOTAL=0" not in ran.stdout


def test_scores_do_not_hang_on_the_order_of_rows(candidate: Model) -> None:
    digest = (
        "select md5(string_agg(scores::text, '' order by account_id)) from intermediate.int_account_scores as scores"
    )
    before = candidate.rows(digest)
    for table in ("int_activities_daily", "int_opportunities"):
        candidate.shuffle(f"intermediate.{table}")
    transform.build(candidate.url, select="path:models/intermediate/scores", full_refresh=True)

    assert candidate.rows(digest) == before


def test_every_account_is_decided_and_explained(published: Model) -> None:
    accounts, decided, scored = published.rows(
        """
        select (select count(*) from marts.dim_accounts),
            (select count(*) from marts.fct_account_styles where reason <> ''),
            (select count(*) from marts.fct_account_scores where score_reasons <> '')
        """
    )[0]

    assert int(str(accounts)) > ACCOUNTS * 0.5
    assert decided == scored == accounts


def test_every_crm_record_gets_its_account_s_fields(published: Model) -> None:
    missing = published.rows(
        """
        select source, record_id from intermediate.int_account_records
        where source in ('salesforce', 'hubspot')
        except
        select destination, object_key from activation.crm_accounts
        """
    )
    assert missing == []


def test_quiet_night_changes_next_to_nothing_in_the_crm(published: Model) -> None:
    published.night("quiet", TUESDAY + dt.timedelta(days=1))
    changed, records = published.rows(
        """
        select
            (select count(*) from (
                select * from candidate_activation.crm_accounts
                except
                select * from activation.crm_accounts
            ) as differing),
            (select count(*) from activation.crm_accounts)
        """
    )[0]

    assert int(str(changed)) <= int(str(records)) * QUIET_SHARE


def test_customers_and_acquisition_add_up_to_all(published: Model) -> None:
    differing = published.rows(
        """
        select style, month from marts.fct_style_metrics
        group by style, month
        having sum(value) filter (where metric = 'opportunities_won')
                <> sum(value) filter (where metric in ('acquisition_opportunities_won', 'customer_opportunities_won'))
            or sum(value) filter (where metric = 'revenue_won')
                <> sum(value) filter (where metric in ('acquisition_revenue', 'expansion_revenue'))
        """
    )
    tracks = published.rows(
        """
        select track from marts.fct_style_metrics
        where family = 'revenue' group by track having sum(value) > 0 order by 1
        """
    )

    assert differing == []
    assert tracks == [("acquisition",), ("all",), ("customers",)]


def test_no_return_is_judged_in_the_first_year_of_a_style(published: Model) -> None:
    families = published.rows(
        "select distinct family from marts.fct_style_metrics where not is_mature order by 1",
    )

    assert families == [("cycle",), ("economics",), ("pipeline",), ("revenue",)]
    assert published.rows("select 1 from marts.fct_style_metrics where is_mature = is_return") == []


def test_every_model_is_judged_and_tells_whom_it_is_about(published: Model) -> None:
    models = published.rows("select model from marts.fct_model_fit where fit <> 'no_data' order by 1")
    tagged, customers = published.rows(
        """
        select (select count(*) from marts.fct_account_models where model = 'customer_marketing'),
            (select count(*) from marts.dim_accounts where is_customer)
        """
    )[0]

    assert [model for (model,) in models] == [
        "abm",
        "customer_marketing",
        "industry_segment",
        "large_account",
        "named_account",
    ]
    assert tagged == customers


def test_cost_of_the_company_is_that_of_its_styles(published: Model) -> None:
    planned, capacity, verdict = published.rows(
        """
        select planned_spend, (select sum(planned_spend) from marts.fct_style_capacity), verdict
        from marts.fct_style_economics where style = 'all'
        """
    )[0]

    assert planned == capacity
    assert "29 %" in str(verdict)


def test_history_foresees_the_ledger(with_few_seats: Model) -> None:
    history = "account_id, effective_style, valid_from, valid_to, reason_code, policy_version, release_id"
    moved = with_few_seats.rows("select 1 from ops.style_ledger where valid_to is not null")
    differing = [
        with_few_seats.rows(f"select {history} from {one} except select {history} from {other}")
        for one, other in permutations(("marts.fct_style_history", "ops.style_ledger"))
    ]

    assert len(moved) > 0
    assert differing == [[], []]


def test_fewer_seats_make_a_waitlist_that_says_what_enters(with_few_seats: Model) -> None:
    seats, base_used, waiting = with_few_seats.rows(
        "select base_seats, base_used, waitlisted from marts.fct_style_capacity where style = 'one_to_few'"
    )[0]
    reason, points = with_few_seats.rows(
        """
        select reason, waitlist_points_needed from marts.fct_account_styles
        where waitlist_style = 'one_to_few' and reason_code = 'waitlisted' order by waitlist_rank limit 1
        """
    )[0]

    assert (seats, base_used) == (12, 12)
    assert int(str(waiting)) > 0
    assert f"of 12 seats; enters at {points} points" in str(reason)


def test_seats_that_are_gone_are_the_only_reason_to_leave_a_style_between_reviews(with_few_seats: Model) -> None:
    left = with_few_seats.rows(
        """
        select distinct reason_code from marts.fct_account_styles
        where base_style <> held_style and held_style <> 'none' and effective_style = base_style
        """
    )

    assert left == [("seat_withdrawn",)]


def test_base_styles_stay_though_every_potential_changes(with_few_seats: Model, few_seats: Path) -> None:
    """The night proposes other styles; nobody's base style moves before a review."""
    before = with_few_seats.rows("select account_id, base_style from marts.fct_account_styles order by 1")
    with connect(with_few_seats.url) as connection:
        connection.execute("update raw_salesforce.account set annual_revenue = 1e9, _landed_at = now()")
        connection.execute("update raw_salesforce.opportunity set amount = amount * 50, _landed_at = now()")
    with_few_seats.night("upheaval", TUESDAY + dt.timedelta(days=9), few_seats)
    after = with_few_seats.rows("select account_id, base_style from candidate_marts.fct_account_styles order by 1")
    held = with_few_seats.rows(
        "select 1 from candidate_marts.fct_account_styles where reason_code = 'held_until_review'"
    )

    assert after == before
    assert len(held) > 0
