"""The ledgers: from when to when each decision held, written with every release and by nothing else.

A second release of one day replaces the first: its rows go and those it closed are open again, so that a ledger has the
grain of a day, and what goes there and back within it leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

from psycopg import sql

from abm.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg

    from abm.release.builds import BuildContext

_OF_THE_RELEASE = ("policy_version", "release_id")  # known without the mart
_OF_THE_LEDGER = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Ledger:
    """One ledger: the mart it is written from, its key, and the columns whose change ends a row.

    It carries the columns that table and mart share.
    """

    table: str
    mart: str
    key: Sequence[str]
    ends_with: Sequence[str]


_INPUTS = (
    "value_band", "annual_potential", "potential_method", "account_score", "revenue_potential_score",
    "strategic_fit_score", "influence_score", "engagement_score", "cltv_score", "is_customer", "proposed_style",
    "reason_code", "reason",
)  # fmt: skip
LEDGERS = (
    Ledger("style_ledger", "fct_account_styles", ("account_id",), ("effective_style", "base_style")),
    Ledger("override_ledger", "fct_style_overrides", ("override_id",), ("account_id", "style", "ends_on")),
    Ledger("input_ledger", "fct_decision_inputs", ("account_id",), _INPUTS),
    Ledger("lease_ledger", "fct_style_leases", ("lease_id",), ("ends_on", "renewals")),
    Ledger("qualification_ledger", "fct_qualified_accounts", ("account_id", "rule"), ("qualified_on", "sales_answer")),
    Ledger("wave_ledger", "fct_rotation_waves", ("account_id",), ("wave_id",)),
    Ledger("opt_out_ledger", "fct_opt_outs", ("person_id",), ("status", "denied_on")),
    Ledger("micro_segment_ledger", "fct_micro_segment_members", ("account_id",), ("micro_segment_id", "marketer")),
)

_UNDO_SAME_DAY = (
    sql.SQL("delete from {table} where valid_from = %(as_of)s"),
    sql.SQL("update {table} set valid_to = null where valid_to = %(as_of)s"),
)
_CLOSE = sql.SQL("""
update {table} as ledger set valid_to = %(as_of)s
where
    ledger.valid_to is null
    and not exists (select 1 from {mart} as mart where {same_key} and {same_content})
""")
_OPEN = sql.SQL("""
insert into {table} (valid_from, {own}, {carried})
select %(as_of)s, {own_values}, {mart_columns}
from {mart} as mart
where not exists (select 1 from {table} as ledger where ledger.valid_to is null and {same_key})
""")
_COLUMNS = """
select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum
"""


@dataclass(frozen=True)
class LedgerChange:
    closed: int
    opened: int


@dataclass(frozen=True)
class Schemas:
    """Where ledgers and marts stand; a rehearsal has them elsewhere."""

    ops: str = "ops"
    marts: str = "marts"


LIVE = Schemas()


def append_ledgers(
    connection: psycopg.Connection, context: BuildContext, schemas: Schemas = LIVE
) -> dict[str, LedgerChange]:
    """Bring every ledger to what the live marts say, as of the release's date; a second call changes nothing."""
    return {ledger.table: append_ledger(connection, ledger, context, schemas) for ledger in LEDGERS}


def append_ledger(
    connection: psycopg.Connection, ledger: Ledger, context: BuildContext, schemas: Schemas = LIVE
) -> LedgerChange:
    """Close what the mart no longer has or has otherwise, and open what is new.

    Raises HeldError where the release has no such mart: going on would close every row.
    """
    names = _names(connection, ledger, schemas)
    values = {"as_of": context.as_of, "policy_version": context.policy_version, "release_id": context.release_id}
    for statement in _UNDO_SAME_DAY:
        connection.execute(statement.format(**names), values)
    closed = connection.execute(_CLOSE.format(**names), values).rowcount
    return LedgerChange(closed, connection.execute(_OPEN.format(**names), values).rowcount)


def _names(connection: psycopg.Connection, ledger: Ledger, schemas: Schemas) -> dict[str, sql.Composable]:
    mart_columns = set(_columns(connection, f"{schemas.marts}.{ledger.mart}"))
    if not mart_columns:
        raise HeldError(f"The release has no {ledger.mart}, which ops.{ledger.table} is written from. Build it again.")
    columns = _columns(connection, f"{schemas.ops}.{ledger.table}")
    own = [name for name in columns if name in _OF_THE_RELEASE]
    carried = [name for name in columns if name in mart_columns and name not in (*_OF_THE_RELEASE, *_OF_THE_LEDGER)]
    return {
        "table": sql.Identifier(schemas.ops, ledger.table),
        "mart": sql.Identifier(schemas.marts, ledger.mart),
        "same_key": _all("ledger.{0} = mart.{0}", ledger.key),
        "same_content": _all("ledger.{0} is not distinct from mart.{0}", ledger.ends_with),
        "own": _list(map(sql.Identifier, own)),
        "own_values": _list(map(sql.Placeholder, own)),
        "carried": _list(map(sql.Identifier, carried)),
        "mart_columns": _list(sql.Identifier("mart", name) for name in carried),
    }


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute(_COLUMNS, [table]).fetchall()]


def _all(condition: LiteralString, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(" and ").join(sql.SQL(condition).format(sql.Identifier(name)) for name in columns)


def _list(names: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(names)
