"""# abm_model: from landing to a published release

**Input** asset `abm_landing`. **Output** schemas `marts` and `activation`, the style ledger, and the asset `abm_release`, which starts
every `abm_activate_<destination>`.

dbt builds the *candidate* schemas, one task a model, and tests their data (`dbt_project_test`); Great Expectations checks
the candidate; it is compared with what is published.
Base styles stay as the last review left them: a night proposes, runs leases and seats what is new.
Within the policy's change budget the candidate is published in one transaction; past it, `approve` waits for a person (20 hours, then it counts as rejected).
`end_build` holds a release whose build failed, and tells what changed (`docs/alerts.md`).

**A failure means** a `dbt` task: a model or the data tests (its log has dbt's message). `check_candidate`: the candidate looks wrong. In every case
yesterday's release stays published and nothing new is sent.

**Who acts** the data engineer for dbt and checks; marketing operations for `approve`. **Rerun** is safe at any task.
"""

import pendulum
from airflow.sdk import dag

from abm_airflow.assets import LANDING
from abm_airflow.modelling import build_and_publish
from abm_airflow.notifiers import NameFailingStep
from abm_airflow.options import PARAMS
from abm_airflow.retries import DEFAULT_ARGS


@dag(
    schedule=[LANDING],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params=PARAMS,
    tags=["abm", "model"],
    on_failure_callback=NameFailingStep(),
    doc_md=__doc__,
)
def abm_model() -> None:
    build_and_publish(is_review=False)


abm_model()
