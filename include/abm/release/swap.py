"""One schema's tables take the place of another's, within the caller's transaction.

Tables move with their indexes and constraints. What hangs on the replaced ones follows: rights are granted again, and
views of the user's own are made again from their definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from abm.errors import HeldError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Row = TypeVar("_Row")

_RELATIONS = """
select relname, relkind::text
from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm') order by relname
"""
# Depth orders views that read other views after what they read.
_DEPENDENT_VIEWS = """
with recursive dependents as (
    select pg_class.oid, 0 as depth
    from pg_class where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p')
    union
    select pg_rewrite.ev_class, dependents.depth + 1
    from dependents
    inner join pg_depend on
        pg_depend.refobjid = dependents.oid
        and pg_depend.refclassid = 'pg_class'::regclass and pg_depend.classid = 'pg_rewrite'::regclass
    inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid and pg_rewrite.ev_class <> dependents.oid
)
select
    namespace.nspname as schema_name, views.relname as name, views.relkind::text as kind,
    pg_get_viewdef(views.oid) as definition, pg_get_userbyid(views.relowner) as owner
from (select oid, max(depth) as depth from dependents group by oid) as found
inner join pg_class as views using (oid)
inner join pg_namespace as namespace on namespace.oid = views.relnamespace
where views.relkind in ('v', 'm')
order by found.depth, 1, 2
"""
_GRANTS = """
select
    pg_class.relname as name, coalesce(pg_roles.rolname, 'public') as grantee,
    granted.privilege_type as privilege, granted.is_grantable
from pg_class
cross join aclexplode(pg_class.relacl) as granted
left join pg_roles on pg_roles.oid = granted.grantee
where pg_class.relnamespace = %s::regnamespace and granted.grantee <> pg_class.relowner
"""


@dataclass(frozen=True)
class _View:
    schema_name: str
    name: str
    kind: str
    definition: str
    owner: str

    @property
    def identifier(self) -> sql.Composable:
        return sql.Identifier(self.schema_name, self.name)

    @property
    def noun(self) -> sql.SQL:
        return sql.SQL("materialized view") if self.kind == "m" else sql.SQL("view")


@dataclass(frozen=True)
class _Grant:
    name: str
    grantee: str
    privilege: str
    is_grantable: bool


def swap_schema(connection: psycopg.Connection, candidate: str, live: str) -> Sequence[str]:
    """Replace all tables of the live schema by those of the candidate schema and return their names.

    Raises HeldError where a candidate is no table, or where a view that reads the live tables no longer fits.
    """
    tables = _candidate_tables(connection, candidate)
    replaced = _live_tables(connection, live, tables)
    views = _read(connection, _View, _DEPENDENT_VIEWS, {"schema": live})
    grants = _read(connection, _Grant, _GRANTS, [live])
    for view in reversed(views):
        connection.execute(sql.SQL("drop {} {}").format(view.noun, view.identifier))
    _drop(connection, live, replaced)
    for name in tables:
        connection.execute(
            sql.SQL("alter table {} set schema {}").format(sql.Identifier(candidate, name), sql.Identifier(live))
        )
    for grant in grants:
        if grant.name in tables:
            _grant_again(connection, live, grant)
    for view in views:
        _create_again(connection, view)
    return tables


def analyse(url: str, schemas: Iterable[str]) -> None:
    """Give the planner statistics of tables that are minutes old; autovacuum would come later."""
    with connect(url, autocommit=True) as connection:
        for schema in schemas:
            for name, _ in connection.execute(_RELATIONS, [schema]).fetchall():
                connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, name)))


def _candidate_tables(connection: psycopg.Connection, schema: str) -> Sequence[str]:
    found = connection.execute(_RELATIONS, [schema]).fetchall()
    if views := [name for name, kind in found if kind in {"v", "m"}]:
        raise HeldError(
            f"{schema}.{views[0]} is a view; it would change with the next build after it was published. "
            "Materialise it as a table."
        )
    return [name for name, _ in found]


def _live_tables(connection: psycopg.Connection, schema: str, candidates: Sequence[str]) -> Sequence[str]:
    found = [name for name, kind in connection.execute(_RELATIONS, [schema]).fetchall() if kind in {"r", "p"}]
    if missing := [name for name in found if name not in candidates]:
        raise HeldError(
            f"{schema}.{missing[0]} is live but was not built, so the candidate is incomplete. Build every model; "
            "if this one was removed on purpose, drop the table and publish again."
        )
    return found


def _drop(connection: psycopg.Connection, schema: str, tables: Sequence[str]) -> None:
    if not tables:
        return
    names = sql.SQL(", ").join(sql.Identifier(schema, name) for name in tables)
    try:
        connection.execute(sql.SQL("drop table {}").format(names))
    except psycopg.errors.DependentObjectsStillExist as error:
        raise HeldError(
            f"Something other than a view hangs on the tables of schema {schema!r} "
            f"({error.diag.message_detail}). Nothing was published; remove it, then publish again."
        ) from error


def _read(
    connection: psycopg.Connection, shape: type[_Row], statement: str, values: Sequence[str] | Mapping[str, str]
) -> Sequence[_Row]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(statement, values).fetchall()


def _grant_again(connection: psycopg.Connection, schema: str, grant: _Grant) -> None:
    connection.execute(
        sql.SQL("grant {} on {} to {}{}").format(
            sql.SQL(grant.privilege),
            sql.Identifier(schema, grant.name),
            sql.SQL("public") if grant.grantee == "public" else sql.Identifier(grant.grantee),
            sql.SQL(" with grant option" if grant.is_grantable else ""),
        )
    )


def _create_again(connection: psycopg.Connection, view: _View) -> None:
    try:
        connection.execute(
            sql.SQL("create {} {} as {}").format(view.noun, view.identifier, sql.SQL(view.definition.rstrip(";")))
        )
    except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction) as error:
        raise HeldError(
            f"View {view.schema_name}.{view.name} reads live tables in a way the new release no longer offers. "
            "Nothing was published; change or drop the view, then publish again."
        ) from error
    connection.execute(
        sql.SQL("alter {} {} owner to {}").format(view.noun, view.identifier, sql.Identifier(view.owner))
    )
