"""The schemas of a rehearsal: one rehearsal at a time, laid out before it, gone after it.

A killed one leaves its schemas behind; nothing reads them, and the next rehearsal drops them first.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from psycopg import sql

from abm.policy.tables import TABLES
from abm.policy.versions import store_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    import psycopg

    from abm.policy.schema import Policy

PREFIX = "simulation_"
OPS = f"{PREFIX}ops"
MARTS = f"{PREFIX}candidate_marts"
ACTIVATION = f"{PREFIX}candidate_activation"
SCHEMAS = (OPS, MARTS, ACTIVATION, f"{PREFIX}intermediate", f"{PREFIX}staging")
RELEASE_ID = "simulation"

_TRY_LOCK = "select pg_try_advisory_lock(hashtextextended('abm simulate', 0))"
_LOCK = "select pg_advisory_lock(hashtextextended('abm simulate', 0))"
_POLICY_TABLES = ("policy_versions", *TABLES)


@contextlib.contextmanager
def own_schemas(url: str, tell: Callable[[str], None], *, keep: bool) -> Iterator[None]:
    """Hold the rehearsal's schemas, empty at first, and drop them at the end; waits for another rehearsal to end."""
    with connect(url, autocommit=True) as connection:
        if connection.execute(_TRY_LOCK).fetchone() != (True,):
            tell("Waiting for another simulation to end")
            connection.execute(_LOCK)
        drop_schemas(connection)
        try:
            yield
        finally:
            if not keep:
                drop_schemas(connection)


def drop_schemas(connection: psycopg.Connection) -> None:
    for schema in SCHEMAS:
        connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))


def copy_ops(url: str, sources: Iterable[str]) -> None:
    """Copy what models read of `ops`; the policy's tables stay empty, for the rehearsed policy alone."""
    with connect(url) as connection:
        _copy_tables(connection, sources)


def _copy_tables(connection: psycopg.Connection, sources: Iterable[str]) -> None:
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(OPS)))
    for table in sorted({*sources, *_POLICY_TABLES, "build_context"}):
        own, live = sql.Identifier(OPS, table), sql.Identifier("ops", table)
        connection.execute(
            sql.SQL("create unlogged table {} (like {} including defaults including indexes)").format(own, live)
        )
        if table not in (*_POLICY_TABLES, "build_context"):
            connection.execute(sql.SQL("insert into {} select * from {}").format(own, live))
            connection.execute(sql.SQL("analyze {}").format(own))


def begin(url: str, policy: Policy, as_of: dt.date, *, is_review: bool) -> str:
    """Point the rehearsal's models at a policy and a day, and return the policy's version."""
    with connect(url) as connection:
        version = store_policy(connection, policy, schema=OPS)
        own = sql.Identifier(OPS, "build_context")
        connection.execute(sql.SQL("delete from {}").format(own))
        connection.execute(
            sql.SQL(
                "insert into {} (release_id, as_of_date, policy_version, is_review, started_at)"
                " values (%s, %s, %s, %s, %s)"
            ).format(own),
            [RELEASE_ID, as_of, version, is_review, as_of],
        )
    return version
