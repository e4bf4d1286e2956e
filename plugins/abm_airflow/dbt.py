"""The dbt project as Airflow tasks: one dbt process, one task a model to see and to retry (Cosmos watcher)."""

from __future__ import annotations

from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.profiles import PostgresUserPasswordProfileMapping

from abm.release.locks import BUILD_APPLICATION
from abm.transform import DBT_PROJECT_DIR, manifest_path
from abm_airflow.hooks.warehouse import CONNECTION_ID

_THREADS = 4


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
