"""The end of a run: every planned row has exactly one outcome, and the sum is what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.activation.audiences import known_audiences, note_sizes, store_audiences
from abm.activation.runs import Run, require_run, set_status
from abm.destinations import REGISTRY, open_destination
from abm.errors import ContractError
from abm.rates import shared_rates
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from abm.activation.sending import Opening
    from abm.settings import Connection

_COUNTS = """
select
    runs.run_id, runs.destination, runs.status, runs.rows_planned as planned,
    count(*) filter (where outcome = 'created') as created,
    count(*) filter (where outcome = 'updated') as updated,
    count(*) filter (where outcome = 'removed') as removed,
    runs.rows_unchanged + count(*) filter (where outcome = 'unchanged') as unchanged,
    count(*) filter (where outcome = 'refused') as refused,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where outcome = 'held') as held,
    runs.rows_withheld as withheld,
    count(changes.object_key) filter (where outcome is null) as open
from ops.sync_runs as runs
left join ops.sync_changes as changes using (run_id)
where runs.run_id = any(%s)
group by runs.run_id
order by runs.destination
"""
_LATEST = """
select distinct on (destination) run_id
from ops.sync_runs
where not is_dry_run and (%(destination)s::text is null or destination = %(destination)s)
order by destination, planned_at desc
"""


@dataclass(frozen=True)
class Accounting:
    """Rows of one run by outcome.

    `unchanged` also counts the rows that were not planned because nothing differed; `withheld` were not planned because
    the platform refused the same content before, or because they failed and wait; `open` have no outcome yet.
    """

    run_id: str
    destination: str
    status: str
    planned: int
    created: int
    updated: int
    removed: int
    unchanged: int
    refused: int
    failed: int
    held: int
    withheld: int
    open: int

    @property
    def outcomes(self) -> dict[str, int]:
        """Rows by outcome, for a log line or an XCom."""
        names = ("created", "updated", "removed", "unchanged", "refused", "failed", "held", "withheld")
        return {name: getattr(self, name) for name in names}


def account(
    url: str, run_id: str, connection: Connection | None = None, *, opening: Opening = open_destination
) -> Accounting:
    """Finish a run whose rows all have an outcome, and read back its audiences where the platform can be reached.

    Raises ContractError where a row has no outcome or the sum is not what was planned. Safe to repeat.
    """
    with connect(url, autocommit=True) as warehouse:
        run = require_run(warehouse, run_id)
        _check(warehouse, run)
        with shared_rates(url):
            _read_back(warehouse, run, connection, opening)
        if run.status in {"planned", "sending"}:
            set_status(warehouse, run_id, "finished")
        return _accounts(warehouse, [run_id])[0]


def summary(url: str, destination: str | None = None) -> Sequence[Accounting]:
    """Return the latest run of one destination or of each, dry runs left out."""
    with connect(url) as warehouse:
        runs = warehouse.execute(_LATEST, {"destination": destination}).fetchall()
        return _accounts(warehouse, [run_id for (run_id,) in runs])


def _accounts(warehouse: psycopg.Connection, run_ids: Sequence[str]) -> Sequence[Accounting]:
    with warehouse.cursor(row_factory=class_row(Accounting)) as cursor:
        return cursor.execute(_COUNTS, [list(run_ids)]).fetchall()


def _check(warehouse: psycopg.Connection, run: Run) -> None:
    row = warehouse.execute(
        "select count(*), count(outcome) from ops.sync_changes where run_id = %s", [run.run_id]
    ).fetchone()
    planned, ended = row or (0, 0)
    if planned != run.rows_planned or ended != planned:
        raise ContractError(
            f"Run {run.run_id!r} of {run.destination} planned {run.rows_planned} rows, and {ended} of {planned} have "
            "an outcome. Send it again; it goes on where it stopped."
        )


def _read_back(warehouse: psycopg.Connection, run: Run, connection: Connection | None, opening: Opening) -> None:
    registered = REGISTRY[run.destination]
    if registered.kind != "audiences" or (connection is None and registered.needs_connection):
        return
    destination = opening(run.destination, connection)
    try:
        store_audiences(warehouse, run.destination, destination.read_back(known_audiences(warehouse, run.destination)))
        note_sizes(warehouse, run.destination)
    finally:
        destination.close()
