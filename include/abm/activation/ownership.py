"""Whose a record's fields are, before a plan: records that are gone, edits by hand, and what stays when one leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.desired import field_map
from abm.activation.field_edits import observe
from abm.activation.gone_records import follow, leave_out_gone
from abm.activation.runs import try_lock_destination

if TYPE_CHECKING:
    import psycopg

    from abm.activation.desired import Desired, Release

_IS_DUE = sql.SQL("""
object_key in (
    select object_key from ops.field_edits
    where destination = {destination} and decision = 'restored' and ended_at is null
)
""")


def observe_records(connection: psycopg.Connection, destination: str, release: Release, desired: Desired) -> None:
    """Follow records that are gone and look for edits by hand; holds the destination until the transaction ends.

    While a run is at work on the destination, which only a dry run meets, what was found before is used.
    """
    if try_lock_destination(connection, destination):
        follow(connection, destination)
        observe(connection, destination, release, field_map(connection, destination, release.policy_version), desired)


def plan_records(connection: psycopg.Connection, destination: str, release: Release, desired: Desired) -> Desired:
    """Return what is desired with what follows from what was observed."""
    row = connection.execute(
        "select value_text = 'leave' from ops.policy_settings where policy_version = %s and setting = %s",
        [release.policy_version, f"ownership.removals.{destination}"],
    ).fetchone()
    desired = leave_out_gone(connection, destination, desired)
    is_due = _IS_DUE.format(destination=sql.Literal(destination))
    return replace(desired, is_due=is_due, stays=sql.SQL("true") if row == (True,) else desired.stays)
