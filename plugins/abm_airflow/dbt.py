"""The dbt project as Airflow tasks: one dbt process, one task a model to see and to retry (Cosmos watcher)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import TaskGroup, get_parsing_context
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.airflow import graph
from cosmos.constants import PRODUCER_WATCHER_TASK_ID, ExecutionMode, InvocationMode, LoadMode, TestBehavior

from abm.transform import DBT_PROJECT_DIR, manifest_path
from abm_airflow.operators.dbt import Model, Seed

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPERATORS = {"DbtProducer": "Build", "DbtRun": "Model", "DbtSeed": "Seed", "DbtTest": "Tests"}
_ALONE = {"_run": ("model", Model), "_seed": ("seed", Seed)}


def _operator(execution_mode: ExecutionMode, dbt_class: str) -> str:  # noqa: ARG001 (Cosmos calls it with both)
    return f"abm_airflow.operators.dbt.{_OPERATORS[dbt_class]}"


graph.calculate_operator_class = _operator  # Cosmos finds its operators by it and has no option to name others


def dbt_models(group_id: str = "dbt") -> TaskGroup:
    """Return a task group with a task for each model, and after them all the data tests; unit tests run in CI.

    Each task's process reads its DAG anew. Where a model's task is about to run, it is the only one made: making all
    of them took most of its time.
    """
    group, _, task = (get_parsing_context().task_id or "").partition(".")
    ending = next((ending for ending in _ALONE if group == group_id and task.endswith(ending)), None)
    return _alone(group_id, task, ending) if ending else _all_models(group_id)


def _alone(group_id: str, task: str, ending: str) -> TaskGroup:
    kind, operator = _ALONE[ending]
    with TaskGroup(group_id) as group:
        operator(
            task_id=task,
            extra_context={"dbt_node_config": {"unique_id": f"{kind}.abm.{task.removesuffix(ending)}"}},
            producer_task_id=f"{group_id}.{PRODUCER_WATCHER_TASK_ID}",
            project_dir=str(DBT_PROJECT_DIR),
            profile_config=_profile(),
            **_arguments(),
        )
    return group


def _all_models(group_id: str) -> TaskGroup:
    group: TaskGroup = DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=DBT_PROJECT_DIR, manifest_path=manifest_path(), install_dbt_deps=False
        ),
        profile_config=_profile(),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            # With NONE, the tests would be left out of the build and run nowhere.
            test_behavior=TestBehavior.AFTER_ALL,
            emit_datasets=False,
        ),
        operator_args=_arguments(),
    )
    return group


def _profile() -> ProfileConfig:
    return ProfileConfig(profile_name="abm", target_name="prod", profiles_yml_filepath=DBT_PROJECT_DIR / "profiles.yml")


def _arguments() -> Mapping[str, Any]:
    # A waiting task looks once a second in its slot: deferring it would start its process twice.
    return {"install_deps": False, "emit_datasets": False, "deferrable": False, "poke_interval": 1}
