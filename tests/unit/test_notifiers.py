import contextlib
import datetime as dt
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")
NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
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


def test_a_question_is_told_when_it_is_asked_and_closed_by_its_answer(monkeypatch, warehouse_url, warehouse) -> None:
    from airflow.providers.standard.operators import hitl
    from airflow.sdk.exceptions import AirflowException

    from abm_airflow.operators.approval import RecordedApproval

    monkeypatch.setenv("AIRFLOW_CONN_ABM_WAREHOUSE", warehouse_url)
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **_: None)
    rejected = []
    approval = RecordedApproval(
        task_id="approve",
        key="r1",
        subject="Publish?",
        body="9 moves",
        on_reject=lambda *told: rejected.append(told[1:]),
    )
    with pytest.raises(BaseException, match="") as waiting:
        approval.execute({"task_instance": SimpleNamespace(id="t1")})
    assert type(waiting.value).__name__ == "TaskAwaitingInput"
    told = "select kind, subject, change from ops.alerts order by alert_id"
    assert warehouse.execute(told).fetchall() == [("approval-waits", "r1", "opened")]
    with contextlib.suppress(AirflowException):
        approval.execute_complete(
            {"ti": STEP},
            {"chosen_options": ["Reject"], "params_input": {}, "responded_at": NOW, "responded_by_user": None},
        )
    assert rejected == [("r1", "rejected in Airflow by nobody in time")]
    assert warehouse.execute("select answer from ops.approvals").fetchall() == [("Reject",)]
