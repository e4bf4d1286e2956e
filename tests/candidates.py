"""Candidate tables for tests that publish without dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm.release.ledger import LEDGERS

if TYPE_CHECKING:
    import psycopg

_LIKE_ITS_LEDGER = sql.SQL("create table if not exists candidate_marts.{} as select * from ops.{} where false")


def make_ledger_marts(connection: psycopg.Connection) -> None:
    """Make every mart that a ledger is written from, empty, where the test has none of its own."""
    for ledger in LEDGERS:
        connection.execute(_LIKE_ITS_LEDGER.format(sql.Identifier(ledger.mart), sql.Identifier(ledger.table)))
