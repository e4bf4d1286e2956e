"""How far a plan moves the fields of records: what the platform acknowledged against what would be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.desired import field_map
from abm.activation.same_values import NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from abm.activation.planning import PlanSummary
    from abm.policy.guards import FieldGuard, SyncGuard

_EXAMPLES = 5
_SENT = {  # what is left alone is not sent, and so does not move
    "planned_payload": sql.SQL("changes.payload - coalesce(changes.left_alone, '{}')"),
    "held_payload": sql.SQL("state.payload - coalesce(changes.left_alone, '{}')"),
}
_KINDS = 4  # counts of each field: filled, changed, emptied, moved
_COUNTS = sql.SQL("""
select {counts}
from ops.sync_changes as changes
left join ops.sync_state as state on state.destination = changes.destination and state.object_key = changes.object_key
left join lateral jsonb_to_record({planned_payload}) as planned ({columns}) on true
left join lateral jsonb_to_record({held_payload}) as held ({columns}) on true
where changes.run_id = {run_id} and changes.operation <> 'remove'
""")
_MOVED_KEYS = sql.SQL("""
select changes.object_key
from ops.sync_changes as changes
inner join ops.sync_state as state on state.destination = changes.destination and state.object_key = changes.object_key
left join lateral jsonb_to_record({planned_payload}) as planned ({columns}) on true
left join lateral jsonb_to_record({held_payload}) as held ({columns}) on true
where changes.run_id = {run_id} and changes.operation <> 'remove' and {moved}
order by changes.object_key
limit {examples}
""")
_MOVED_NUMBER = sql.SQL("""
case
    when {held} ~ {number} and {planned} ~ {number}
        then abs({planned}::numeric - {held}::numeric) > {by}
    else {held} is not null and {planned} is distinct from {held}
end
""")


@dataclass(frozen=True)
class FieldTally:
    """Records in which a plan fills, changes or empties a field; `moved` where a guard watches it, with examples."""

    field: str
    platform_field: str
    filled: int
    changed: int
    emptied: int
    moved: int | None
    moved_keys: Sequence[str]


def field_tallies(connection: psycopg.Connection, plan: PlanSummary, watched: SyncGuard) -> Sequence[FieldTally]:
    """Count for each mapped field what creations and updates do to it; removals are counted as rows."""
    policy_version = connection.execute(
        "select policy_version from ops.releases where release_id = %s", [plan.release_id]
    ).fetchone()
    mapped = field_map(connection, plan.destination, policy_version[0]) if policy_version else []
    if not mapped:
        return []
    guards = [watched.fields.get(field) for field, _ in mapped]  # type: ignore[call-overload]
    counts = [
        count
        for (_, platform_field), guard in zip(mapped, guards, strict=True)
        for count in _counts(platform_field, guard)
    ]
    columns = _columns(mapped)
    row = connection.execute(
        _COUNTS.format(counts=sql.SQL(", ").join(counts), columns=columns, run_id=sql.Literal(plan.run_id), **_SENT)
    ).fetchone()
    if row is None:
        raise AssertionError(plan.run_id)
    tallies = []
    for place, ((field, platform_field), guard) in enumerate(zip(mapped, guards, strict=True)):
        filled, changed, emptied, moved = row[_KINDS * place : _KINDS * (place + 1)]
        keys = _moved_keys(connection, plan, columns, platform_field, guard) if guard and moved else []
        tallies.append(FieldTally(field, platform_field, filled, changed, emptied, moved if guard else None, keys))
    return tallies


def _columns(mapped: Sequence[tuple[str, str]]) -> sql.Composable:
    return sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for _, name in mapped)


def _counts(platform_field: str, guard: FieldGuard | None) -> Sequence[sql.Composable]:
    names = _values(platform_field)
    conditions = (
        sql.SQL("{held} is null and {planned} is not null").format(**names),
        sql.SQL("{held} is not null and {planned} is not null and {planned} <> {held}").format(**names),
        sql.SQL("{held} is not null and {planned} is null").format(**names),
        _moved(platform_field, guard) if guard else sql.SQL("false"),
    )
    return [sql.SQL("count(*) filter (where {})").format(condition) for condition in conditions]


def _values(platform_field: str) -> dict[str, sql.Composable]:
    return {
        when: sql.SQL("nullif({}, '')").format(sql.Identifier(when, platform_field)) for when in ("held", "planned")
    }


def _moved(platform_field: str, guard: FieldGuard) -> sql.Composable:
    """Tell whether a value that was there goes, or becomes another by more than the guard overlooks."""
    names = _values(platform_field)
    if guard.moved_by_over is None:
        return sql.SQL("{held} is not null and {planned} is distinct from {held}").format(**names)
    return _MOVED_NUMBER.format(**names, by=sql.Literal(guard.moved_by_over), number=sql.Literal(NUMBER))


def _moved_keys(
    connection: psycopg.Connection,
    plan: PlanSummary,
    columns: sql.Composable,
    platform_field: str,
    guard: FieldGuard,
) -> Sequence[str]:
    statement = _MOVED_KEYS.format(
        **_SENT,
        columns=columns,
        run_id=sql.Literal(plan.run_id),
        moved=_moved(platform_field, guard),
        examples=sql.Literal(_EXAMPLES),
    )
    return [key for (key,) in connection.execute(statement).fetchall()]
