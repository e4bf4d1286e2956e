"""Analysts read `ops` without asking anybody: each table and column says what it is, in the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

UNDESCRIBED = """
select relname || coalesce('.' || attname, '') as name
from (
    select oid, relname, null as attname, 0 as number
    from pg_class where relnamespace = 'ops'::regnamespace and relkind in ('r', 'v')
    union all
    select pg_class.oid, relname, attname, attnum
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    where relnamespace = 'ops'::regnamespace and relkind in ('r', 'v') and attnum > 0 and not attisdropped
) as parts
where relname <> 'alembic_version' and coalesce(trim(col_description(oid, number)), '') = '' and number > 0
    or relname <> 'alembic_version' and number = 0 and coalesce(trim(obj_description(oid, 'pg_class')), '') = ''
order by 1
"""


def test_every_table_and_column_of_ops_is_described(warehouse: psycopg.Connection) -> None:
    missing = [name for (name,) in warehouse.execute(UNDESCRIBED).fetchall()]
    assert missing == [], "add 'comment on …' to the migration that makes it"
