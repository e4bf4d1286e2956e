"""The last task of a DAG: tell what changed, however the others ended."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from abm_airflow.errors import errors_told
from abm_airflow.notifiers import TellAlerts


@task(retries=0)
@errors_told
def tell_alerts() -> None:
    """Tell each state that is new, another, or over, to the channels of docs/alerts.md.

    Wired as a teardown: it runs whatever happened before, and never decides how the run is seen.
    """
    TellAlerts()(get_current_context())
