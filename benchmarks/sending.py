"""Sending: a plan sent, recorded and acknowledged, beside a bare HTTP loop with exactly the same requests."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from abm import activation
from abm.destinations import REGISTRY
from abm.errors import AbmError
from abm.policy.load import load_policy
from abm.warehouse import connect
from benchmarks import released
from benchmarks.measuring import Pairs, interleaved, stopwatch
from benchmarks.platforms import record_ids, served
from benchmarks.replay import Recording, send_again, send_bulk_jobs_again
from benchmarks.reports import Aim, Figure, Report
from benchmarks.warehouses import temporary_home, vacuum, warehouse_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from abm.activation.sending import Opening
    from abm.settings import Connection
    from benchmarks.reports import Scale

# The million comes last: for minutes after it the server still cleans up behind it.
ROWS: Mapping[Scale, Mapping[str, int]] = {
    "small": {"hubspot": 4_000, "linkedin": 4_000, "salesforce": 4_000},
    "full": {"hubspot": 100_000, "linkedin": 100_000, "salesforce": 1_000_000},
}
# Two busy cores differ by a tenth and more from round to round. HubSpot's aim is a promise and close: more rounds.
ROUNDS: dict[Scale, Mapping[str, int]] = {
    "small": {"hubspot": 1, "linkedin": 1, "salesforce": 1},
    "full": {"hubspot": 21, "linkedin": 7, "salesforce": 3},
}
_AIMS = {"hubspot": Aim("at least", 0.8), "salesforce": Aim("at least", 0.7), "linkedin": Aim("at least", 0.7)}


def measure(scale: Scale) -> Report:
    """Send changed rows to each platform."""
    measured: dict[str, Pairs] = {}
    most = max(ROWS[scale].values())
    with temporary_home() as home, warehouse_in(home) as url, served(home / "platforms", most) as connections:
        released.publish_empty(url)
        for name, rows in ROWS[scale].items():
            released.name_records(url, record_ids(name, rows))
            sends = Sends(url, name, connections[name], rows)
            sends.record()
            measured[name] = interleaved(sends.send, sends.bare_loop, rounds=ROUNDS[scale][name], warm_up=False)
    return Report(
        title="Sending",
        floor="an httpx loop that sends the product's own recorded requests, as many at a time, and reads the answers.",
        figures=[figure for name, pairs in measured.items() for figure in _figures(name, ROWS[scale][name], pairs)],
        notes=[
            "The sandbox runs in another process, its limits off; both senders wait for the same answers.",
            "Sending also checks the plan by its digest and reads it, announces each batch, and records every row's",
            "outcome and state. The last checkpoint lies before the plan, as on a night.",
            f"HubSpot: 100 rows a request, {flights('hubspot')} at a time. Salesforce: Bulk API 2.0 jobs of 20,000",
            f"rows, {flights('salesforce')} at a time, both with the same waits. LinkedIn: 5,000 companies a request,",
            f"{flights('linkedin')} at a time.",
        ],
    )


def flights(name: str) -> int:
    """Return how many batches of the destination are on their way at once."""
    return int(import_module(f"abm.destinations.{name}.destination").BATCHES_IN_FLIGHT)


def _figures(name: str, rows: int, pairs: Pairs) -> list[Figure]:
    return [
        Figure(f"{name}: {rows:,} rows sent", rows / pairs.seconds, "rows/s"),
        Figure(f"{name}: bare loop", rows / pairs.floor_seconds, "rows/s"),
        Figure(f"{name}: sent / bare loop, in rows/s", pairs.share_of_floor_speed, aim=_AIMS[name]),
    ]


@dataclass
class Sends:
    """Ways to bring all rows of one destination to its platform; those that measure return their seconds."""

    url: str
    name: str
    connection: Connection
    rows: int
    _recorded: Recording = field(default_factory=Recording)
    _editions: itertools.count[int] = field(default_factory=itertools.count)

    def record(self) -> None:
        """Send a first edition, and keep its requests for the bare loop."""
        run_id = self._plan()
        self._send(run_id, through(self._recorded))
        self._require_all(run_id)

    def send(self) -> float:
        """Send an edition that differs in every row from what the platform holds."""
        run_id = self._plan()
        with stopwatch() as watch:
            self._send(run_id, through(None))
        self._require_all(run_id)
        return watch.seconds

    def bare_loop(self) -> float:
        """Send the first edition again."""
        base_url, requests, threads = self.connection.base_url, self._recorded, flights(self.name)
        with stopwatch() as watch:
            match self.name:
                case "hubspot":
                    send_again(base_url, requests.ending_in("/batch/update"), threads=threads)
                case "linkedin":
                    send_again(base_url, requests.ending_in("/companies"), threads=threads)
                case _:
                    (description, *_) = requests.ending_in("/jobs/ingest")
                    send_bulk_jobs_again(base_url, requests.ending_in("/batches"), description, threads=threads)
        return watch.seconds

    def _plan(self) -> str:
        edition = next(self._editions)
        if REGISTRY[self.name].kind == "records":
            released.publish_records(self.url, self.name, edition=edition)
        else:
            released.publish_members(self.url, self.name)
            _forget(self.url, self.name)
        run_id = f"{self.name}-{edition}"
        activation.plan(self.url, self.name, run_id=run_id)
        plan = activation.guard(self.url, run_id, load_policy(None))
        activation.approve(self.url, run_id, plan.digest, "benchmark")
        # The last checkpoint was before the plan, as on a night: minutes lie between plan and sending.
        vacuum(self.url, "ops.sync_changes", "ops.sync_state")
        return run_id

    def _send(self, run_id: str, opening: Opening) -> None:
        activation.send(self.url, run_id, self.connection, opening=opening)

    def _require_all(self, run_id: str) -> None:
        outcomes = activation.account(self.url, run_id).outcomes
        if (accepted := outcomes["created"] + outcomes["updated"]) != self.rows:
            raise AbmError(f"{self.name} took {accepted} of {self.rows} rows; the outcomes are {outcomes}.")


def _forget(url: str, destination: str) -> None:
    """Let every member be sent again: what names a company cannot change without removing it first."""
    with connect(url) as connection:
        connection.execute("delete from ops.sync_state where destination = %s", [destination])


def through(transport: httpx.BaseTransport | None) -> Opening:
    """Return how to open a destination whose requests go through this transport."""

    def opening(name: str, connection: Connection | None) -> Any:
        return import_module(f"abm.destinations.{name}.destination").connect(connection, transport)

    return opening
