"""The DAGs as Airflow sees them: found, wired, and cheap to parse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from abm.destinations import REGISTRY
from abm.settings import PROJECT_DIR
from abm.sources import SOURCES

pytestmark = pytest.mark.filterwarnings("ignore")

ACTIVATIONS = {f"abm_activate_{name}" for name in REGISTRY}
TAGS = {"abm", "ingest", "model", "review", "activate"}


def test_every_dag_is_found_and_none_fails_to_import(dagbag: Any) -> None:
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == {"abm_ingest", "abm_model", "abm_review"} | ACTIVATIONS


def test_each_dag_tells_what_it_does_and_who_acts(dagbag: Any) -> None:
    for dag in dagbag.dags.values():
        assert "**A failure means**" in dag.doc_md
        assert "Who acts" in dag.doc_md
        assert set(dag.tags) <= TAGS
        assert dag.max_active_runs == 1
        assert not dag.catchup


def test_dags_are_tied_by_their_assets(dagbag: Any) -> None:
    started_by = {
        dag_id: [asset.name for asset in dag.timetable.asset_condition.objects]
        for dag_id, dag in dagbag.dags.items()
        if getattr(dag.timetable, "asset_condition", None)
    }
    assert started_by.pop("abm_model") == ["abm_landing"]
    assert set(started_by) == ACTIVATIONS
    assert all(names == ["abm_release"] for names in started_by.values())
    assert [asset.name for asset in dagbag.dags["abm_ingest"].get_task("announce").outlets] == ["abm_landing"]
    for dag_id in ("abm_model", "abm_review"):
        assert [asset.name for asset in dagbag.dags[dag_id].get_task("publish").outlets] == ["abm_release"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_staged_checked_and_merged_alone(dagbag: Any, source: str) -> None:
    dag = dagbag.dags["abm_ingest"]
    assert dag.get_task(f"{source}.stage").downstream_task_ids == {f"{source}.check"}
    assert dag.get_task(f"{source}.check").downstream_task_ids == {f"{source}.merge"}
    assert dag.get_task(f"{source}.merge").downstream_task_ids == {"announce", "all_landed"}
    assert dag.get_task("announce").trigger_rule == "all_done"
    assert dag.get_task("all_landed").trigger_rule == "none_failed"


def test_the_candidate_is_checked_before_anything_is_published(dagbag: Any) -> None:
    dag = dagbag.dags["abm_model"]
    assert dag.get_task("check_candidate").downstream_task_ids == {"compare"}
    assert dag.get_task("compare").downstream_task_ids == {"approve", "publish"}
    assert dag.get_task("approve").downstream_task_ids == {"publish"}
    assert "check_candidate" in {task.task_id for task in dag.get_task("publish").get_flat_relatives(upstream=True)}


@pytest.mark.parametrize(("dag_id", "is_review"), [("abm_model", False), ("abm_review", True)])
def test_only_a_review_moves_base_styles_and_always_asks(dagbag: Any, dag_id: str, *, is_review: bool) -> None:
    for task_id in ("start_build", "compare"):
        assert dagbag.dags[dag_id].get_task(task_id).op_kwargs["is_review"] is is_review


def test_each_model_is_a_task_of_its_own(dagbag: Any) -> None:
    models = {path.stem for path in (PROJECT_DIR / "dbt_project" / "models").rglob("*.sql")}
    tasks = {task.task_id.removeprefix("dbt.").removesuffix("_run") for task in dagbag.dags["abm_model"].tasks}
    assert models <= tasks


def test_data_tests_run_once_every_model_is_built_and_before_the_candidate_is_checked(dagbag: Any) -> None:
    tests = dagbag.dags["abm_model"].get_task("dbt.dbt_project_test")
    assert _watched(dagbag.dags["abm_model"]) == sum(
        task.task_id.endswith(("_run", "_seed")) for task in tests.get_flat_relatives(upstream=True)
    )
    assert tests.downstream_task_ids == {"check_candidate"}


@pytest.mark.parametrize(
    "task_id", ["dbt.int_accounts_run", "dbt.benchmarks_seed", "dbt.dbt_producer_watcher", "check_candidate"]
)
def test_a_task_about_to_run_is_found_and_no_other_model_is_made_for_it(
    dagbag: Any, parsed_home: Path, monkeypatch: pytest.MonkeyPatch, task_id: str
) -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    monkeypatch.setenv("ABM_HOME", str(parsed_home))
    whole = dagbag.dags["abm_model"]
    with _airflow_parsing_context_manager(dag_id="abm_model", task_id=task_id):
        dag = DagBag(str(PROJECT_DIR / "dags" / "abm_model.py"), collect_dags=True).dags["abm_model"]
    assert type(dag.get_task(task_id)) is type(whole.get_task(task_id))
    assert _watched(dag) == (_watched(whole) if task_id in {"dbt.dbt_producer_watcher", "check_candidate"} else 1)


def _watched(dag: Any) -> int:
    return sum(task.task_id.endswith(("_run", "_seed")) for task in dag.tasks)


@pytest.mark.parametrize("destination", REGISTRY)
def test_nothing_is_sent_before_the_guard(dagbag: Any, destination: str) -> None:
    dag = dagbag.dags[f"abm_activate_{destination}"]
    assert dag.get_task("plan").downstream_task_ids == {"guard"}
    assert dag.get_task("guard").downstream_task_ids == {"approve", "send"}
    assert dag.get_task("approve").downstream_task_ids == {"send"}
    assert dag.get_task("send").downstream_task_ids == {"account"}
    assert dag.get_task("account").downstream_task_ids == {"tell_alerts"}


@pytest.mark.parametrize("destination", REGISTRY)
def test_who_opted_out_leaves_before_anything_is_planned(dagbag: Any, destination: str) -> None:
    dag = dagbag.dags[f"abm_activate_{destination}"]
    has_members = REGISTRY[destination].kind == "audiences"
    assert dag.get_task("plan").upstream_task_ids == ({"remove_opt_outs"} if has_members else set())
    if has_members:
        assert dag.get_task("remove_opt_outs").pool == f"abm_{destination}"


def test_each_dag_ends_by_telling_what_changed_however_it_went(dagbag: Any) -> None:
    for dag in dagbag.dags.values():
        [last] = [task for task in dag.tasks if task.is_teardown]
        assert last.task_id in {"tell_alerts", "end_build"}
        assert dag.leaves == [last]
        assert last.trigger_rule == "all_done_setup_success"
        assert not last.on_failure_fail_dagrun


def test_tasks_that_talk_to_a_platform_wait_in_its_pool(dagbag: Any) -> None:
    pools = json.loads((PROJECT_DIR / "plugins" / "abm_airflow" / "pools.json").read_text(encoding="utf-8"))
    assert set(pools) == {f"abm_{platform}" for platform in (*SOURCES, *REGISTRY)}
    for source in SOURCES:
        assert dagbag.dags["abm_ingest"].get_task(f"{source}.stage").pool == f"abm_{source}"
    for destination in REGISTRY:
        for task_id in ("send", "account"):
            assert dagbag.dags[f"abm_activate_{destination}"].get_task(task_id).pool == f"abm_{destination}"


def test_retries_follow_the_kind_of_error(dagbag: Any) -> None:
    from abm.errors import BusyError, ConfigurationError, Fault, HeldError, RetryableError

    policy = dagbag.dags["abm_ingest"].get_task("salesforce.stage").retry_policy
    decide = lambda error: policy.evaluate(error, 1, 2).action.value  # noqa: E731 (one line, used thrice)
    assert decide(RetryableError("later")) == "retry"
    assert decide(BusyError("another process is at work")) == "retry"
    assert decide(HeldError("held")) == "fail"
    assert decide(ConfigurationError(Fault("a", "b", "c"))) == "fail"


def test_no_step_of_ours_lets_the_database_quote_rows(dagbag: Any) -> None:
    steps = [task for dag in dagbag.dags.values() for task in dag.tasks if hasattr(task, "python_callable")]
    assert len(steps) >= 12
    assert [task.task_id for task in steps if not hasattr(task.python_callable, "__wrapped__")] == []


def test_a_night_begins_when_it_is_due_and_not_when_switched_on(dagbag: Any) -> None:
    for dag_id in ("abm_ingest", "abm_review"):
        assert dagbag.dags[dag_id].start_date is None
        assert dagbag.dags[dag_id].timetable.run_immediately == timedelta(0)


@pytest.mark.parametrize("file", sorted((PROJECT_DIR / "dags").glob("*.py")), ids=lambda file: file.stem)
def test_parsing_loads_no_heavy_library_and_reads_no_connection(file: Path, dagbag: Any, parsed_home: Path) -> None:
    program = f"""
import runpy, sys
from airflow.sdk import BaseHook, Variable
def refuse(*_, **__): raise AssertionError("read at parse time")
BaseHook.get_connection = Variable.get = refuse
before = set(sys.modules)
runpy.run_path({str(file)!r})
print(sorted({{"great_expectations", "pandas", "pyarrow", "dbt", "adbc_driver_manager"}} & (set(sys.modules) - before)))
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | {"ABM_HOME": str(parsed_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "[]"
