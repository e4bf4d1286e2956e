"""# abm_review: the quarterly review of base styles

**Input** the landed data as it stands. **Output** a release that a person approved, and the asset `abm_release`.

The same steps as `abm_model`, but every release waits at `approve`, which shows how many accounts move from which style to which.

**A failure means** the same as in `abm_model`; yesterday's release stays published. **Who acts** marketing and sales leads answer `approve`
within 20 hours; no answer counts as a rejection. **Rerun** is safe at any task.
"""

from airflow.sdk import CronTriggerTimetable, dag

from abm_airflow.modelling import build_and_publish
from abm_airflow.notifiers import NameFailingStep
from abm_airflow.options import PARAMS
from abm_airflow.retries import DEFAULT_ARGS


@dag(
    schedule=CronTriggerTimetable("0 6 1 1,4,7,10 *", timezone="UTC"),
    start_date=None,  # with a date in the past, switching the DAG on would run the review that has gone
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=PARAMS,
    tags=["abm", "review"],
    on_failure_callback=NameFailingStep(),
    doc_md=__doc__,
)
def abm_review() -> None:
    build_and_publish(always_ask=True)


abm_review()
