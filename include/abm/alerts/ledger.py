"""What was told and what is owed to whom: `ops.alerts`, one row for each change, and `ops.alert_deliveries`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.alerts.changes import Change, StateKey, Told, compare
from abm.alerts.kinds import KINDS
from abm.alerts.messages import Alert
from abm.alerts.states import read_states

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

_LATEST = """
select distinct on (kind, subject) kind, subject, what, digest
from ops.alerts
order by kind, subject, alert_id desc
"""
_RECORD = """
insert into ops.alerts (kind, subject, change, what, digest, since, rows_affected, row_keys, next_step)
values (
    %(kind)s, %(subject)s, %(change)s, %(what)s, %(digest)s, %(since)s, %(rows_affected)s, %(row_keys)s,
    %(next_step)s
)
returning alert_id
"""
_OWE = """
insert into ops.alert_deliveries (alert_id, channel)
select alert_id, channel
from unnest(%(alerts)s::bigint[]) as noticed (alert_id)
cross join unnest(%(channels)s::text[]) as channels (channel)
on conflict do nothing
"""
# A channel that was never told anything is told what is open.
_OWE_NEW_CHANNELS = f"""
insert into ops.alert_deliveries (alert_id, channel)
select alerts.alert_id, channels.channel
from ({_LATEST.replace("kind, subject, what, digest", "alert_id, digest", 1)}) as alerts
cross join unnest(%(channels)s::text[]) as channels (channel)
where
    alerts.digest is not null
    and not exists (select 1 from ops.alert_deliveries as known where known.channel = channels.channel)
on conflict do nothing
"""
_OWED = """
select
    alerts.alert_id, alerts.kind, alerts.subject, alerts.change, alerts.what, alerts.since, alerts.rows_affected,
    alerts.row_keys, alerts.next_step, alerts.noticed_at, deliveries.is_in_doubt as may_be_repeated
from ops.alert_deliveries as deliveries
inner join ops.alerts as alerts using (alert_id)
where deliveries.channel = %s and deliveries.told_at is null
order by alerts.alert_id
"""


def record_changes(connection: psycopg.Connection, channels: Sequence[str], tell: Callable[[str], None]) -> int:
    """Record what changed and owe it to each channel, in one transaction; return how many changes there were."""
    with connection.transaction():
        connection.execute(_OWE_NEW_CHANNELS, {"channels": list(channels)})
        states, read = read_states(connection, KINDS, tell)
        changes = list(compare(states, _told(connection), read))
        recorded = [_record(connection, change) for change in changes]
        connection.execute(_OWE, {"alerts": recorded, "channels": list(channels)})
    return len(changes)


def owed(connection: psycopg.Connection, channel: str) -> Sequence[Alert]:
    """Return what the channel was not told yet, oldest first."""
    with connection.cursor(row_factory=class_row(Alert)) as cursor:
        return cursor.execute(_OWED, [channel]).fetchall()


def note_attempt(connection: psycopg.Connection, alert_id: int, channel: str) -> None:
    """Note, before it is sent, that it may have been told from now on."""
    connection.execute(
        "update ops.alert_deliveries set attempts = attempts + 1, is_in_doubt = true"
        " where alert_id = %s and channel = %s",
        [alert_id, channel],
    )


def note_told(connection: psycopg.Connection, alert_id: int, channel: str) -> None:
    connection.execute(
        "update ops.alert_deliveries set told_at = now(), is_in_doubt = false, failure = null"
        " where alert_id = %s and channel = %s",
        [alert_id, channel],
    )


def note_failure(
    connection: psycopg.Connection, alert_id: int, channel: str, failure: str, *, may_be_told: bool
) -> None:
    connection.execute(
        "update ops.alert_deliveries set failure = %s, is_in_doubt = %s where alert_id = %s and channel = %s",
        [failure, may_be_told, alert_id, channel],
    )


def _told(connection: psycopg.Connection) -> dict[StateKey, Told]:
    rows = connection.execute(_LATEST).fetchall()
    return {(kind, subject): Told(what, digest) for kind, subject, what, digest in rows}


def _record(connection: psycopg.Connection, change: Change) -> int:
    state = change.state
    row = connection.execute(
        _RECORD,
        {
            "kind": change.kind,
            "subject": change.subject,
            "change": change.change,
            "what": change.what,
            "digest": state and state.digest,
            "since": state and state.since,
            "rows_affected": state and state.rows_affected,
            "row_keys": list(state.row_keys) if state else [],
            "next_step": KINDS[change.kind].next_step if change.kind in KINDS else "",
        },
    ).fetchone()
    (alert_id,) = row or (0,)
    return int(alert_id)
