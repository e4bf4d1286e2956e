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
