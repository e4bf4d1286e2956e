"""Planning: the difference between published and acknowledged rows, beside a bare `except` on the same columns."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from abm import activation
from abm.warehouse import connect
from abm_sandbox.world.ids import salesforce_ids
from benchmarks import released
from benchmarks.measuring import interleaved, stopwatch
from benchmarks.reports import Aim, Figure, Report
from benchmarks.warehouses import settle, temporary_warehouse

if TYPE_CHECKING:
    from benchmarks.reports import Scale

ROWS = {"small": 20_000, "full": 1_000_000}
ROUNDS = {"small": 1, "full": 5}
DESTINATION = "salesforce"
_AIM, _AIM_CHANGED = Aim("at most", 1.5), Aim("at most", 2)


def measure(scale: Scale) -> Report:
    """Plan with nothing changed since the last night, and with one row in a hundred changed."""
    rows, rounds = ROWS[scale], ROUNDS[scale]
    with temporary_warehouse() as url:
        released.publish_empty(url)
        released.name_records(url, salesforce_ids("Account", np.arange(rows)))
        released.publish_records(url, DESTINATION, edition=0)
        released.acknowledge(url, DESTINATION)
        plans = Plans(url)
        plans.keep_a_copy()
        unchanged = interleaved(plans.plan, plans.bare_except, rounds=rounds)
        released.change_one_percent(url)
        changed = interleaved(plans.plan, plans.bare_except, rounds=rounds)
    return Report(
        title="Planning",
        floor="`select count(*)` over `select … except select …` of key and sent columns, in two plain tables.",
        figures=[
            Figure(f"plan of {rows:,} rows, nothing changed", unchanged.seconds, "s"),
            Figure("bare except, nothing changed", unchanged.floor_seconds, "s"),
            Figure("plan / except, nothing changed", unchanged.times_the_floor, aim=_AIM),
            Figure(f"plan of {rows:,} rows, 1 % changed", changed.seconds, "s"),
            Figure("bare except, 1 % changed", changed.floor_seconds, "s"),
            Figure("plan / except, 1 % changed", changed.times_the_floor, aim=_AIM_CHANGED),
        ],
        notes=[
            "A plan compares one hash a row, `except` every column; a plan also finds removals and stores the rows.",
        ],
    )


@dataclass
class Plans:
    """Ways to find what differs from what was acknowledged; each returns its seconds."""

    url: str
    _columns: str = ""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def keep_a_copy(self) -> None:
        """Keep what is published now in a table of the same columns, for `except` to compare with."""
        with connect(self.url) as connection:
            connection.execute("create table public.acknowledged as select * from activation.crm_accounts")
            names = connection.execute(
                "select field from ops.policy_fields inner join ops.releases using (policy_version)"
                " where destination = %s order by field",
                [DESTINATION],
            ).fetchall()
        self._columns = ", ".join(["object_key", *(name for (name,) in names)])
        settle(self.url, "public.acknowledged")

    def plan(self) -> float:
        with stopwatch() as watch:
            activation.plan(self.url, DESTINATION, run_id=f"plan-{next(self._numbers)}")
        settle(self.url)
        return watch.seconds

    def bare_except(self) -> float:
        with stopwatch() as watch, connect(self.url) as connection:
            connection.execute(
                f"""
                select count(*) from (
                    select {self._columns} from activation.crm_accounts where destination = %(destination)s
                    except
                    select {self._columns} from public.acknowledged where destination = %(destination)s
                ) as difference
                """,
                {"destination": DESTINATION},
            ).fetchall()
        return watch.seconds
