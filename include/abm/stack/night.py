"""One night under the running scheduler: trigger `abm_ingest`, follow the assets, tell what fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.errors import AbmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from abm.stack.airflow import AirflowApi

INGEST = "abm_ingest"
MODEL = "abm_model"
ACTIVATE = "abm_activate_"
_ENDED = frozenset({"success", "failed"})
_TASK_ENDED = ["success", "failed", "skipped", "upstream_failed"]
_PAGE = 100
_REGISTERED_SECONDS = 90
_NIGHT_SECONDS = 900
_LOG_LINES = 15
_LOOK_SECONDS = 1.0  # each look is two requests to the server that the tasks use too


@dataclass(frozen=True)
class DagRun:
    """How one DAG run stands."""

    dag_id: str
    run_id: str
    state: str
    tasks_ended: int
    tasks: int
    seconds: float


def run_night(api: AirflowApi, *, show: Callable[[DagRun], None]) -> list[DagRun]:
    """Run ingest, model and every activation once, each started by its asset; return the runs in order.

    `show` is called with the state of the running DAGs about once a second. Raises AbmError that names the first
    failed step, with its log's last lines and the remedy.
    """
    activations = _wait_until_registered(api)
    known = {dag_id: set(_run_ids(api, dag_id)) for dag_id in (INGEST, MODEL, *activations)}
    api.post(f"/dags/{INGEST}/dagRuns", {"logical_date": None})
    ended = [_follow(api, INGEST, known[INGEST], show), _follow(api, MODEL, known[MODEL], show)]
    ended += [_follow(api, dag_id, known[dag_id], show) for dag_id in activations]
    return ended


def _wait_until_registered(api: AirflowApi) -> list[str]:
    deadline = time.monotonic() + _REGISTERED_SECONDS
    while time.monotonic() < deadline:
        found = {dag["dag_id"] for dag in api.get("/dags", limit=100, tags="abm")["dags"]}
        activations = sorted(dag_id for dag_id in found if dag_id.startswith(ACTIVATE))
        if {INGEST, MODEL} <= found and activations:
            return activations
        time.sleep(0.5)
    errors = api.get("/importErrors")["import_errors"]
    told = "\n".join(f"{error['filename']}: {error['stack_trace'][-600:]}" for error in errors)
    raise AbmError(
        f"Airflow did not find the DAGs in {_REGISTERED_SECONDS} s. {told or 'Look at the dag-processor log.'}"
    )


def _follow(api: AirflowApi, dag_id: str, known: set[str], show: Callable[[DagRun], None]) -> DagRun:
    """Wait for the DAG's next run to start and to end."""
    deadline = time.monotonic() + _NIGHT_SECONDS
    run_id, tasks = None, 0
    while time.monotonic() < deadline:
        if run_id is None and (new := [found for found in _run_ids(api, dag_id) if found not in known]):
            run_id = new[-1]
            tasks = _count(api, dag_id, run_id)
        if run_id:
            run = _state(api, dag_id, run_id, tasks)
            show(run)
            if run.state == "failed":
                raise AbmError(_failure(api, run))
            if run.state in _ENDED:
                return run
        time.sleep(_LOOK_SECONDS)
    raise AbmError(f"{dag_id} did not end in {_NIGHT_SECONDS} s. Look at its tasks with 'abm up' in the browser.")


def _state(api: AirflowApi, dag_id: str, run_id: str, tasks: int) -> DagRun:
    run = api.get(f"/dags/{dag_id}/dagRuns/{run_id}")
    ended = _count(api, dag_id, run_id, state=_TASK_ENDED)
    return DagRun(dag_id, run_id, run["state"], ended, tasks, run.get("duration") or 0.0)


def _failure(api: AirflowApi, run: DagRun) -> str:
    failed = list(task_instances(api, run.dag_id, run.run_id, state=["failed"]))
    if not failed:
        return f"{run.dag_id} failed without a failed task. Look at the scheduler log."
    first = min(failed, key=lambda task: task["end_date"] or "")
    path = f"/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{first['task_id']}/logs/{first['try_number']}"
    return (
        f"Step {first['task_id']} of {run.dag_id} failed. Its log ends:\n{_log_tail(api, path)}\n"
        f"What this step does and who acts: the docstring of dags/{run.dag_id.partition('_activate_')[0]}*.py"
    )


def _log_tail(api: AirflowApi, path: str) -> str:
    content = api.get(path).get("content") or []
    lines = [line["event"] if isinstance(line, dict) else str(line) for line in content]
    errors = [
        f"{detail['exc_type']}: {detail['exc_value']}"
        for line in content
        if isinstance(line, dict)
        for detail in line.get("error_detail") or []
    ]
    return "\n".join([*lines[-_LOG_LINES:], *errors])


def task_instances(api: AirflowApi, dag_id: str, run_id: str, **filters: Any) -> Iterator[dict[str, Any]]:
    """Yield the run's task instances, page by page: Airflow answers with so many at once, whatever is asked."""
    path, offset = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", 0
    while found := api.get(path, limit=_PAGE, offset=offset, **filters)["task_instances"]:
        yield from found
        offset += len(found)


def _count(api: AirflowApi, dag_id: str, run_id: str, **filters: Any) -> int:
    """Count without asking for each: the server that answers also serves the tasks."""
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
    return int(api.get(path, limit=1, **filters)["total_entries"])


def _run_ids(api: AirflowApi, dag_id: str) -> Sequence[str]:
    """Return the ids of the DAG's runs, the newest first."""
    runs = api.get(f"/dags/{dag_id}/dagRuns", limit=50, order_by="-run_after")["dag_runs"]
    return [run["dag_run_id"] for run in runs]
