"""Members who opted out and are still in an audience: who they are, and how many left with a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.runs import OPT_OUTS
from abm.destinations import REGISTRY

if TYPE_CHECKING:
    import psycopg

# The ledger's open rows are the opt-outs of the live release. An audience has no slash in its name.
OF_WHO_OPTED_OUT = sql.SQL(
    "substr(object_key, strpos(object_key, '/') + 1) in"
    " (select person_id from ops.opt_out_ledger where valid_to is null)"
)
_COUNT = sql.SQL("""
select
    (
        select count(*) from ops.sync_changes
        where run_id = %(opt_outs)s and outcome in ('removed', 'unchanged')
    ),
    (select count(*) from ops.sync_state where destination = %(destination)s and {opted_out})
""").format(opted_out=OF_WHO_OPTED_OUT)


@dataclass(frozen=True)
class OptOuts:
    """Members who opted out: how many left before the plan was made, and how many the destination still holds."""

    left: int = 0
    waiting: int = 0


def are_followed(destination: str) -> bool:
    """Tell whether a destination holds members, who may opt out."""
    return destination in REGISTRY and REGISTRY[destination].kind == "audiences"


def count_opt_outs(connection: psycopg.Connection, destination: str, run_id: str) -> OptOuts:
    """Count the members that left by the opt-outs of this run, and those that have to."""
    if not are_followed(destination):
        return OptOuts()
    row = connection.execute(_COUNT, {"destination": destination, "opt_outs": run_id + OPT_OUTS}).fetchone()
    return OptOuts(*row) if row else OptOuts()
