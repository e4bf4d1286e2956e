"""What a build can leave out: the nodes of the dbt project that the last whole build left as this one would make them.

The digests in `dbt_project/macros/materializations` save a table's work, but dbt still renders each node and asks about
it, and its tests. Here it is decided before dbt starts, from what can be known then: the latest `_landed_at` of each
landed table, the content of policy and ledgers, and that a relation is the very one that was left.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import orjson
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import LiteralString

    import psycopg

# Unlogged as the tables it tells of: a crash that empties them empties it as well.
_TABLE = "intermediate.last_build"
_CREATE = f"create unlogged table if not exists {_TABLE} (project text not null, nodes json not null)"
_RELATIONS = """
select nspname || '.' || relname, pg_class.oid || '/' || relfilenode
from pg_class inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
where relkind in ('r', 'v')
"""
_LANDED: LiteralString = "select coalesce(cast(max(_landed_at) as text), 'empty') from {}"
_CONTENT: LiteralString = "select coalesce(cast(sum(hash_record_extended(r, 0)) as text), 'empty') from {} as r"
_RELATION_KINDS = {"table", "table_on_change", "incremental", "view", "view_on_change", "seed"}
_VIEWS = {"view", "view_on_change"}


@dataclass(frozen=True)
class Node:
    """A source, model, seed or test, and how the last whole build left it."""

    name: str
    kind: str  # its materialisation, or `source`
    parents: Sequence[str]
    relation: str
    looked_at: str | None = None  # the query that tells whether an input has changed; none of what is made here
    state: str | None = None  # what that query said before the build
    left: str | None = None  # which relation the build left
    is_good: bool = False  # it was built or passed, without a warning


@dataclass(frozen=True)
class Warehouse:
    """What stands in the warehouse before a build: relations by name, and the state of each input."""

    relations: Mapping[str, str]
    states: Mapping[str, str | None] = field(default_factory=dict)


def project_digest(project_dir: Path) -> str:
    """Name the state of the dbt project's files and of dbt: with another one every node may come out differently."""
    digest = hashlib.sha256(version("dbt-core").encode())
    for file in sorted(project_dir.rglob("*")):
        if file.suffix in {".sql", ".yml", ".csv"}:
            state = file.stat()
            digest.update(f"{file} {state.st_mtime_ns} {state.st_size}\n".encode())
    return digest.hexdigest()


def read_nodes(manifest: Mapping[str, Any]) -> Mapping[str, Node]:
    """Return the sources, models, seeds and tests of a dbt manifest by their id."""
    return {
        node_id: _source(node) if node["resource_type"] == "source" else _made(node, manifest)
        for node_id, node in (manifest["sources"] | manifest["nodes"]).items()
        if node["resource_type"] != "operation"
    }


def read_last_build(connection: psycopg.Connection, project: str) -> Mapping[str, Node]:
    """Return the nodes as the last whole build of the same project left them; none where there was none."""
    if connection.execute("select to_regclass(%s)", [_TABLE]).fetchone() == (None,):
        return {}
    row = connection.execute(f"select nodes from {_TABLE} where project = %s", [project]).fetchone()
    return {node_id: Node(**node) for node_id, node in row[0].items()} if row else {}


def look_at(connection: psycopg.Connection, nodes: Mapping[str, Node]) -> Warehouse:
    """Read which relations stand, and the state of every input whose relation does."""
    relations = _read_relations(connection)
    queries = [
        sql.SQL("select {}, ({})").format(node_id, sql.SQL(node.looked_at))
        for node_id, node in nodes.items()
        if node.looked_at and node.relation in relations
    ]
    states = connection.execute(sql.SQL(" union all ").join(queries)).fetchall() if queries else []
    return Warehouse(relations, dict(states))


def choose_to_run(last: Mapping[str, Node], now: Warehouse) -> frozenset[str]:
    """Return the ids of the nodes that a build must run, given how the last whole build left them all.

    The rest would come out as it is: its inputs are the same, and so is the relation itself.
    """

    def is_another(node: Node) -> bool:
        return node.kind in _RELATION_KINDS and now.relations.get(node.relation) != node.left

    @cache
    def has_other_rows(node_id: str) -> bool:
        node = last[node_id]
        if node.looked_at:
            return node.state is None or now.states.get(node_id) != node.state
        if node.kind in {"source", "table"}:  # nothing tells of the one, and publishing takes the other
            return True
        return is_another(node) or any(map(has_other_rows, node.parents))

    @cache
    def must_run(node_id: str) -> bool:
        node = last[node_id]
        if node.kind == "source":
            return False
        if not node.is_good or is_another(node):
            return True
        if node.kind in _VIEWS:  # its rows are always fresh, but a table that is built again takes it down
            return any(map(must_run, node.parents))
        return node.kind == "table" or any(map(has_other_rows, node.parents))

    return frozenset(filter(must_run, last))


def record_build(
    connection: psycopg.Connection, project: str, nodes: Mapping[str, Node], before: Warehouse, good: frozenset[str]
) -> None:
    """Note how a whole build left the nodes: `before` is what stood when it began, `good` what is built and passed."""
    relations = _read_relations(connection)
    noted = {
        node_id: replace(
            node,
            state=before.states.get(node_id),
            left=relations.get(node.relation),
            is_good=node_id in good,
        )
        for node_id, node in nodes.items()
    }
    connection.execute(_CREATE)
    connection.execute(f"delete from {_TABLE}")
    connection.execute(
        f"insert into {_TABLE} values (%s, %s)",
        [project, orjson.dumps(noted).decode()],
    )


def _read_relations(connection: psycopg.Connection) -> Mapping[str, str]:
    """Return what tells one relation of a name from the next: it is another when made anew, rewritten or emptied."""
    return dict(connection.execute(_RELATIONS).fetchall())


def _source(source: Mapping[str, Any]) -> Node:
    relation = f"{source['schema']}.{source['identifier']}"
    looked_at = None
    if state_in := source["config"]["meta"].get("state_in"):
        looked_at = _CONTENT.format(f"{source['schema']}.{state_in}")
    elif source["schema"].startswith("raw_"):
        looked_at = _LANDED.format(relation)
    return Node(source["name"], "source", [], relation, looked_at)


def _made(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Node:
    relation = f"{node['schema']}.{node['alias']}"
    return Node(
        node["name"],
        node["config"]["materialized"],
        node["depends_on"].get("nodes", []),
        relation,
        _CONTENT.format(relation) if _is_small_view(node, manifest) else None,
    )


def _is_small_view(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Say whether its content may be read and is known before a build: it is a view on nothing but sources."""
    return bool(node["config"]["meta"].get("small")) and _reads_sources_only(node, manifest)


def _reads_sources_only(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    return node["config"]["materialized"] in _VIEWS and all(
        parent in manifest["sources"] or _reads_sources_only(manifest["nodes"][parent], manifest)
        for parent in node["depends_on"]["nodes"]
    )
