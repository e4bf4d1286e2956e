"""# abm_activate: what the release says, and the platform does not yet hold, is sent

One DAG for each destination. **Input** asset `abm_release`. **Output** fields of CRM records, members of audiences, or lists;
every planned row with its one outcome in `ops.sync_changes`.

Where audiences are sent, `remove_opt_outs` first removes the members who opted out, whatever becomes of the plan: no limit and no answer holds that.
`plan` takes the difference between the release and what the platform has acknowledged. `guard` compares it with the policy's budget: past it, `approve`
waits for a person (20 hours, then it counts as rejected: rows are held, nothing is sent, the next night plans anew). The answer is kept in the warehouse for
exactly this plan, and `send` asks there: clearing or marking tasks, or another run, gets round nothing. `send` writes in batches and records each answer
as it comes; `account` checks that every planned row ended in one outcome, and reads sizes and statuses back. `tell_alerts` tells what changed.

**A failure means** `send`: the connection, a scope or a missing field (the log says which); rows already answered are recorded, the others come again.
**Who acts** the data engineer; ad operations for `approve`. **Rerun** is safe at any task: what was acknowledged is not sent again.
"""

from __future__ import annotations

import logging
from typing import Any

import pendulum
from airflow.sdk import TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from abm.destinations import REGISTRY
from abm_airflow.alerting import tell_alerts
from abm_airflow.assets import RELEASE
from abm_airflow.errors import errors_told
from abm_airflow.hooks.platform import PlatformHook
from abm_airflow.hooks.warehouse import WarehouseHook
from abm_airflow.notifiers import NameFailingStep
from abm_airflow.operators.approval import RecordedApproval
from abm_airflow.options import PARAMS, NightOptions, night_options, run_key
from abm_airflow.pools import pool_of
from abm_airflow.retries import DEFAULT_ARGS


def activate(destination: str, *, needs_connection: bool) -> None:
    """Make the DAG of one destination."""

    @dag(
        dag_id=f"abm_activate_{destination}",
        schedule=[RELEASE],
        start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        params=PARAMS,
        tags=["abm", "activate"],
        on_failure_callback=NameFailingStep(),
        doc_md=__doc__,
    )
    def abm_activate() -> None:
        approve = RecordedApproval(
            task_id="approve",
            key="{{ ti.xcom_pull(task_ids='plan')['run_id'] }}",
            seen="{{ ti.xcom_pull(task_ids='guard', key='plan') }}",
            subject=f"Send this to {destination}?",
            body="{{ ti.xcom_pull(task_ids='guard', key='summary') }}",
            on_approve=_approve,
            on_reject=_hold,
        )
        sent = send.override(pool=pool_of(destination))(destination)
        planned = plan(destination, needs_connection=needs_connection)
        planned >> guard(destination) >> [approve, sent]
        if REGISTRY[destination].kind == "audiences":
            leaving = remove_opt_outs.override(pool=pool_of(destination))
            leaving(destination, needs_connection=needs_connection) >> planned
        accounted = account.override(pool=pool_of(destination))(destination)
        approve >> sent >> accounted >> tell_alerts().as_teardown()

    abm_activate()


@task
@errors_told
def remove_opt_outs(destination: str, *, needs_connection: bool) -> dict[str, int]:
    """Remove members who opted out, before anything is planned: no guard holds that. A dry run removes nobody."""
    from abm.activation import remove_opt_outs as remove

    if _wanted(destination, needs_connection=needs_connection).dry_run:
        return {}
    return remove(WarehouseHook().url, destination, _run_id(destination), PlatformHook(destination).find())


@task
@errors_told
def plan(destination: str, *, needs_connection: bool) -> dict[str, Any]:
    """Plan what differs; skip where the destination is not configured or not asked for."""
    from abm.activation import plan as plan_changes

    options = _wanted(destination, needs_connection=needs_connection)
    planned = plan_changes(WarehouseHook().url, destination, run_id=_run_id(destination), dry_run=options.dry_run)
    return {"run_id": planned.run_id, "desired": planned.rows_desired, "planned": planned.rows_planned}


@task.branch
@errors_told
def guard(destination: str) -> str | None:
    """Within the policy's budget go on to send, past it ask a person; an empty release stops, a dry run ends here.

    The summary (XCom, and the log of a dry run) has exact counts by audience and field, and examples by key.
    """
    from abm.activation import guard as guard_plan
    from abm.activation import hold
    from abm.errors import HeldError
    from abm.policy.load import load_policy
    from abm.settings import load_settings

    context, url, run_id = get_current_context(), WarehouseHook().url, _run_id(destination)
    verdict = guard_plan(url, run_id, load_policy(load_settings().policy), PlatformHook(destination).find())
    context["ti"].xcom_push("summary", verdict.summary)
    context["ti"].xcom_push("plan", verdict.digest)
    if night_options(context).dry_run:
        logging.getLogger(__name__).info("Dry run, nothing is sent.\n%s", verdict.summary)
        return None
    if verdict.decision == "stop":
        hold(url, run_id, verdict.told)
        raise HeldError(f"{verdict.told}. Nothing was sent, and the next night plans anew.")
    return verdict.decision


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
@errors_told
def send(destination: str) -> None:
    """Send what is planned, batch by batch."""
    from abm.activation import send as send_changes

    send_changes(WarehouseHook().url, _run_id(destination), PlatformHook(destination).find())


@task
@errors_told
def account(destination: str) -> dict[str, int]:
    """Check that every planned row ended in one outcome; return the rows by outcome."""
    from abm.activation import account as account_for

    return account_for(WarehouseHook().url, _run_id(destination), PlatformHook(destination).find()).outcomes


def _wanted(destination: str, *, needs_connection: bool) -> NightOptions:
    """Return the night's options; skip where the destination is not asked for or not configured."""
    options = night_options(get_current_context())
    if not options.includes(destination):
        raise AirflowSkipException("This night was asked to send to other destinations only")
    if needs_connection and PlatformHook(destination).find() is None:
        raise AirflowSkipException(f"Connection abm_{destination} is not defined; the destination is not configured")
    return options


def _run_id(destination: str) -> str:
    return f"{destination}-{run_key(get_current_context())}"


def _approve(url: str, run_id: str, digest: str, person: str) -> None:
    from abm.activation import approve

    approve(url, run_id, digest, person)


def _hold(url: str, run_id: str, reason: str) -> None:
    from abm.activation import hold

    hold(url, run_id, reason)


for name, registered in REGISTRY.items():
    activate(name, needs_connection=registered.needs_connection)
