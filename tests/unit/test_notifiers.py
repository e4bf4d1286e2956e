from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")
STEP = SimpleNamespace(task_id="salesforce.stage", dag_id="abm_ingest")


def test_a_failed_task_is_named_with_its_error() -> None:
    from abm_airflow.notifiers import failing_step

    told = failing_step({"ti": STEP, "exception": ValueError("the token was refused\nmore")})
    assert told.startswith("Step 'salesforce.stage' of 'abm_ingest' failed: the token was refused ")
    assert "more" not in told


def test_a_failed_run_is_named_with_its_reason() -> None:
    from abm_airflow.notifiers import failing_step

    told = failing_step({"dag_run": SimpleNamespace(dag_id="abm_model"), "reason": "task_failure"})
    assert told.startswith("DAG 'abm_model' failed: task_failure ")


def test_alerts_reach_channels_by_their_connections(monkeypatch, warehouse_url, warehouse, caplog) -> None:
    from abm_airflow.notifiers import TellAlerts

    warehouse.execute(
        "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged, reason)"
        " values ('b1', 'hubspot', 'accounts', true, 'held', 0, 'too few rows')"
    )
    monkeypatch.setenv("AIRFLOW_CONN_ABM_WAREHOUSE", warehouse_url)
    TellAlerts()({})
    rows = warehouse.execute(
        "select kind, channel, told_at is not null from ops.alerts join ops.alert_deliveries using (alert_id)"
    ).fetchall()
    assert rows == [("landing-check-failed", "log", True)]


def test_a_warehouse_that_cannot_be_reached_fails_nothing(monkeypatch) -> None:
    from abm_airflow.notifiers import TellAlerts

    monkeypatch.setenv("AIRFLOW_CONN_ABM_WAREHOUSE", "postgresql://abm:secret@127.0.0.1:1/abm")
    TellAlerts().notify({})
