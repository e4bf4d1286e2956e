"""The decision models without dbt: their compiled SQL, run over one small world after another in milliseconds.

    decider = Decider.prepare(url, models=["int_base_styles"], inputs=["int_accounts", "int_account_scores"])
    rows = decider.run({"int_accounts": [{"account_id": "a"}], "ops.policy_styles": [...]})["int_base_styles"]

A world gives rows to inputs (models that are filled instead of computed) and to tables of `ops`; every one it does not
name is empty, and so is every column it does not name. Rows are inserted in the order given.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import dict_row
from tests.decisions.compiled import compiled_nodes, with_ancestors

from abm import landing, sources
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import psycopg
    from tests.decisions.compiled import Node

Row = dict[str, Any]
World = dict[str, list[Row]]

_RUNS_BETWEEN_TRUNCATES = 100  # deleted rows make tables long; truncating costs every plan
_SCHEMAS = ("staging", "intermediate", "seeds", "candidate_marts", "candidate_activation")


@dataclass
class Decider:
    """Models to compute, the inputs they are computed from, and the warehouse where that happens."""

    connection: psycopg.Connection
    models: Sequence[str]
    tables: Mapping[str, sql.Identifier]
    filled: dict[str, str] = field(default_factory=dict)  # what a world or an earlier one gave rows to
    runs: int = 0

    @classmethod
    def prepare(cls, url: str, models: Sequence[str], inputs: Sequence[str]) -> Decider:
        """Create every relation the models are made of, empty, and one function that computes them."""
        nodes = compiled_nodes(url)
        for source in sources.SOURCES:
            landing.ensure_tables(url, sources.entities(source))
        connection = connect(url, autocommit=True)
        connection.execute("set session_replication_role = replica")  # ledgers and policies refer to no release here
        connection.execute("set jit = off")
        connection.execute("set synchronous_commit = off")
        _create(connection, with_ancestors(nodes, [*models, *inputs]))
        computed = [node for node in with_ancestors(nodes, models, inputs) if node.kind not in ("view", "seed")]
        _create_function(connection, computed)
        return cls(connection, models, {node.name: _identifier(node) for node in nodes.values()})

    def close(self) -> None:
        self.connection.close()

    def run(self, world: World, models: Iterable[str] = ()) -> dict[str, list[Row]]:
        """Compute the models over a world and return the rows of those asked for, or of all wanted ones."""
        with self.connection.transaction():
            with self.connection.pipeline():
                self._fill(world)
                self.connection.execute("select decide()")
            return {model: self._rows(model) for model in models or self.models}

    def _fill(self, world: World) -> None:
        self.runs += 1
        if self.runs % _RUNS_BETWEEN_TRUNCATES == 0:
            self.connection.execute("select decide_truncate()")
        for table in sorted({*self.filled, *world}):
            self._replace(table, world.get(table, []))

    def _replace(self, table: str, rows: Sequence[Row]) -> None:
        content = json.dumps(rows, default=str)
        if table.startswith("ops.policy_") and self.filled.get(table) == content:
            return  # nobody else writes there, and most of a policy is the same in every world
        target = self._table(table)
        self.connection.execute(sql.SQL("delete from {}").format(target))
        self.filled[table] = content
        if rows:
            columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
            self.connection.execute(
                sql.SQL("insert into {} ({}) select {} from jsonb_populate_recordset(null::{}, %s)").format(
                    target, columns, columns, target
                ),
                [content],
            )

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(*name.split(".")) if "." in name else self.tables[name]

    def _rows(self, model: str) -> list[Row]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.SQL("select * from {}").format(self._table(model))).fetchall()


def _identifier(node: Node) -> sql.Identifier:
    return sql.Identifier(node.schema, node.name)


def _create(connection: psycopg.Connection, nodes: Iterable[Node]) -> None:
    for schema in _SCHEMAS:
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    for node in nodes:
        if node.kind == "seed":
            _create_seed(connection, node)
        else:
            kind = sql.SQL("view" if node.kind == "view" else "unlogged table")
            connection.execute(sql.SQL("create {} {} as {}").format(kind, _identifier(node), sql.SQL(_plain(node.sql))))


def _create_seed(connection: psycopg.Connection, node: Node) -> None:
    assert node.csv is not None
    with node.csv.open(newline="") as file:
        rows = list(csv.reader(file))
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(node.column_types.get(name, "text"))) for name in rows[0]
    ]
    connection.execute(sql.SQL("create table {} ({})").format(_identifier(node), sql.SQL(", ").join(columns)))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {} from stdin").format(_identifier(node))) as copy,
    ):
        for row in rows[1:]:
            copy.write_row([value or None for value in row])


def _create_function(connection: psycopg.Connection, nodes: Sequence[Node]) -> None:
    """Plans inside a function are made once, which is most of what a small world costs."""
    steps = [
        sql.SQL("delete from {}; insert into {} {};").format(
            _identifier(node), _identifier(node), sql.SQL(_plain(node.sql))
        )
        for node in nodes
    ]
    truncates = [sql.SQL("truncate {};").format(_identifier(node)) for node in nodes]
    for name, body in (("decide", steps), ("decide_truncate", truncates)):
        connection.execute(
            sql.SQL("create function {}() returns void language plpgsql as $body$ begin {} end $body$").format(
                sql.Identifier(name), sql.SQL("\n").join(body)
            )
        )


def _plain(statement: str) -> str:
    return statement.strip().rstrip(";")
