"""# abm_ingest: what changed in each source lands in the warehouse

**Input** every configured source (connections `abm_salesforce`, `abm_hubspot`, `abm_files`). **Output** tables `raw_<source>.*` and
the asset `abm_landing`, which starts `abm_model`.

Each source stages what changed since its cursor, is checked by Great Expectations, and is merged, alone. A source that fails
holds back only itself: its tables and cursor stay as they were, the others go on, and the next night reads the same window again. `tell_alerts` tells what changed.

**A failure means** `stage`: the source did not answer or refused us (the log says which connection to look at). `check`: what arrived
looks wrong (too few rows, stale, keys missing); results are in `ops.check_results` and the Data Docs. `merge`: the warehouse.

**Who acts** the data engineer. **Rerun** is safe at any task: a repeated load ends in the same tables.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, TriggerRule, dag, get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from abm.sources import SOURCES
from abm_airflow.alerting import tell_alerts
from abm_airflow.assets import LANDING
from abm_airflow.errors import errors_told
from abm_airflow.hooks.platform import PlatformHook
from abm_airflow.hooks.warehouse import WarehouseHook
from abm_airflow.notifiers import NameFailingStep
from abm_airflow.options import PARAMS, night_options, run_key
from abm_airflow.pools import pool_of
from abm_airflow.retries import DEFAULT_ARGS
from abm_airflow.schedules import NEVER


@dag(
    schedule=CronTriggerTimetable("0 2 * * *", timezone="UTC", run_immediately=NEVER),
    start_date=None,  # with a date in the past, switching the DAG on would run the night that has gone
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=PARAMS,
    tags=["abm", "ingest"],
    on_failure_callback=NameFailingStep(),
    doc_md=__doc__,
)
def abm_ingest() -> None:
    nights = [land(source) for source in SOURCES]
    announced, landed = announce(), all_landed()
    nights >> announced
    nights >> landed
    [announced, landed] >> tell_alerts().as_teardown()


def land(source: str):  # noqa: ANN201 (Airflow's DAGNode)
    @task_group(group_id=source)
    def land_one() -> None:
        stage(source) >> check(source) >> merge(source)

    return land_one()


def stage(source: str):  # noqa: ANN201 (an XComArg)
    @task(pool=pool_of(source))
    @errors_told
    def stage() -> dict[str, int]:
        from abm.ingest import stage_source

        connection = PlatformHook(source).find()
        if connection is None:
            raise AirflowSkipException(f"Connection abm_{source} is not defined; the source is not configured")
        staged = stage_source(WarehouseHook().migrated_url(), source, connection, run_key(get_current_context()))
        return {entity.entity: entity.rows for entity in staged}

    return stage()


def check(source: str):  # noqa: ANN201 (an XComArg)
    @task
    @errors_told
    def check() -> int:
        from abm.ingest import hold_source
        from abm.quality import check_landing

        url, batch_id = WarehouseHook().url, run_key(get_current_context())
        report = check_landing(url, source, batch_id)
        if report.stops:
            hold_source(url, source, batch_id, report.summary)
        report.raise_if_stopped()
        return report.expectations

    return check()


def merge(source: str):  # noqa: ANN201 (an XComArg)
    @task
    @errors_told
    def merge() -> dict[str, int]:
        from abm.ingest import merge_source

        merged = merge_source(WarehouseHook().url, source, run_key(get_current_context()))
        return {entity: counts.changed for entity, counts in merged.items()}

    return merge()


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[LANDING])
@errors_told
def announce() -> list[str]:
    """Start the model if at least one source landed; fail where none did."""
    from abm.ingest import merged_sources

    context = get_current_context()
    landed = merged_sources(WarehouseHook().url, run_key(context))
    context["outlet_events"][LANDING].extra = {"sources": landed, **night_options(context).as_extra()}
    return landed


@task(trigger_rule=TriggerRule.NONE_FAILED)
@errors_told
def all_landed() -> None:
    """Fail the run where a configured source did not land, so that a held source is seen."""


abm_ingest()
