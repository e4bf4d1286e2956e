"""Members whose removal a platform refused, as Meta does on small audiences: asked again once something changed.

Such a removal stays in every plan with its refusal for an outcome, so nobody joins another audience meanwhile and the
guard and the ledger go on counting it. Who opted out leaves in a run of its own, which asks every night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.activation.recording import NO_LOOPS

if TYPE_CHECKING:
    import psycopg

_ARE_ANY = "select exists (select from ops.sync_refusals where destination = %s and operation = 'remove')"
# An audience is as it was if nobody was acknowledged in it since, and it still counts what was read after the refusal.
_REFUSE = """
with acknowledged as (
    select split_part(object_key, '/', 1) as audience, max(acknowledged_at) as last_at
    from ops.sync_state where destination = %(destination)s and payload_hash is not null
    group by 1
)
update ops.sync_changes as changes
set outcome = 'refused', reason_code = refusals.reason_code, reason = refusals.reason, finished_at = now()
from ops.sync_refusals as refusals
inner join ops.sync_audiences as audiences
    on audiences.destination = refusals.destination and audiences.audience = split_part(refusals.object_key, '/', 1)
left join acknowledged on acknowledged.audience = audiences.audience
where
    refusals.destination = %(destination)s and refusals.operation = 'remove'
    and changes.run_id = %(run_id)s and changes.object_key = refusals.object_key and changes.operation = 'remove'
    and changes.payload_hash is not distinct from refusals.payload_hash
    and refusals.refused_at >= coalesce(acknowledged.last_at, '-infinity')
    and exists (
        select from (
            select sizes.audience_size, sizes.status from ops.audience_sizes as sizes
            where
                sizes.destination = audiences.destination and sizes.audience = audiences.audience
                and sizes.read_at > refusals.refused_at
            order by sizes.read_at
            limit 1
        ) as then_read
        where
            then_read.audience_size is not distinct from audiences.audience_size
            and then_read.status is not distinct from audiences.status
    )
"""


def refuse_again(connection: psycopg.Connection, destination: str, run_id: str) -> None:
    """Give removals that would be refused as before that outcome, unasked."""
    if connection.execute(_ARE_ANY, [destination]).fetchone() == (True,):
        connection.execute(NO_LOOPS.format("local "))
        connection.execute(_REFUSE, {"destination": destination, "run_id": run_id})
