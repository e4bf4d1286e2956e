"""Whether an audience is worth sending: its expected size against the platform's minimum, told before it is sent."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from psycopg.rows import class_row

from abm.activation.audience_rates import Rate, learned_rate, read_assumptions, read_readings
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from abm.activation.audience_rates import Assumptions

Decision = Literal["send", "merge_clusters", "company_list", "skip", "keep", "clear"]
NOT_SENT: frozenset[Decision] = frozenset({"company_list", "skip", "clear"})
_COMPANY_PLATFORM = "linkedin"  # the only platform of companies; the lists have its template
_COMPANY_LISTS = (_COMPANY_PLATFORM, "lists")  # where companies can go in place of people, the better first

# Companies are told by their fields: whatever takes them names all of them so.
_DESIRED = """
with counted as (
    select
        audience, min(style) as style, count(*) as members, bool_or(identifiers like '%%"company%%') as of_companies
    from activation.audience_members
    where destination = %(destination)s
    group by audience
),
clusters as (
    select members.audience, clusters.micro_segment_id, count(*) as members
    from marts.fct_micro_segment_members as clusters
    inner join activation.audience_members as members using (account_id)
    where members.destination = %(destination)s
    group by members.audience, clusters.micro_segment_id
)
select
    counted.audience, counted.style, counted.members, counted.of_companies,
    count(clusters.micro_segment_id) as clusters, coalesce(min(clusters.members), 0) as smallest_cluster
from counted
left join clusters using (audience)
group by counted.audience, counted.style, counted.members, counted.of_companies
order by counted.audience collate "C"
"""
_IS_LIVE = """
select exists (
    select from ops.sync_state
    where destination = %s and starts_with(object_key, %s || '/') and payload_hash is not null
)
"""
_STORE = """
insert into ops.audience_forecasts (
    run_id, destination, audience, style, members, clusters, people_per_member, learned_from, expected_size, minimum,
    decision, reason
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Desired:
    """An audience as it is published: its members, and the 1:Few clusters that their accounts belong to."""

    audience: str
    style: str | None
    members: int
    of_companies: bool
    clusters: int
    smallest_cluster: int


@dataclass(frozen=True)
class Forecast:
    """What is expected of an audience and done with it; where the platform has no minimum or rate, it is just sent."""

    audience: str
    style: str | None
    members: int
    clusters: int
    people_per_member: float | None
    learned_from: int
    expected_size: int | None
    minimum: int | None
    decision: Decision
    reason: str

    @property
    def is_sent(self) -> bool:
        return self.decision not in NOT_SENT


def forecast_audiences(
    connection: psycopg.Connection, destination: str, run_id: str, policy_version: str
) -> Sequence[Forecast]:
    """Forecast each published audience of the destination, and store that for the run that is being planned."""
    assumptions = read_assumptions(connection, policy_version)
    published = cache(partial(read_desired, connection))
    found = [_forecast(connection, destination, one, published, assumptions) for one in published(destination)]
    with connection.cursor() as cursor:
        cursor.execute("delete from ops.audience_forecasts where run_id = %s", [run_id])
        cursor.executemany(_STORE, [(run_id, destination, *astuple(forecast)) for forecast in found])
    return found


def read_forecasts(url: str, run_id: str) -> Sequence[Forecast]:
    """Return what was expected when the run was planned; empty for a destination of records."""
    with connect(url) as connection, connection.cursor(row_factory=class_row(Forecast)) as cursor:
        return cursor.execute(
            "select audience, style, members, clusters, people_per_member, learned_from, expected_size, minimum,"
            " decision, reason from ops.audience_forecasts where run_id = %s order by audience",
            [run_id],
        ).fetchall()


def read_desired(connection: psycopg.Connection, destination: str) -> Sequence[Desired]:
    with connection.cursor(row_factory=class_row(Desired)) as cursor:
        return cursor.execute(_DESIRED, {"destination": destination}).fetchall()


def decide(
    desired: Desired,
    rate: Rate | None,
    minimum: int | None,
    *,
    clears_shrunk: bool,
    is_live: Callable[[], bool],
    company_list: Callable[[], str | None],
) -> tuple[Decision, str]:
    """Return what to do with an audience and why; `company_list` names one that reaches the same accounts."""
    if rate is None or minimum is None:
        return "send", "nothing is known of the platform's minimum or of how many of its members it finds"
    people = rate.people(desired.members)
    told = f"about {people:,} people of {desired.members:,} members"
    if people >= minimum:
        return _large_enough(desired, rate, minimum, told)
    short = f"{told}, below the minimum of {minimum:,}"
    if is_live():
        if clears_shrunk:
            return "clear", f"{short}: it is on the platform, and the policy clears it"
        return "keep", f"{short}: it is on the platform and is kept, but may not serve"
    found = company_list()
    if found is None:
        return "skip", f"{short}: widen the style, or name no audience for it here"
    return "company_list", f"{short}: {found} reaches the same accounts as companies"


def _large_enough(desired: Desired, rate: Rate, minimum: int, told: str) -> tuple[Decision, str]:
    alone = rate.people(desired.smallest_cluster)
    if desired.clusters < 2 or alone >= minimum:  # noqa: PLR2004 (there is nothing to merge in one)
        return "send", f"{told}, minimum {minimum:,}"
    return "merge_clusters", (
        f"{told} in {desired.clusters} clusters sent as one, minimum {minimum:,}:"
        f" a cluster of {desired.smallest_cluster:,} would count about {alone:,} alone"
    )


def _forecast(
    connection: psycopg.Connection,
    destination: str,
    one: Desired,
    published: Callable[[str], Sequence[Desired]],
    assumptions: Assumptions,
) -> Forecast:
    rate = _rate(connection, destination, one, published(destination), assumptions)
    minimum = assumptions.minimum(destination)
    decision, reason = decide(
        one,
        rate,
        minimum,
        clears_shrunk=assumptions.clears_shrunk,
        is_live=lambda: connection.execute(_IS_LIVE, [destination, one.audience]).fetchone() == (True,),
        company_list=lambda: None if one.of_companies else _company_list(connection, one, published, assumptions),
    )
    return Forecast(
        one.audience,
        one.style,
        one.members,
        one.clusters,
        rate.people_per_member if rate else None,
        rate.learned_from if rate else 0,
        rate.people(one.members) if rate else None,
        minimum,
        decision,
        reason,
    )


def _rate(
    connection: psycopg.Connection,
    destination: str,
    one: Desired,
    desired: Sequence[Desired],
    assumptions: Assumptions,
) -> Rate | None:
    assumed = assumptions.rate(destination, of_companies=one.of_companies)
    if assumed is None:
        return None
    alike = {other.audience for other in desired if other.of_companies == one.of_companies}
    readings = {
        audience: reading for audience, reading in read_readings(connection, destination).items() if audience in alike
    }
    return learned_rate(assumed, assumptions.weight, readings, one.audience)


def _company_list(
    connection: psycopg.Connection,
    small: Desired,
    published: Callable[[str], Sequence[Desired]],
    assumptions: Assumptions,
) -> str | None:
    """Return the first list of companies of the same style that is large enough for the platform of companies."""
    minimum = assumptions.minimum(_COMPANY_PLATFORM) or 0
    for destination in _COMPANY_LISTS:
        for one in published(destination):
            if one.style != small.style or not one.of_companies:
                continue
            rate = _rate(connection, _COMPANY_PLATFORM, one, [one], assumptions)
            if rate is not None and rate.people(one.members) >= minimum:
                return f"{one.audience!r} on {destination}"
    return None
