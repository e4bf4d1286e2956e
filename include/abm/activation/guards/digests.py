"""The name of a plan: a digest of its rows, the same for the same changes in whatever run and order."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

DIGEST_LENGTH = 12  # as a policy's version: told, compared and typed by people

# Outcomes do not enter: a run that was stopped halfway is still the plan that was approved.
_ROWS = """
select runs.destination, planned.rows, planned.hashes
from ops.sync_runs as runs
cross join (
    select
        count(*) as rows,
        coalesce(
            sum(
                hash_record_extended(
                    row(object_key, operation, case when left_alone is null then payload else payload - left_alone end),
                    0
                )
            ),
            0
        ) as hashes
    from ops.sync_changes
    where run_id = %(run_id)s
) as planned
where runs.run_id = %(run_id)s
"""

# PostgreSQL takes the hash of a row to cost as little as an addition, and would leave it to one core.
_BY_ALL_CORES = "set local parallel_setup_cost = 0"


def plan_digest(connection: psycopg.Connection, run_id: str) -> str:
    """Return the digest of a run's planned rows: keys, operations and what is sent."""
    with connection.transaction(force_rollback=True):  # or the setting would outlast a savepoint
        connection.execute(_BY_ALL_CORES)
        row = connection.execute(_ROWS, {"run_id": run_id}).fetchone()
    if row is None:
        raise AssertionError(run_id)
    return hashlib.sha256(":".join(map(str, row)).encode()).hexdigest()[:DIGEST_LENGTH]
