"""A sound candidate passes; a candidate with one fault fails exactly that expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abm.policy.load import load_policy
from abm.policy.versions import store_policy
from abm.quality import check_candidate

if TYPE_CHECKING:
    import psycopg

_SOUND = """
insert into ops.build_context (release_id, as_of_date, policy_version) values ('r1', current_date, '{version}');
create table candidate_marts.dim_accounts as
    select 'a' || n as account_id, 500 as employees from generate_series(1, 100) as n;
create table candidate_marts.fct_account_styles as
    select
        'a' || n as account_id, 'one_to_many' as effective_style, 'one_to_many' as value_band,
        case when n > 5 then 'one_to_many' else 'none' end as base_style,
        case when n <= 5 then 'demo' end as lease_trigger
    from generate_series(1, 100) as n;
create table candidate_marts.fct_style_capacity as
    select 'one_to_many' as style, 100 as seats, 95 as base_seats, 5 as lease_seats
    union all
    select 'targeted_demand_gen', null, null, 0;
create table candidate_activation.audience_members as
    select
        destination, audience, 'a' || n as member_key, 'a' || n as account_id,
        case holds when 'people' then '{{"EMAIL": "d"}}' else '{{"companyName": "A"}}' end as identifiers
    from generate_series(1, 100) as n, ops.policy_audiences
    where holds = 'people' or n <= 10;
create schema if not exists ops_marts;
create table ops_marts.fct_audience_sizes as
    select destination, audience, 0.1 as size_lost_share, true as is_newest from ops.policy_audiences;
create table marts.fct_account_styles as table candidate_marts.fct_account_styles;
"""


@pytest.fixture
def candidate(warehouse: psycopg.Connection) -> psycopg.Connection:
    version = store_policy(warehouse, load_policy(None))
    warehouse.execute(_SOUND.format(version=version))
    return warehouse


def test_audience_of_people_in_which_nobody_may_be_is_no_fault(
    warehouse_url: str, candidate: psycopg.Connection
) -> None:
    candidate.execute("delete from candidate_activation.audience_members where destination in ('google', 'meta')")
    assert check_candidate(warehouse_url, "r1").failed == []


def test_a_sound_candidate_passes(warehouse_url: str, candidate: psycopg.Connection) -> None:
    report = check_candidate(warehouse_url, "r1")
    assert report.expectations == 8
    assert report.failed == []


@pytest.mark.parametrize(
    ("spoil", "expected", "stops"),
    [
        (
            "delete from ops.policy_audiences; delete from candidate_marts.dim_accounts",
            "The candidate has accounts",
            True,
        ),
        (
            "update candidate_activation.audience_members set identifiers = '{}'",  # people, who bring nobody along
            "People missing at the member companies to the platform's minimum is at most 0",
            False,
        ),
        (
            "update ops_marts.fct_audience_sizes set size_lost_share = 0.6 where destination = 'linkedin'",
            "Share of an audience's people that its platform lost since it was read before is at most 0.5",
            False,
        ),
        ("update candidate_marts.fct_account_styles set effective_style = null", "Every account has one style", True),
        (
            "update candidate_marts.fct_account_styles set value_band = 'unknown' where account_id <> 'a1'",
            "Share of accounts whose potential is unknown is at most 0.6",
            False,
        ),
        (
            "update candidate_marts.fct_style_capacity set seats = 99",
            "Accounts in a style above its seats is at most 0",
            True,
        ),
        (
            "update candidate_marts.fct_style_capacity set base_seats = 94",
            "Accounts in a style above its seats is at most 0",
            True,
        ),
        (
            "update candidate_marts.fct_style_capacity set lease_seats = 4 where style = 'one_to_many'",
            "Accounts in a style above its seats is at most 0",
            True,
        ),
        (
            "delete from candidate_activation.audience_members where destination = 'meta' and member_key <> 'a1'",
            "People missing at the member companies to the platform's minimum is at most 0",
            False,
        ),
        (
            "delete from candidate_activation.audience_members where destination = 'linkedin'",
            "People missing at the member companies to the platform's minimum is at most 0",
            False,
        ),
        (
            "update candidate_marts.dim_accounts set employees = 29",
            "People missing at the member companies to the platform's minimum is at most 0",
            False,
        ),
        (
            "insert into marts.fct_account_styles select 'gone' || n, 'one_to_many' from generate_series(1, 12) as n",
            "Share of published accounts that are gone is at most 0.1",
            True,
        ),
        (
            "update marts.fct_account_styles set effective_style = 'one_to_few' where account_id < 'a5'",
            "Share of accounts whose style changes is at most 0.25",
            False,
        ),
    ],
)
def test_one_fault_fails_one_expectation(
    warehouse_url: str, candidate: psycopg.Connection, spoil: str, expected: str, stops: bool
) -> None:
    candidate.execute(spoil)
    report = check_candidate(warehouse_url, "r1")
    assert [finding.description for finding in report.failed] == [expected]
    assert report.stops is stops


def test_the_first_candidate_is_not_compared(warehouse_url: str, candidate: psycopg.Connection) -> None:
    candidate.execute("drop table marts.fct_account_styles")
    assert check_candidate(warehouse_url, "r1").expectations == 6
