"""The tasks from landing to release, shared by the nightly model and the quarterly review."""

from __future__ import annotations

from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task

from abm_airflow.assets import RELEASE
from abm_airflow.dbt import dbt_models
from abm_airflow.errors import errors_told
from abm_airflow.hooks.warehouse import WarehouseHook
from abm_airflow.notifiers import TellAlerts
from abm_airflow.operators.approval import RecordedApproval
from abm_airflow.options import night_options, run_key


def build_and_publish(*, is_review: bool) -> None:
    """Wire build, check, comparison, approval and publishing; a review always goes through a person."""
    verdict = compare(is_review=is_review)
    asked = RecordedApproval(
        task_id="approve",
        key="{{ ti.xcom_pull(task_ids='start_build')['release_id'] }}",
        subject=("Publish review" if is_review else "Publish release")
        + " {{ ti.xcom_pull(task_ids='start_build')['release_id'] }}?",
        body="{{ ti.xcom_pull(task_ids='compare', key='summary') }}",
        on_reject=_reject,
    )
    published = publish()
    start_build(is_review=is_review) >> dbt_models() >> check_candidate() >> verdict >> [asked, published]
    asked >> published >> end_build().as_teardown()


@task
@errors_told
def start_build(*, is_review: bool) -> dict[str, str]:
    """Name the release and what it is computed for."""
    from abm.ingest import catch_up
    from abm.policy.load import load_policy
    from abm.release import start_build as start
    from abm.settings import load_settings

    context, url = get_current_context(), WarehouseHook().migrated_url()
    catch_up(url)
    started = start(
        url,
        as_of=night_options(context).as_of_date(context),
        release_id=f"{context['dag_run'].dag_id}-{run_key(context)}",  # two DAGs may be due at the same second
        policy=load_policy(load_settings().policy),
        is_review=is_review,
    )
    return {"release_id": started.release_id, "as_of": str(started.as_of), "policy_version": started.policy_version}


@task
@errors_told
def check_candidate() -> int:
    """Run the expectations on the candidate; a failed one that stops leaves yesterday's release published."""
    from abm.quality import check_candidate as check
    from abm.release import hold

    url, release_id = WarehouseHook().url, _release_id()
    report = check(url, release_id)
    if report.stops:
        hold(url, release_id, report.summary)
    report.raise_if_stopped()
    return report.expectations


@task.branch
@errors_told
def compare(*, is_review: bool) -> str:
    """Compare candidate and published; past the change budget, and for a review, a person is asked."""
    from abm.errors import HeldError
    from abm.release import compare as compare_releases
    from abm.release import hold

    url, release_id = WarehouseHook().url, _release_id()
    comparison = compare_releases(url)
    get_current_context()["ti"].xcom_push("summary", comparison.summary)
    if comparison.verdict == "stop":
        hold(url, release_id, comparison.summary)
        raise HeldError(comparison.summary)
    return "approve" if is_review or comparison.verdict == "approve" else "publish"


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS, outlets=[RELEASE])
@errors_told
def publish() -> dict[str, Any]:
    """Make the candidate the release, in one transaction."""
    from abm.release import publish as publish_release

    context = get_current_context()
    approval = context["ti"].xcom_pull(task_ids="approve")
    decided_by = (approval or {}).get("responded_by_user", {}).get("name", "airflow") if approval else "within budget"
    published = publish_release(WarehouseHook().url, _release_id(), decided_by)
    context["outlet_events"][RELEASE].extra = {"release_id": published.release_id, **night_options(context).as_extra()}
    return {"release_id": published.release_id, "accounts": published.accounts, "changed": published.accounts_changed}


@task(retries=0)
@errors_told
def end_build() -> None:
    """Hold a release whose build ended without a word, and tell what changed; runs however the other tasks ended."""
    from abm.release import hold_unfinished

    context = get_current_context()
    if started := context["ti"].xcom_pull(task_ids="start_build"):
        hold_unfinished(WarehouseHook().url, started["release_id"])
    TellAlerts()(context)


def _release_id() -> str:
    release_id: str = get_current_context()["ti"].xcom_pull(task_ids="start_build")["release_id"]
    return release_id


def _reject(url: str, release_id: str, reason: str) -> None:
    from abm.release import reject

    reject(url, release_id, reason)
