"""What is asked of Airflow's API about a run."""

from __future__ import annotations

from typing import Any

from abm.stack.night import task_instances


class PagingApi:
    """Answers as Airflow's API does: never more than a hundred at once."""

    def __init__(self, tasks: int) -> None:
        self.tasks = [{"task_id": f"task_{number}"} for number in range(tasks)]

    def get(self, path: str, *, limit: int, offset: int) -> Any:
        assert path == "/dags/abm_model/dagRuns/run_1/taskInstances"
        return {"task_instances": self.tasks[offset : offset + min(limit, 100)], "total_entries": len(self.tasks)}


def test_every_task_of_a_long_run_is_read() -> None:
    api: Any = PagingApi(232)
    assert list(task_instances(api, "abm_model", "run_1")) == api.tasks
