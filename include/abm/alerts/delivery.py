"""Telling: what changed is recorded first and told then, each message noted before and after it is sent.

A process that is killed before the record has told nothing, and the next one finds the same change. Killed after it,
the next one tells what is still owed. Only where it is killed between a channel's answer and the note of it is a
message sent again, under the same id and marked as perhaps told before: nobody can know better.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg

from abm.alerts import ledger
from abm.errors import AbmError, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from abm.alerts.channels import Channel

LOCK_SECONDS = 60  # several destinations end their runs at once, and tell one after another
_LOCK = "select pg_advisory_lock(hashtextextended('abm alerts', 0))"


def tell_changes(url: str, channels: Sequence[Channel], tell: Callable[[str], None]) -> int:
    """Tell each channel what changed since it was told last, and return how many changes were found.

    Never raises for a channel that fails: that is told by `tell`, and its messages come again the next time.
    Raises what a warehouse that cannot be reached raises.
    """
    with connect(url, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
        try:
            connection.execute(_LOCK)
        except psycopg.errors.LockNotAvailable:
            tell(f"Another process has been telling alerts for {LOCK_SECONDS} s; the next step tells what is left.")
            return 0
        changes = ledger.record_changes(connection, [channel.name for channel in channels], tell)
        for channel in channels:
            with closing(channel):
                _deliver(connection, channel, tell)
    return changes


def _deliver(connection: psycopg.Connection, channel: Channel, tell: Callable[[str], None]) -> None:
    """Send what is owed until the first failure: the order of a state's changes must not turn."""
    for alert in ledger.owed(connection, channel.name):
        ledger.note_attempt(connection, alert.alert_id, channel.name)
        try:
            channel.send(alert)
        except AbmError as error:
            failure = str(error).splitlines()[0]
            # A refusal says nothing about an earlier attempt that nobody answered.
            may_be_told = alert.may_be_repeated or isinstance(error, RetryableError)
            ledger.note_failure(connection, alert.alert_id, channel.name, failure, may_be_told=may_be_told)
            tell(f"Channel {channel.name!r} was not told of alert {alert.alert_id}, which comes again: {failure}")
            return
        ledger.note_told(connection, alert.alert_id, channel.name)
