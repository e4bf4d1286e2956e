"""What a build leaves out, from what is known before it: never a node that could come out differently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from abm.last_build import Node, Warehouse, choose_to_run, project_digest, read_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

LANDED, POLICY, CLOCK = "source.accounts", "model.policy", "source.clock"
KINDS = ("table_on_change", "view", "incremental", "table", "seed", "test")


def node(name: str, kind: str, *parents: str) -> Node:
    return Node(name, kind, parents, f"schema.{name}", left=f"made-{name}", is_good=True)


def looked_at(name: str, kind: str) -> Node:
    return replace(node(name, kind), looked_at="select", state="before")


NIGHT = {
    LANDED: looked_at("accounts", "source"),
    CLOCK: node("clock", "source"),
    POLICY: looked_at("policy", "view"),
    "view": node("view", "view", LANDED),
    "table": node("table", "table_on_change", "view"),
    "upper": node("upper", "table_on_change", "table", POLICY),
    "seen": node("seen", "view", "table"),
    "mart": node("mart", "table", "upper"),
    "dated": node("dated", "table_on_change", CLOCK),
    "test of table": node("test_of_table", "test", "table"),
    "test of mart": node("test_of_mart", "test", "mart"),
    "test of both": node("test_of_both", "test", "table", "dated"),
    "seed": node("seed", "seed"),
}
ALWAYS = {"mart", "dated", "test of mart", "test of both"}


def warehouse(nodes: Mapping[str, Node], **states: str) -> Warehouse:
    """The warehouse as the last build left it, with other states of some inputs."""
    relations = {each.relation: str(each.left) for each in nodes.values() if each.kind != "test"}
    return Warehouse(relations, {LANDED: "before", POLICY: "before"} | states)


def without(name: str) -> Warehouse:
    now = warehouse(NIGHT)
    return Warehouse(
        {relation: left for relation, left in now.relations.items() if relation != f"schema.{name}"}, now.states
    )


def test_only_what_hangs_on_the_unknown_runs_where_nothing_changed() -> None:
    assert choose_to_run(NIGHT, warehouse(NIGHT)) == ALWAYS


def test_what_landed_runs_all_above_it_but_no_view() -> None:
    """A view shows new rows by itself; the one on a table that is built again goes with the old table."""
    chosen = choose_to_run(NIGHT, warehouse(NIGHT, **{LANDED: "later"}))

    assert chosen == ALWAYS | {"table", "upper", "seen", "test of table"}


def test_another_policy_runs_what_reads_it() -> None:
    assert choose_to_run(NIGHT, warehouse(NIGHT, **{POLICY: "other"})) == ALWAYS | {"upper"}


def test_an_input_that_nobody_could_look_at_counts_as_changed() -> None:
    now = warehouse(NIGHT)
    never_looked_at = NIGHT | {LANDED: replace(NIGHT[LANDED], state=None)}

    assert "table" in choose_to_run(NIGHT, Warehouse(now.relations, {POLICY: "before"}))
    assert "table" in choose_to_run(never_looked_at, now)
    assert "table" in choose_to_run(never_looked_at, Warehouse(now.relations, {POLICY: "before"}))


def test_a_relation_that_somebody_took_away_or_made_anew_is_made_again_with_all_above_it() -> None:
    made_anew = warehouse(NIGHT)
    made_anew = Warehouse({**made_anew.relations, "schema.table": "another"}, made_anew.states)

    assert choose_to_run(NIGHT, without("table")) == ALWAYS | {"table", "upper", "seen", "test of table"}
    assert choose_to_run(NIGHT, made_anew) == choose_to_run(NIGHT, without("table"))
    assert "seed" in choose_to_run(NIGHT, without("seed"))


def test_what_warned_is_asked_again() -> None:
    nodes = NIGHT | {"test of table": replace(NIGHT["test of table"], is_good=False)}

    assert choose_to_run(nodes, warehouse(nodes)) == ALWAYS | {"test of table"}


@st.composite
def nights(draw: st.DrawFn) -> tuple[Mapping[str, Node], Warehouse]:
    """A project of any shape, and a warehouse in which inputs and relations may have changed."""
    nodes = {
        LANDED: looked_at("accounts", "source"),
        POLICY: looked_at("policy", "view"),
        CLOCK: node("clock", "source"),
    }
    for number in range(draw(st.integers(1, 12))):
        made = [node_id for node_id, each in nodes.items() if each.kind != "test"]
        parents = draw(st.lists(st.sampled_from(made), min_size=1, max_size=3, unique=True))
        nodes[f"n{number}"] = node(f"n{number}", draw(st.sampled_from(KINDS)), *parents)
    now = warehouse(nodes, **draw(st.dictionaries(st.sampled_from([LANDED, POLICY]), st.just("other"))))
    gone = draw(st.sets(st.sampled_from(sorted(now.relations))))
    return nodes, Warehouse({name: left for name, left in now.relations.items() if name not in gone}, now.states)


@given(nights())
def test_what_is_left_out_has_nothing_new_beneath_it(night: tuple[Mapping[str, Node], Warehouse]) -> None:
    nodes, now = night
    chosen = choose_to_run(nodes, now)

    def rows_are_new(node_id: str) -> bool:
        each = nodes[node_id]
        if each.looked_at:
            return now.states[node_id] != each.state
        return each.kind in {"source", "table"} or node_id in chosen - views() or any(map(rows_are_new, each.parents))

    def views() -> set[str]:
        return {node_id for node_id, each in nodes.items() if each.kind == "view"}

    for node_id in nodes.keys() - chosen:
        each = nodes[node_id]
        if each.kind not in {"test", "source"}:
            assert now.relations.get(each.relation) == each.left
        if each.kind == "view":
            assert not any(parent in chosen for parent in each.parents)
        elif each.kind not in {"source", "seed"}:
            assert not any(map(rows_are_new, each.parents))


def test_only_views_on_sources_alone_can_be_looked_at_before_a_build() -> None:
    small = {"small": True}
    manifest = {
        "sources": {
            "source.raw": source("raw_salesforce", "account"),
            "source.ledger": source("ops", "ledger"),
            "source.digests": source("ops", "digests", state_in="marks"),
        },
        "nodes": {
            "model.policy": model("policy", "view", ["source.ledger"], small),
            "model.settled": model("settled", "view", ["model.policy"], small),
            "model.built": model("built", "table_on_change", ["source.raw"], small),
            "model.above": model("above", "view", ["model.built"], small),
            "operation.start": model("start", "view", [], {}) | {"resource_type": "operation"},
        },
    }
    nodes = read_nodes(manifest)

    assert {node_id for node_id, each in nodes.items() if each.looked_at} == {
        *("source.raw", "source.digests", "model.policy", "model.settled"),
    }
    assert "ops.marks" in str(nodes["source.digests"].looked_at)
    assert "operation.start" not in nodes


def source(schema: str, name: str, **meta: str) -> dict[str, object]:
    return {"resource_type": "source", "schema": schema, "name": name, "identifier": name, "config": {"meta": meta}}


def model(name: str, materialized: str, parents: list[str], meta: dict[str, bool]) -> dict[str, object]:
    return {
        "resource_type": "model",
        "name": name,
        "schema": "staging",
        "alias": name,
        "config": {"materialized": materialized, "meta": meta},
        "depends_on": {"nodes": parents},
    }


def test_another_file_makes_another_project(tmp_path: Path) -> None:
    (tmp_path / "model.sql").write_text("select 1")
    before = project_digest(tmp_path)
    (tmp_path / "notes.txt").write_text("nothing of dbt's")
    same = project_digest(tmp_path)
    (tmp_path / "model.sql").write_text("select 1, 2")

    assert same == before
    assert project_digest(tmp_path) != before
