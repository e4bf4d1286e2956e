"""Bulk API 2.0 jobs, as the source and the destination both use them: create, wait, fetch.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/asynch_api_intro.htm
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from abm.errors import ContractError, RetryableError
from abm.platforms.salesforce import DATA_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from abm.http import PlatformClient

Kind = Literal["ingest", "query"]
FIRST_WAIT, LONGEST_WAIT, WAIT_GROWTH = 0.05, 10.0, 1.6
GIVE_UP_AFTER = 3600.0
_FINAL = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass
class BulkJobs:
    """Jobs of one kind in one org."""

    client: PlatformClient
    kind: Kind
    sleep: Callable[[float], None] = time.sleep

    def create(self, description: Mapping[str, Any]) -> str:
        """Return the new job's id. A repeated call leaves an empty job behind, which Salesforce drops by itself."""
        job_id = self.client.request("POST", self.path(), json=dict(description)).json().get("id")
        if not isinstance(job_id, str):
            raise ContractError(f"Salesforce created a bulk {self.kind} job without an id.")
        return job_id

    def wait(self, job_id: str) -> Mapping[str, Any]:
        """Return what Salesforce tells of the job once it is complete, failed or aborted.

        Raises RetryableError for a job that does not end; it may still end, so its rows must be safe to send again.
        """
        waited, pause = 0.0, FIRST_WAIT
        while waited < GIVE_UP_AFTER:
            facts: dict[str, Any] = self.client.request("GET", self.path(job_id)).json()
            if facts.get("state") in _FINAL:
                return facts
            self.sleep(pause)
            waited, pause = waited + pause, min(pause * WAIT_GROWTH, LONGEST_WAIT)
        raise RetryableError(
            f"Salesforce's bulk {self.kind} job '{job_id}' did not end within an hour. Look at it under Setup, "
            "Bulk Data Load Jobs; the step can be repeated.",
            code="JOB_TIMEOUT",
        )

    def path(self, *parts: str) -> str:
        return "/".join((DATA_PATH, "jobs", self.kind, *parts))
