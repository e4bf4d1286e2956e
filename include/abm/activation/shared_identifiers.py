"""Identifiers that two members of an audience share, as a switchboard's number: they leave with the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.activation.recording import NO_LOOPS
from abm.destinations import REGISTRY

if TYPE_CHECKING:
    import psycopg

# An identifier stays where another member has it by our records and goes on having it after this plan. Materialised, or
# the planner, which knows nothing of rows written a moment ago, would compare each member of an audience with each.
_KEEP = """
with leaving as materialized (
    select changes.object_key, split_part(changes.object_key, '/', 1) as audience, one.key as name, one.value
    from ops.sync_changes as changes
    inner join ops.sync_state as state
        on state.destination = %(destination)s and state.object_key = changes.object_key
    cross join jsonb_array_elements(jsonb_build_array(state.payload) || coalesce(state.doubts, '[]')) as known
    cross join jsonb_each(known.value) as one
    where
        changes.run_id = %(run_id)s and changes.operation <> 'create' and one.key = any(%(identifying)s)
        -- whoever is sent again as it was gives nothing up
        and (changes.payload <> state.payload or state.doubts is not null)
),
staying as materialized (
    select state.object_key, split_part(state.object_key, '/', 1) as audience, one.key as name, one.value
    from ops.sync_state as state
    cross join jsonb_each(state.payload) as one
    left join ops.sync_changes as changes
        on changes.run_id = %(run_id)s and changes.object_key = state.object_key
    where
        state.destination = %(destination)s and one.key = any(%(identifying)s)
        and (
            changes.operation is null
            or (changes.operation = 'update' and changes.payload -> one.key = one.value)
        )
),
kept as (
    select leaving.object_key, jsonb_agg(distinct jsonb_build_array(leaving.name, leaving.value)) as identifiers
    from leaving
    inner join staying using (audience, name, value)
    where leaving.object_key <> staying.object_key
    group by leaving.object_key
)
update ops.sync_changes as changes set kept_identifiers = kept.identifiers
from kept
where changes.run_id = %(run_id)s and changes.object_key = kept.object_key
"""
_ARE_ANY = "select exists (select from ops.sync_changes where run_id = %s and operation <> 'create')"


def keep_shared(connection: psycopg.Connection, destination: str, run_id: str) -> None:
    """Note on each row that makes a member leave which of its identifiers must stay.

    Not for who opted out: whatever named that person leaves, whoever shares it.
    """
    if connection.execute(_ARE_ANY, [run_id]).fetchone() != (True,):
        return
    connection.execute(NO_LOOPS.format("local "))
    values = {"destination": destination, "run_id": run_id, "identifying": list(REGISTRY[destination].identifying)}
    connection.execute(_KEEP, values)
