"""Building: the models over a whole world, and the night after in which nothing landed, beside the whole build."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm import landing, release, sources, transform
from abm.policy.load import load_policy
from abm.warehouse import connect
from abm_sandbox.world import generate
from abm_sandbox.world.landing import land_world
from benchmarks.measuring import stopwatch
from benchmarks.reports import Aim, Figure, Report
from benchmarks.statements import seconds_by_psql, written_statements
from benchmarks.warehouses import settle, temporary_home, warehouse_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.transform import BuildResult
    from benchmarks.reports import Scale

ACCOUNTS: dict[Scale, tuple[int, int]] = {"small": (100, 400), "full": (2_000, 50_000)}
QUIET_NIGHTS = {"small": 1, "full": 3}
PEOPLE_PER_ACCOUNT, ACTIVITIES_PER_ACCOUNT = 10, 100
GROWTH_SPARE = 1.2  # 25 times the accounts may take 30 times the time
QUIET_SHARE = 0.2
STATEMENTS_SPARE = 1.5
LAYERS = ("intermediate", "marts")
_FIRST_DAY = dt.date(2026, 3, 3)
_SHOWN_MODELS = 3


@dataclass(frozen=True)
class Nights:
    """Builds over one world: the first makes every table, the others follow a day later each, with nothing landed."""

    accounts: int
    people: int
    activities: int
    full: float
    quiet: Sequence[float]
    first: BuildResult
    last: BuildResult
    layers: float
    statements: float

    @property
    def quiet_seconds(self) -> float:
        return statistics.median(self.quiet)

    @property
    def quiet_share(self) -> float:
        return self.quiet_seconds / self.full


def measure(scale: Scale) -> Report:
    """Build a small and a large world, each in a warehouse of its own."""
    small, large = (build_nights(accounts, QUIET_NIGHTS[scale]) for accounts in ACCOUNTS[scale])
    times_larger = large.accounts / small.accounts
    return Report(
        title="Building",
        floor="for the unchanged night: the full build of the same world; for the large world: the small one.",
        figures=[
            Figure(_told("full build", small), small.full, "s"),
            Figure(_told("unchanged night", small), small.quiet_seconds, "s"),
            Figure(_told("unchanged / full", small), small.quiet_share),
            Figure(_told("full build", large), large.full, "s"),
            Figure(_told("unchanged night", large), large.quiet_seconds, "s"),
            Figure(_told("unchanged / full", large), large.quiet_share, aim=Aim("at most", QUIET_SHARE)),
            Figure(
                f"full build of {times_larger:g} times the accounts, times as long",
                large.full / small.full,
                aim=Aim("at most", GROWTH_SPARE * times_larger),
            ),
            Figure(_told("intermediate and marts anew, with tests", large), large.layers, "s"),
            Figure(_told("their statements by psql alone", large), large.statements, "s"),
            Figure(
                _told("intermediate and marts / psql", large),
                large.layers / large.statements,
                aim=Aim("at most", STATEMENTS_SPARE),
            ),
        ],
        notes=[
            "A build runs dbt with all its tests. Between two builds the release is published, as a night does.",
            f"The large world has {large.people:,} people and {large.activities:,} activities.",
            f"Its unchanged night left out {large.last.left_out} nodes; {large.last.unchanged} more were unchanged.",
            "psql makes the tables alone, one after another; dbt makes four at a time, and keys and digests.",
            f"dbt's own start rules at {small.accounts:,} accounts: no aim for the unchanged night there.",
            "It flatters the growth as well.",
            f"Slowest in the large full build: {_slowest(large.first)}.",
            f"Slowest in the large unchanged night: {_slowest(large.last)}.",
        ],
    )


def build_nights(accounts: int, quiet_nights: int) -> Nights:
    """Land a world, then build and publish night after night."""
    with temporary_home() as home, warehouse_in(home) as url:
        land(url, accounts)
        transform.parse(url)
        full, first = _night(url, 0)
        quiet = [_night(url, number) for number in range(1, quiet_nights + 1)]
        people, activities = _count(url, "int_people"), _raw_activities(url)
        layers, statements = _layers(url)
    return Nights(
        accounts, people, activities, full, [seconds for seconds, _ in quiet], first, quiet[-1][1], layers, statements
    )


def land(url: str, accounts: int) -> None:
    """Land a world straight into the raw tables of every source."""
    for source in sources.SOURCES:
        landing.ensure_tables(url, sources.entities(source))
    world = generate(
        7,
        accounts,
        _FIRST_DAY,
        people_per_account=PEOPLE_PER_ACCOUNT,
        activities_per_account=ACTIVITIES_PER_ACCOUNT,
    )
    land_world(url, world)
    settle(url)


def _night(url: str, number: int) -> tuple[float, BuildResult]:
    release_id = f"night-{number}"
    with stopwatch() as watch:
        as_of = _FIRST_DAY + dt.timedelta(days=number)
        release.start_build(url, as_of=as_of, release_id=release_id, policy=load_policy(None))
        result = transform.build(url)
    release.publish(url, release_id, "benchmark")
    settle(url)
    return watch.seconds, result


def _layers(url: str) -> tuple[float, float]:
    """Make the layers that decide once more, all of them, then by psql the same statements alone."""
    with stopwatch() as watch:
        transform.build(url, select=" ".join(f"path:models/{layer}" for layer in LAYERS), full_refresh=True)
    return watch.seconds, seconds_by_psql(url, written_statements(transform.target_dir(), LAYERS))


def _raw_activities(url: str) -> int:
    tables = (
        "raw_salesforce.task",
        "raw_salesforce.event",
        "raw_salesforce.campaign_member",
        "raw_hubspot.email_event",
    )
    with connect(url) as connection:
        counts = [connection.execute(f"select count(*) from {table}").fetchone() or (0,) for table in tables]
    return sum(count for (count,) in counts)


def _count(url: str, model: str) -> int:
    with connect(url) as connection:
        (rows,) = connection.execute(f"select count(*) from intermediate.{model}").fetchone() or (0,)
    return int(rows)


def _told(what: str, nights: Nights) -> str:
    return f"{what}, {nights.accounts:,} accounts"


def _slowest(result: BuildResult) -> str:
    return ", ".join(f"`{name.split('.')[2]}` {seconds:.1f} s" for name, seconds in result.slowest[:_SHOWN_MODELS])
