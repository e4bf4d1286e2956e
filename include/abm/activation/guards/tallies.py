"""What a plan would do, counted in the warehouse: in all, for each audience, for each field, with keys as examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.activation.field_edits import open_edits
from abm.activation.guards.digests import plan_digest
from abm.activation.guards.moves import FieldTally, field_tallies
from abm.activation.opt_outs import OptOuts, count_opt_outs
from abm.activation.planning import PlanSummary, read_plan
from abm.activation.runs import OPT_OUTS, require_run
from abm.destinations import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from abm.activation.audience_forecasts import Forecast
    from abm.policy.guards import SyncGuard

EXAMPLES = 5  # keys shown of each kind

_PREVIOUS = """
select rows_desired
from ops.sync_runs
where destination = %s and status = 'finished' and run_id <> %s and not run_id like '%%' || %s
order by planned_at desc
limit 1
"""
_AUDIENCES = """
with planned as (
    select
        split_part(object_key, '/', 1) as audience,
        count(*) filter (where operation = 'create') as creations,
        count(*) filter (where operation = 'update') as updates,
        count(*) filter (where operation = 'remove') as removals
    from ops.sync_changes
    where run_id = %(run_id)s
    group by 1
),
acknowledged as (
    select split_part(object_key, '/', 1) as audience, count(*) as members
    from ops.sync_state
    where destination = %(destination)s
    group by 1
)
select
    audience,
    coalesce(members, 0) as acknowledged,
    coalesce(members, 0) + coalesce(creations, 0) - coalesce(removals, 0) as desired,
    coalesce(creations, 0) as creations,
    coalesce(updates, 0) as updates,
    coalesce(removals, 0) as removals
from planned
full join acknowledged using (audience)
order by audience
"""
# Stops at the rows that are known to be there, so that no group reads the whole plan.
_EXAMPLES = """
with kinds as (
    select * from unnest(%(audiences)s::text[], %(operations)s::text[], %(counts)s::bigint[])
    as kind (audience, operation, rows)
)
select kinds.audience, kinds.operation, array_agg(examples.object_key order by examples.object_key) as keys
from kinds
cross join lateral (
    select object_key
    from ops.sync_changes
    where
        run_id = %(run_id)s and operation = kinds.operation
        and (kinds.audience is null or object_key > kinds.audience || '/')
        and (kinds.audience is null or split_part(object_key, '/', 1) = kinds.audience)
    order by object_key
    limit least(kinds.rows, %(examples)s)
) as examples
group by 1, 2
order by 1, 2
"""


@dataclass(frozen=True)
class Tally:
    """What a plan does to a destination (no audience named) or to one of its audiences; `before`: what was desired."""

    audience: str | None
    acknowledged: int
    desired: int
    creations: int
    updates: int
    removals: int
    before: int | None


@dataclass(frozen=True)
class Examples:
    """Keys of one kind of planned rows; a key holds nothing of a person."""

    audience: str | None
    operation: str
    keys: Sequence[str]


@dataclass(frozen=True)
class Measured:
    """A plan in exact counts, and the digest that names it; `edits` by hand stand, by what was decided of them.

    Members who opted out are no part of the plan; `opt_outs` counts them.
    """

    plan: PlanSummary
    digest: str
    whole: Tally
    audiences: Sequence[Tally]
    fields: Sequence[FieldTally]
    examples: Sequence[Examples]
    forecasts: Sequence[Forecast] = ()
    edits: Mapping[str, int] = field(default_factory=dict)
    opt_outs: OptOuts = field(default_factory=OptOuts)

    @property
    def is_first_sync(self) -> bool:
        return self.plan.rows_acknowledged == 0 and self.plan.rows_planned > 0


def measure(
    connection: psycopg.Connection, run_id: str, watched: SyncGuard, forecasts: Sequence[Forecast] = ()
) -> Measured:
    """Count what the planned run would do; `watched` names the fields whose moves are counted."""
    destination = require_run(connection, run_id).destination
    plan = read_plan(connection, run_id, destination)
    if plan is None:
        raise AssertionError(run_id)
    of_members = REGISTRY[destination].kind == "audiences"
    previous = connection.execute(_PREVIOUS, [destination, run_id, OPT_OUTS]).fetchone()
    whole = Tally(
        audience=None,
        acknowledged=plan.rows_acknowledged,
        desired=plan.rows_desired,
        creations=plan.creations,
        updates=plan.updates,
        removals=plan.removals,
        before=previous[0] if previous else None,
    )
    audiences = _audiences(connection, run_id, destination) if of_members else []
    return Measured(
        plan=plan,
        digest=plan_digest(connection, run_id),
        whole=whole,
        audiences=audiences,
        fields=[] if of_members else field_tallies(connection, plan, watched),
        examples=_examples(connection, run_id, audiences or [whole]),
        forecasts=forecasts,
        edits={} if of_members else open_edits(connection, destination),
        opt_outs=count_opt_outs(connection, destination, run_id),
    )


def _audiences(connection: psycopg.Connection, run_id: str, destination: str) -> Sequence[Tally]:
    rows = connection.execute(_AUDIENCES, {"run_id": run_id, "destination": destination}).fetchall()
    return [
        Tally(audience, acknowledged, desired, creations, updates, removals, before=acknowledged)
        for audience, acknowledged, desired, creations, updates, removals in rows
    ]


def _examples(connection: psycopg.Connection, run_id: str, tallies: Sequence[Tally]) -> Sequence[Examples]:
    kinds = [
        (tally.audience, operation, rows)
        for tally in tallies
        for operation, rows in (("create", tally.creations), ("update", tally.updates), ("remove", tally.removals))
        if rows
    ]
    audiences, operations, counts = zip(*kinds, strict=True) if kinds else ((), (), ())
    with connection.cursor(row_factory=class_row(Examples)) as cursor:
        return cursor.execute(
            _EXAMPLES,
            {
                "run_id": run_id,
                "audiences": list(audiences),
                "operations": list(operations),
                "counts": list(counts),
                "examples": EXAMPLES,
            },
        ).fetchall()
