"""Edits by hand to fields we write: what we wrote last, what stands there now, and what is to become of it.

Only records that landed since the last look are compared, and only those that changed after we wrote to them.
`ops.field_edits` remembers what was found; a row that is to be put back is planned again though nothing else differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.landed import landed_records, raw_table
from abm.activation.same_values import is_same, trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from abm.activation.desired import Desired, Release
    from abm.entities import Entity

STYLE = "abm_style"
_PROSE = ("abm_reason",)  # what people write there may name people, so it is told apart, not kept

_SEEN = sql.SQL("""
create temporary table seen_fields on commit drop as
select object_key, field, platform_field, nullif(written #>> '{{}}', '') as written, found,
    md5(coalesce(found, '')) as digest, is_same
from (
    select state.object_key, fields.*, compared.*, {is_same} as is_same
    from {raw} as landed
    inner join ops.sync_state as state
        on state.destination = {destination} and state.object_key = landed.id
        and landed.{changed_at} > state.acknowledged_at
    cross join lateral (values {values}) as fields (field, platform_field, given)
    cross join lateral (
        select state.payload -> fields.platform_field as written, {trimmed} as found
    ) as compared
    where
        landed._landed_at > coalesce(
            (select edits_to from ops.ownership_marks where destination = {destination}), '-infinity'
        )
        and not landed._is_deleted and state.payload_hash is not null and state.payload ? fields.platform_field
) as fields
where
    not is_same
    or (object_key, field) in (
        select object_key, field from ops.field_edits where destination = {destination} and ended_at is null
    )
""")
_MARK = sql.SQL("""
insert into ops.ownership_marks as marks (destination, edits_to)
select {destination}, max(_landed_at) from {raw}
on conflict (destination) do update set edits_to = coalesce(excluded.edits_to, marks.edits_to)
""")
# In this order. A style that a person wrote is theirs while the override stands that dbt made of it.
_ENDS = (
    # Ours was put back since it was decided.
    """
    update ops.field_edits as edits set ended_at = state.acknowledged_at
    from ops.sync_state as state
    where
        edits.destination = %(destination)s and edits.ended_at is null and edits.decision = 'restored'
        and state.destination = edits.destination and state.object_key = edits.object_key
        and state.payload_hash is not null and state.acknowledged_at > edits.decided_at
    """,
    # The row or the field is no longer written.
    """
    update ops.field_edits as edits set ended_at = now()
    where
        edits.destination = %(destination)s and edits.ended_at is null
        and not exists (
            select 1 from ops.sync_state as state
            where
                state.destination = edits.destination and state.object_key = edits.object_key
                and state.payload ? edits.platform_field
        )
    """,
    # Whoever wrote it took it back, or wrote something else.
    """
    update ops.field_edits as edits set ended_at = now()
    from seen_fields as seen
    where
        edits.destination = %(destination)s and edits.ended_at is null
        and edits.object_key = seen.object_key and edits.field = seen.field
        and (
            (seen.is_same and not (edits.field = %(style)s and edits.decision = 'respected'))
            or (not seen.is_same and edits.found_digest <> seen.digest)
        )
    """,
)
_TAKE_NOTE = """
insert into ops.field_edits
    (destination, object_key, field, platform_field, written, found, found_digest, decision, since, ends_on, times)
select
    %(destination)s, object_key, field, platform_field, written, case when field <> all(%(prose)s) then found end,
    digest, decision, %(as_of)s,
    case
        when decision = 'reported' or rule = 'until_end' then %(as_of)s::date + %(days)s::integer
    end,
    times
from (
    select
        seen.*, rules.rule, counted.times,
        case
            when counted.times > %(attempts)s then 'reported'
            when seen.field = %(style)s and seen.found is not null then 'reported'
            when rules.rule in ('until_changed', 'until_end') then 'respected'
            else 'restored'
        end as decision
    from seen_fields as seen
    left join (
        select substr(setting, length('ownership.edits.') + 1) as field, value_text as rule
        from ops.policy_settings
        where policy_version = %(policy_version)s and starts_with(setting, 'ownership.edits.')
    ) as rules using (field)
    cross join lateral (
        select 1 + coalesce((
            select case when past.found_digest = seen.digest and past.decision = 'restored' then past.times else 0 end
            from ops.field_edits as past
            where
                past.destination = %(destination)s and past.object_key = seen.object_key and past.field = seen.field
                and past.ended_at is not null
            order by past.found_at desc
            limit 1
        ), 0) as times
    ) as counted
    where not seen.is_same
) as decided
on conflict (destination, object_key, field) where ended_at is null do nothing
"""
_DECIDE_AGAIN = (
    # dbt knew the style that a person wrote.
    """
    update ops.field_edits as edits set decision = 'respected', ends_on = overrides.ends_on, decided_at = now()
    from marts.fct_style_overrides as overrides
    where
        edits.destination = %(destination)s and edits.ended_at is null and edits.field = %(style)s
        and edits.decision = 'reported'
        and overrides.origin = 'crm_edit' and overrides.source = edits.destination
        and overrides.record_id = edits.object_key
    """,
    # Its time is over.
    """
    update ops.field_edits as edits set decision = 'restored', ends_on = null, decided_at = now()
    where
        edits.destination = %(destination)s and edits.ended_at is null and edits.decision <> 'restored'
        and case
            when edits.field = %(style)s and edits.decision = 'respected'
                then not exists (
                    select 1 from marts.fct_style_overrides as overrides
                    where
                        overrides.origin = 'crm_edit' and overrides.source = edits.destination
                        and overrides.record_id = edits.object_key
                )
            else edits.ends_on <= %(as_of)s
        end
    """,
)
# An edit that stands until our value changes.
_OVERTAKEN = sql.SQL("""
update ops.field_edits as edits set decision = 'restored', decided_at = now()
from {table} as desired
where
    edits.destination = {destination} and edits.ended_at is null and edits.decision = 'respected'
    and edits.ends_on is null and edits.field <> {style}
    and desired.destination = {destination} and {key} = edits.object_key
    and nullif({payload} ->> edits.platform_field, '') is distinct from nullif(edits.written, '')
""")
_LEAVE_ALONE = """
update ops.sync_changes as changes set left_alone = edits.fields
from (
    select object_key, array_agg(platform_field order by platform_field) as fields
    from ops.field_edits
    where
        destination = %(destination)s and ended_at is null
        and (decision = 'reported' or (decision = 'respected' and field <> %(style)s))
    group by object_key
) as edits
where changes.run_id = %(run_id)s and changes.object_key = edits.object_key
"""


def observe(
    connection: psycopg.Connection,
    destination: str,
    release: Release,
    mapped: Sequence[tuple[str, str]],
    desired: Desired,
) -> None:
    """Note what of `mapped` (our field, the platform's) was written over, and decide what becomes of it."""
    if (entity := landed_records(connection, destination)) is None:
        return
    columns = {column.name for column in entity.columns if column.is_ours}
    compared = [(field, platform_field) for field, platform_field in mapped if field in columns]
    if not compared:
        return
    known = {"destination": sql.Literal(destination), "raw": raw_table(entity)}
    connection.execute(_SEEN.format(**known, **_comparison(entity, compared)))
    parameters = {"destination": destination, "style": STYLE, "prose": list(_PROSE), **_rules(connection, release)}
    for statement in (*_ENDS, _TAKE_NOTE, *_DECIDE_AGAIN):
        connection.execute(statement, parameters)
    connection.execute(
        _OVERTAKEN.format(
            **known, table=desired.table, key=desired.key, payload=desired.payload, style=sql.Literal(STYLE)
        )
    )
    connection.execute(_MARK.format(**known))
    connection.execute("drop table seen_fields")


def leave_alone(connection: psycopg.Connection, destination: str, run_id: str) -> None:
    """Keep the run's rows from writing fields whose edits are respected, or reported and not understood."""
    connection.execute(_LEAVE_ALONE, {"destination": destination, "run_id": run_id, "style": STYLE})


def open_edits(connection: psycopg.Connection, destination: str) -> Mapping[str, int]:
    """Return how many edits stand, by what was decided of them."""
    return dict(
        connection.execute(
            "select decision, count(*) from ops.field_edits where destination = %s and ended_at is null group by 1",
            [destination],
        ).fetchall()
    )


def _comparison(entity: Entity, compared: Sequence[tuple[str, str]]) -> dict[str, sql.Composable]:
    return {
        "changed_at": sql.Identifier(str(entity.cursor)),
        "values": sql.SQL(", ").join(
            sql.SQL("({}, {}, landed.{})").format(sql.Literal(field), sql.Literal(platform), sql.Identifier(field))
            for field, platform in compared
        ),
        "trimmed": trimmed(sql.SQL("fields.given")),
        "is_same": is_same(sql.SQL("compared.written"), sql.SQL("compared.found")),
    }


def _rules(connection: psycopg.Connection, release: Release) -> dict[str, object]:
    settings: dict[str, int] = dict(
        connection.execute(
            "select setting, value_number::integer from ops.policy_settings where policy_version = %s"
            " and setting in ('overrides.crm_edit_days', 'ownership.restore_attempts')",
            [release.policy_version],
        ).fetchall()
    )
    row = connection.execute("select as_of_date from ops.releases where release_id = %s", [release.release_id])
    (as_of,) = row.fetchone() or (None,)
    return {
        "policy_version": release.policy_version,
        "as_of": as_of,
        "days": settings.get("overrides.crm_edit_days", _EDIT_DAYS),
        "attempts": settings.get("ownership.restore_attempts", _RESTORE_ATTEMPTS),
    }


_EDIT_DAYS, _RESTORE_ATTEMPTS = 90, 3  # of releases made before the policy had them
