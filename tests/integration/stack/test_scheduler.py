"""The whole system under the real scheduler: what `make demo` does, then a review that a person approves."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from abm.destinations import REGISTRY
from abm.errors import AbmError
from abm.settings import Settings
from abm.stack.airflow import AirflowApi
from abm.stack.lifecycle import Stack, down, status, up
from abm.stack.night import run_night
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

ACCOUNTS = 250
_APPROVAL_SECONDS = 600  # a build of 230 tasks goes before it, beside the other tests


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("stack"), warehouse_url=None)


@pytest.fixture(scope="module")
def stack(settings: Settings) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABM_HOME", str(settings.home))
        patch.delenv("ABM_WAREHOUSE_URL", raising=False)
        started = up(settings, port=None, accounts=ACCOUNTS, tell=print)
        groups = [process.pid for process in started.started]
        yield started
        down(settings)
    assert [pid for pid in groups if psutil.pid_exists(pid)] == []
    assert not any(part.is_alive for part in status(settings))


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[AirflowApi]:
    opened = AirflowApi(stack.airflow)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first_night(api: AirflowApi) -> list[Any]:
    return run_night(api, show=lambda _run: None)


def outcomes(stack: Stack) -> dict[str, dict[str, int]]:
    """Rows of each destination's newest run by outcome."""
    with connect(stack.warehouse_url) as connection:
        rows = connection.execute(
            """
            select runs.destination, coalesce(changes.outcome, 'none'), count(changes.object_key)
            from ops.sync_runs as runs
            left join ops.sync_changes as changes using (run_id)
            where runs.planned_at = (
                select max(latest.planned_at) from ops.sync_runs as latest where latest.destination = runs.destination
            )
            group by 1, 2
            """
        ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for destination, outcome, count in rows:
        found.setdefault(destination, {})[outcome] = count
    return found


def test_the_first_night_writes_to_every_destination(stack: Stack, first_night: list[Any]) -> None:
    assert {run.state for run in first_night} == {"success"}
    written = outcomes(stack)
    assert set(written) == set(REGISTRY)
    for destination in REGISTRY:
        assert set(written[destination]) <= {"created", "updated"}, destination
        assert sum(written[destination].values()) > 0, destination


def test_what_was_published_is_what_was_acknowledged(stack: Stack, first_night: list[Any]) -> None:
    with connect(stack.warehouse_url) as connection:
        row = connection.execute(
            """
            select
                (select count(*) from activation.crm_accounts) + (select count(*) from activation.audience_members),
                (select count(*) from ops.sync_state),
                (select count(*) from marts.dim_accounts),
                (select count(*) from ops.style_ledger where valid_to is null)
            """
        ).fetchone()
    assert row is not None
    assert row[0] == row[1] > 0
    assert row[2] == row[3] > 0


def test_a_review_waits_for_a_person_and_its_release_sends_nothing_new(
    stack: Stack, api: AirflowApi, first_night: list[Any]
) -> None:
    before, runs = _published(stack), _sync_runs(stack)
    run_id = api.post("/dags/abm_review/dagRuns", {"logical_date": None})["dag_run_id"]
    task = f"/dags/abm_review/dagRuns/{run_id}/taskInstances/approve"
    _wait(lambda: api.get(task)["state"] == "awaiting_input")
    assert _published(stack) == before

    def approved() -> bool:
        # Airflow can lose an answer that comes in the very second it parks the task; it asks again, and so do we.
        if api.get(task)["state"] == "awaiting_input":
            with contextlib.suppress(AbmError):
                api.patch(f"{task}/-1/hitlDetails", {"chosen_options": ["Approve"], "params_input": {}})
        return bool(api.get(f"/dags/abm_review/dagRuns/{run_id}")["state"] == "success")

    _wait(approved)
    assert _published(stack) == before + 1
    _wait(lambda: _sync_runs(stack) == runs + len(REGISTRY))
    assert all(sum(counts.values()) == 0 for counts in outcomes(stack).values())


def test_the_page_asks_for_a_login(stack: Stack) -> None:
    import httpx

    assert httpx.get(f"{stack.airflow.url}/api/v2/dags").status_code == 401
    assert stack.airflow.url.startswith("http://127.0.0.1:")


def test_nothing_listens_beyond_loopback(stack: Stack) -> None:
    started = [psutil.Process(process.pid) for process in stack.started]
    family = [process for leader in started for process in (leader, *leader.children(recursive=True))]
    hosts = {host for process in family for host in _listening_hosts(process)}
    assert "127.0.0.1" in hosts
    assert hosts <= {"127.0.0.1", "::1"}


def _listening_hosts(process: psutil.Process) -> set[str]:
    with contextlib.suppress(psutil.NoSuchProcess):  # tasks come and go
        connections = process.net_connections(kind="inet")
        return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    return set()


def _sync_runs(stack: Stack) -> int:
    """Count the activations that ended."""
    with connect(stack.warehouse_url) as connection:
        row = connection.execute("select count(*) from ops.sync_runs where status = 'finished'").fetchone()
    assert row is not None
    return int(row[0])


def _published(stack: Stack) -> int:
    with connect(stack.warehouse_url) as connection:
        row = connection.execute("select count(*) from ops.releases where published_at is not null").fetchone()
    assert row is not None
    return int(row[0])


def _wait(condition: Any) -> None:
    deadline = time.monotonic() + _APPROVAL_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain; load {os.getloadavg()}"
        time.sleep(2)
