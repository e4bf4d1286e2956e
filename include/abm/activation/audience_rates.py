"""People that a platform counts for each member sent: the policy's assumption, outweighed by what was read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

_SETTINGS = """
select setting, coalesce(value_text, cast(value_number as text)) from ops.policy_settings
where
    policy_version = %s
    and (starts_with(setting, 'audience_forecast.') or starts_with(setting, 'audience_minimums.'))
"""
_READINGS = """
select distinct on (audience) audience, members, audience_size
from ops.audience_sizes
where destination = %s and audience_size > 0 and members > 0
order by audience, read_on desc
"""


@dataclass(frozen=True)
class Assumptions:
    """What the policy says of audience sizes, by dotted name."""

    values: Mapping[str, str]

    def minimum(self, destination: str) -> int | None:
        found = self.values.get(f"audience_minimums.{destination}")
        return None if found is None else int(float(found))

    def rate(self, destination: str, *, of_companies: bool) -> float | None:
        name = "people_per_company" if of_companies else "match_rates"
        found = self.values.get(f"audience_forecast.{name}.{destination}")
        return None if found is None else float(found)

    @property
    def weight(self) -> int:
        """Members whose read-back counts as much as the assumed rate."""
        return int(float(self.values.get("audience_forecast.prior_members", "0")))

    @property
    def clears_shrunk(self) -> bool:
        return self.values.get("audience_forecast.when_shrunk") == "clear"


@dataclass(frozen=True)
class Reading:
    """Members that an audience had when its size was read, and that size."""

    members: int
    audience_size: int


@dataclass(frozen=True)
class Rate:
    """People counted for each member, and how many members that was learned from."""

    people_per_member: float
    learned_from: int

    def people(self, members: int) -> int:
        return round(self.people_per_member * members)


def read_assumptions(connection: psycopg.Connection, policy_version: str) -> Assumptions:
    return Assumptions(dict(connection.execute(_SETTINGS, [policy_version]).fetchall()))


def read_readings(connection: psycopg.Connection, destination: str) -> Mapping[str, Reading]:
    """Return the newest size of each audience that had one."""
    rows = connection.execute(_READINGS, [destination]).fetchall()
    return {audience: Reading(members, size) for audience, members, size in rows}


def learned_rate(assumed: float, weight: int, readings: Mapping[str, Reading], audience: str) -> Rate:
    """Return the platform's rate, moved towards the audience's own where that has a size.

    `readings` are of audiences of one kind, people or companies: what a member brings differs between them.
    """
    rate = _blend(assumed, weight, list(readings.values()))
    if audience in readings:
        rate = _blend(rate, weight, [readings[audience]])
    return Rate(rate, sum(reading.members for reading in readings.values()))


def _blend(assumed: float, weight: int, readings: Sequence[Reading]) -> float:
    members = weight + sum(reading.members for reading in readings)
    people = assumed * weight + sum(reading.audience_size for reading in readings)
    return people / members if members else assumed
