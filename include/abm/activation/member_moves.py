"""Members that move to another audience: they leave the former one before they join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.activation.recording import NO_LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from abm.activation.runs import Run

_HOLD_JOINS = """
update ops.sync_changes as joins
set
    outcome = 'held', reason_code = 'LEAVE_BEFORE_JOIN', reason = 'it could not leave its former audience yet',
    finished_at = now()
where
    joins.run_id = %(run_id)s and joins.outcome is null and joins.operation <> 'remove'
    and substr(joins.object_key, strpos(joins.object_key, '/') + 1) in (
        select substr(leaves.object_key, strpos(leaves.object_key, '/') + 1)
        from ops.sync_changes as leaves
        where leaves.run_id = %(run_id)s and leaves.operation = 'remove'
            and leaves.outcome in ('failed', 'refused', 'held')
    )
"""
_MOVES = """
select distinct split_part(leaves.object_key, '/', 1), split_part(joins.object_key, '/', 1)
from ops.sync_changes as leaves
inner join ops.sync_changes as joins
    on substr(joins.object_key, strpos(joins.object_key, '/') + 1)
    = substr(leaves.object_key, strpos(leaves.object_key, '/') + 1)
where
    leaves.run_id = %(run_id)s and leaves.operation = 'remove'
    and joins.run_id = %(run_id)s and joins.operation <> 'remove'
"""


def hold_joins(warehouse: psycopg.Connection, run: Run) -> None:
    """Hold who could not leave yet; the planner, which knows nothing of a new run, would compare each row with each."""
    with warehouse.transaction():
        warehouse.execute(NO_LOOPS.format("local "))
        warehouse.execute(_HOLD_JOINS, {"run_id": run.run_id})


def leaving_first(warehouse: psycopg.Connection, run: Run, audiences: Sequence[str]) -> Iterator[str]:
    """Yield the audiences, each after those that its joining members leave; in a circle the first by name begins."""
    with warehouse.transaction():
        warehouse.execute(NO_LOOPS.format("local "))
        moves = warehouse.execute(_MOVES, {"run_id": run.run_id}).fetchall()
    left = sorted(audiences)
    while left:
        waiting = {joined for former, joined in moves if former in left and former != joined}
        following = next((audience for audience in left if audience not in waiting), left[0])
        left.remove(following)
        yield following
