"""The project's models as plain SQL, compiled by dbt once a test run and shared by all xdist workers."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm import transform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Node:
    """One model or seed: where it stands in the warehouse and what it is made of."""

    schema: str
    name: str
    kind: str  # view, seed, or any kind of table
    sql: str
    parents: tuple[str, ...]
    csv: Path | None
    column_types: Mapping[str, str]


def compiled_nodes(url: str) -> dict[str, Node]:
    """Return every model and seed by name; dbt runs only for the first caller of the test run."""
    shared = Path(os.environ["ABM_TEST_POSTGRES"]).parent
    manifest = shared / "compiled.json"
    with (shared / "compiled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not manifest.exists():
            _compile(url, manifest)
    return _nodes(json.loads(manifest.read_bytes()))


def _compile(url: str, manifest: Path) -> None:
    output = transform.run_dbt(url, "compile", "--select", "resource_type:model")
    if output.returncode:
        raise AssertionError(f"dbt compile failed:\n{output.stdout[-4000:]}{output.stderr[-4000:]}")
    shutil.copy(transform.manifest_path(), manifest)


def _nodes(manifest: Mapping[str, Any]) -> dict[str, Node]:
    return {node["name"]: _node(node) for node in manifest["nodes"].values() if node["resource_type"] in _BUILT}


_BUILT = frozenset({"model", "seed"})


def _node(node: Mapping[str, Any]) -> Node:
    is_seed = node["resource_type"] == "seed"
    return Node(
        schema=node["schema"],
        name=node["name"],
        kind="seed" if is_seed else node["config"]["materialized"],
        # Compiled for the first caller's database, and run in every one.
        sql=(node.get("compiled_code") or "").replace(f'"{node["database"]}".', ""),
        parents=tuple(
            unique_id.split(".")[2]
            for unique_id in node["depends_on"].get("nodes", ())
            if unique_id.split(".")[0] in _BUILT
        ),
        csv=transform.DBT_PROJECT_DIR / node["original_file_path"] if is_seed else None,
        column_types=node["config"].get("column_types") or {},
    )


def with_ancestors(nodes: Mapping[str, Node], wanted: Iterable[str], inputs: Iterable[str] = ()) -> list[Node]:
    """Return the wanted nodes and all they are made of, parents first; inputs and what is above them are left out."""
    ordered: dict[str, Node] = {}
    given = frozenset(inputs)

    def add(name: str) -> None:
        if name not in ordered and name not in given:
            for parent in nodes[name].parents:
                add(parent)
            ordered[name] = nodes[name]

    for name in wanted:
        add(name)
    return list(ordered.values())
