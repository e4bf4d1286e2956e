"""# abm_review: the quarterly review of base styles

**Input** the landed data as it stands. **Output** a release that a person approved, and the asset `abm_release`.

The same steps as `abm_model`, but base styles may move here, within the policy's `review` limits. Every review waits at `approve`, which
names who moves, from which style to which and why, and what is left for the next review. Approving publishes.

**A failure means** the same as in `abm_model`; yesterday's release stays published. **Who acts** marketing and sales leads answer `approve`
within 20 hours, and before the next night starts its own build: that one takes the place of a review nobody answered. No answer counts as a
rejection. **Rerun** is safe at any task.
"""

from airflow.sdk import CronTriggerTimetable, dag

from abm_airflow.modelling import build_and_publish
from abm_airflow.notifiers import NameFailingStep
from abm_airflow.options import PARAMS
from abm_airflow.retries import DEFAULT_ARGS
from abm_airflow.schedules import NEVER


@dag(
    schedule=CronTriggerTimetable("0 6 1 1,4,7,10 *", timezone="UTC", run_immediately=NEVER),
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
    build_and_publish(is_review=True)


abm_review()
