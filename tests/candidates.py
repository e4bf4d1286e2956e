"""Candidate tables for tests that publish without dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm import release
from abm.policy.load import load_policy
from abm.release.ledger import LEDGERS
from abm.warehouse import connect

if TYPE_CHECKING:
    import datetime as dt
    from typing import LiteralString

    import psycopg

_LIKE_ITS_LEDGER = sql.SQL("create table if not exists candidate_marts.{} as select * from ops.{} where false")


def make_ledger_marts(connection: psycopg.Connection) -> None:
    """Make every mart that a ledger is written from, empty, where the test has none of its own."""
    for ledger in LEDGERS:
        connection.execute(_LIKE_ITS_LEDGER.format(sql.Identifier(ledger.mart), sql.Identifier(ledger.table)))


def publish_candidate(url: str, candidate: LiteralString, as_of: dt.date) -> None:
    """Publish release `r1` of these candidate tables in an empty warehouse; audiences of any size are sent from it."""
    with connect(url, autocommit=True) as connection:
        # Tests kill our processes, never the server, so its disk need not be waited for.
        connection.execute(
            "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$"
        )
    # What is too small for a platform has tests of its own.
    policy = load_policy(None).model_copy(update={"audience_minimums": {}})
    release.start_build(url, as_of=as_of, release_id="r1", policy=policy)
    with connect(url) as connection:
        connection.execute(candidate)
        make_ledger_marts(connection)
    release.publish(url, "r1", "guard")
