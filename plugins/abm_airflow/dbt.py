"""The dbt project as Airflow tasks: one dbt process, one task a model to see and to retry (Cosmos watcher)."""

from __future__ import annotations

from airflow.sdk import get_parsing_context
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.operators._watcher import base as watcher
from cosmos.profiles import PostgresUserPasswordProfileMapping

from abm.release.locks import BUILD_APPLICATION
from abm.transform import DBT_PROJECT_DIR, manifest_path
from abm_airflow.hooks.warehouse import CONNECTION_ID

_THREADS = 4
_TASKS_OF_NODES = ("_run", "_seed", "_snapshot")

# dbt waits while each event of a node is written through Airflow's API, and the tasks read only the last one.
watcher._DBT_EVENT_ALLOWLIST = watcher._DBT_ERROR_EVENTS_TYPES | {"NodeFinished"}  # noqa: SLF001 (Cosmos has no option)


def dbt_models(group_id: str = "dbt") -> DbtTaskGroup:
    """Return a task group with a task for each model; data tests run in the same dbt build, unit tests in CI."""
    return DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=DBT_PROJECT_DIR,
            manifest_path=manifest_path(),
            install_dbt_deps=False,
            partial_parse=True,
        ),
        profile_config=ProfileConfig(
            profile_name="abm",
            target_name="prod",
            profile_mapping=PostgresUserPasswordProfileMapping(
                conn_id=CONNECTION_ID,
                profile_args={"schema": "staging", "threads": _THREADS, "application_name": BUILD_APPLICATION},
            ),
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
            select=_nodes_wanted(group_id),
            exclude=["resource_type:unit_test"],
        ),
        operator_args={
            "install_deps": False,
            "exclude": ["resource_type:unit_test"],
            # A waiting task looks once a second in its slot: deferring it would start its process twice.
            "deferrable": False,
            "poke_interval": 1,
        },
    )


def _nodes_wanted(group_id: str) -> list[str]:
    """Return a selector of the one node whose task is about to run in this process, or nothing: every node.

    Each task's process reads its DAG anew; making hundreds of tasks to run one took most of its time.
    """
    group, _, task = (get_parsing_context().task_id or "").partition(".")
    endings = [ending for ending in _TASKS_OF_NODES if task.endswith(ending)]
    return [task.removesuffix(endings[0])] if group == group_id and endings else []
