"""A live release whose activation tables hold as many rows as a benchmark wants, without a build."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import adbc_driver_postgresql.dbapi
import pyarrow as pa
from psycopg import sql

from abm import activation, release
from abm.policy.load import load_policy
from abm.release.ledger import LEDGERS
from abm.warehouse import connect
from benchmarks.warehouses import settle

if TYPE_CHECKING:
    from abm_sandbox.world.columns import Column

AUDIENCE = "ABM 1:Many"
DAY = dt.date(2026, 3, 2)
# The columns of dbt_project/models/activation, and the one mart that publishing counts.
_CANDIDATE = """
create table candidate_marts.fct_account_styles as
select
    'a' as account_id, as_of_date, 'one_to_one' as base_style, 'one_to_one' as effective_style, 'band' as reason_code,
    'why' as reason, policy_version, release_id
from ops.build_context;
create table candidate_activation.crm_accounts (
    destination text, object_key text, account_id text, abm_style text, abm_base_style text, abm_account_score integer,
    abm_revenue_potential_score integer, abm_strategic_fit_score integer, abm_influence_score integer,
    abm_engagement_score integer, abm_cltv_score integer, abm_reason text, abm_micro_segment text, abm_style_since date,
    abm_lease_ends date, abm_policy_version text, abm_is_target_account boolean, abm_ideal_customer_profile text
);
create table candidate_activation.audience_members (
    destination text, audience text, member_key text, account_id text, style text, identifiers text, consent_basis text
);
"""
_RECORDS = """
insert into activation.crm_accounts
select
    %(destination)s, object_key, 'company' || n || '.example', 'one_to_many', 'one_to_many',
    (n * 7 + %(edition)s) %% 100,
    (n * 3) %% 100, (n * 5) %% 100, (n * 11) %% 100, (n * 13) %% 100, (n * 17) %% 100,
    'Potential of $' || n %% 250 || 'k a year lies in the band of 1:Many; rank ' || n || ' of 100000 seats; '
    || 'enters 1:Few at $250k',
    null, date '2026-01-05', null, 'p0123456789ab', n %% 10 = 0, case when n %% 10 = 0 then 'tier_1' end
from public.record_keys
"""
_MEMBERS = """
insert into activation.audience_members
select
    %(destination)s, %(audience)s, 'company' || n || '.example', 'company' || n || '.example', 'one_to_many',
    json_build_object(
        'companyName', 'Company ' || n, 'companyWebsiteDomain', 'company' || n || '.example', 'country', 'US'
    )::text,
    'legitimate_interest'
from public.record_keys
"""


def publish_empty(url: str) -> None:
    """Make a release live whose activation tables are empty."""
    release.start_build(url, as_of=DAY, release_id="benchmark", policy=load_policy(None))
    with connect(url) as connection:
        connection.execute(_CANDIDATE)
        for ledger in LEDGERS:
            made = sql.SQL("create table if not exists candidate_marts.{} as select * from ops.{} where false")
            connection.execute(made.format(sql.Identifier(ledger.mart), sql.Identifier(ledger.table)))
    release.publish(url, "benchmark", "benchmark")


def name_records(url: str, keys: Column) -> None:
    """Tell which records there are, in the platform's ids."""
    rows = pa.table({"n": pa.array(range(1, len(keys) + 1), pa.int64()), "object_key": keys})
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("record_keys", rows, mode="replace", db_schema_name="public")
        connection.commit()


def publish_records(url: str, destination: str, *, edition: int) -> None:
    """Replace the destination's rows; each edition has another score on every row."""
    with connect(url) as connection:
        connection.execute("truncate activation.crm_accounts")
        connection.execute(_RECORDS, {"destination": destination, "edition": edition})
    settle(url, "activation.crm_accounts")


def publish_members(url: str, destination: str) -> None:
    with connect(url) as connection:
        connection.execute("truncate activation.audience_members")
        connection.execute(_MEMBERS, {"destination": destination, "audience": AUDIENCE})
    settle(url, "activation.audience_members")


def change_one_percent(url: str) -> None:
    with connect(url) as connection:
        connection.execute(
            "update activation.crm_accounts set abm_account_score = (abm_account_score + 1) % 100"
            " from public.record_keys where record_keys.object_key = crm_accounts.object_key and n % 100 = 0"
        )
    settle(url, "activation.crm_accounts")


def acknowledge(url: str, destination: str) -> None:
    """Let the destination have acknowledged every row as it is published now."""
    plan = activation.plan(url, destination, run_id="acknowledged")
    with connect(url) as connection:
        connection.execute(
            "insert into ops.sync_state (destination, object_key, payload_hash, payload, remote_id, run_id)"
            " select destination, object_key, payload_hash, payload, object_key, run_id"
            " from ops.sync_changes where run_id = %s",
            [plan.run_id],
        )
        connection.execute("truncate ops.sync_changes")
    settle(url, "ops.sync_state", "ops.sync_changes")
