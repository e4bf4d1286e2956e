"""Members of a run for files that hold what people write: read beside the plan, which goes on by digests alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.identity.readable import is_nobody, readable_members
from abm.sources import person_entities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg
    from psycopg import sql

    from abm.activation.runs import Run

_HOLD = """
update ops.sync_changes
set
    outcome = 'held', reason_code = 'NO_RECORD',
    reason = 'the records that its digests were made of changed since the release', finished_at = now()
where run_id = %s and object_key = any(%s) and outcome is null
"""


def plain_members(
    warehouse: psycopg.Connection,
    reading: psycopg.Connection,
    run: Run,
    members: sql.Composable,
    values: Mapping[str, Any],
) -> Iterator[Mapping[str, Any]]:
    """Yield members by what people write; who has no such record now is held, and planned anew by the next release."""
    for batch in readable_members(reading, members, values, person_entities()):
        if nobody := [key for key, identifiers in batch if is_nobody(identifiers)]:
            warehouse.execute(_HOLD, [run.run_id, nobody])
        yield from (identifiers for _, identifiers in batch)
