"""A warehouse where a test says which account has which style, and builds and publishes that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.candidates import make_ledger_marts

from abm import release
from abm.policy.load import load_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abm.policy.schema import Policy

FIRST_DAY = dt.date(2026, 3, 2)
CANDIDATE = """
drop table if exists
    candidate_marts.fct_account_styles, candidate_marts.dim_accounts, candidate_activation.crm_accounts;
create table candidate_marts.fct_account_styles (
    account_id text primary key, as_of_date date, base_style text, effective_style text, reason_code text,
    reason text, policy_version text, release_id text, proposed_style text, hold_reason text
);
create table candidate_marts.dim_accounts as select 'a000' as account_id, 'Acme' as account_name;
create table candidate_activation.crm_accounts (destination text, object_key text, account_id text, abm_style text);
"""


@dataclass(frozen=True)
class Nights:
    """Builds as dbt would: candidate tables for the open build."""

    url: str
    policy: Policy

    def build(
        self, release_id: str, styles: Mapping[str, str], day: dt.date = FIRST_DAY, *, is_review: bool = False
    ) -> None:
        context = release.start_build(
            self.url, as_of=day, release_id=release_id, policy=self.policy, is_review=is_review
        )
        with connect(self.url) as connection:
            connection.execute(CANDIDATE)
            make_ledger_marts(connection)
            with connection.cursor() as cursor:
                cursor.executemany(
                    "insert into candidate_marts.fct_account_styles values (%s, %s, %s, %s, 'band', 'why', %s, %s, %s)",
                    [
                        (key, day, style, style, context.policy_version, release_id, style)
                        for key, style in styles.items()
                    ],
                )

    def publish(self, release_id: str, styles: Mapping[str, str], day: dt.date = FIRST_DAY) -> release.Published:
        self.build(release_id, styles, day)
        return release.publish(self.url, release_id, "guard")


@pytest.fixture
def nights(warehouse_url: str) -> Nights:
    return Nights(warehouse_url, load_policy(None))
