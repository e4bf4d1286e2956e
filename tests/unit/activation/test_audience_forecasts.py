"""What is worth sending to a platform: told before it is sent, from what the platform told before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.activation import audience_forecasts, read_forecasts
from abm.activation.audience_forecasts import Desired, decide, read_desired
from abm.activation.audience_rates import Rate, Reading, learned_rate
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abm.activation import Forecast

    from .conftest import World

MINIMUM = 300
_SETTINGS = {
    "audience_minimums.linkedin": 300,
    "audience_minimums.meta": 100,
    "audience_forecast.people_per_company.linkedin": 20,
    "audience_forecast.match_rates.meta": 0.5,
    "audience_forecast.prior_members": 100,
}


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The world with minimums, and what was read before forgotten."""
    with connect(world.url) as connection:
        for name in _SETTINGS:
            connection.execute("delete from ops.policy_settings where setting = %s", [name])
        for name, value in _SETTINGS.items():
            connection.execute(
                "insert into ops.policy_settings (policy_version, setting, value_number)"
                " select policy_version, %s, %s from ops.policy_versions",
                [name, value],
            )
    yield world
    with connect(world.url) as connection:
        connection.execute("delete from ops.policy_settings where setting = any(%s)", [list(_SETTINGS)])
        connection.execute("delete from ops.policy_settings where setting = 'audience_forecast.when_shrunk'")
        connection.execute("delete from marts.fct_micro_segment_members")


def companies(audience: str, number: int) -> dict[str, dict[str, str]]:
    return {f"{audience}/{n}": {"companyName": f"Company {n}"} for n in range(number)}


def people(audience: str, number: int) -> dict[str, dict[str, str]]:
    return {f"{audience}/{n}": {"EMAIL": f"{n:064x}"} for n in range(number)}


def forecast(world: World, destination: str = "linkedin") -> Forecast:
    planned = world.plan(destination)
    (found,) = read_forecasts(world.url, planned.run_id)
    return found


def read_before(world: World, audience: str, *, members: int, size: int) -> None:
    with connect(world.url) as connection:
        connection.execute(
            "insert into ops.audience_sizes (destination, audience, read_on, read_at, members, audience_size)"
            " values ('linkedin', %s, current_date, now(), %s, %s)",
            [audience, members, size],
        )


def test_audience_that_reaches_the_minimum_is_sent(world: World) -> None:
    world.publish_members(companies("wide", 15))
    found = forecast(world)
    assert (found.decision, found.expected_size, found.minimum) == ("send", 300, 300)


def test_nothing_is_sent_to_an_audience_that_is_too_small(world: World) -> None:
    world.publish_members(companies("wide", 14))
    planned = world.plan("linkedin")
    (found,) = read_forecasts(world.url, planned.run_id)
    assert (found.decision, found.expected_size) == ("skip", 280)
    assert "below the minimum of 300" in found.reason
    assert (planned.rows_desired, planned.rows_planned, planned.rows_withheld, planned.rows_unchanged) == (14, 0, 14, 0)
    world.send(planned.run_id)
    assert (world.platform.prepared, world.platform.held) == ([], {})


def test_what_the_platform_told_outweighs_the_assumption(world: World) -> None:
    read_before(world, "wide", members=900, size=900)
    world.publish_members({**companies("wide", 150), **companies("core", 50)})
    planned = world.plan("linkedin")
    core, wide = read_forecasts(world.url, planned.run_id)
    # (20 x 100 + 900) / 1,000 for the platform; its own reading counts for `wide` once more.
    assert (core.expected_size, core.decision) == (145, "skip")
    assert (wide.expected_size, wide.decision) == (round(150 * (2.9 * 100 + 900) / 1000), "skip")
    assert core.learned_from == 900


def test_audience_on_the_platform_is_kept_when_it_shrinks(world: World) -> None:
    world.publish_members(companies("wide", 15))
    world.night("linkedin")
    world.publish_members(companies("wide", 12))
    assert forecast(world).decision == "keep"
    world.night("linkedin")
    assert len(world.platform.held) == 12


def test_policy_can_clear_an_audience_that_shrinks(world: World) -> None:
    world.publish_members(companies("wide", 15))
    world.night("linkedin")
    with connect(world.url) as connection:
        connection.execute(
            "insert into ops.policy_settings (policy_version, setting, value_text)"
            " select policy_version, 'audience_forecast.when_shrunk', 'clear' from ops.policy_versions"
            " on conflict (policy_version, setting) do update set value_text = excluded.value_text"
        )
    world.publish_members(companies("wide", 12))
    assert forecast(world).decision == "clear"
    world.night("linkedin")
    assert world.platform.held == {}


def test_clusters_too_small_alone_are_sent_as_one(world: World) -> None:
    world.publish_members(companies("clusters", 20))
    with connect(world.url) as connection:
        connection.execute("update activation.audience_members set account_id = member_key")
        connection.execute(
            "insert into marts.fct_micro_segment_members (account_id, micro_segment_id)"
            " select cast(n as text), case when n < 5 then 'north' else 'south' end from generate_series(0, 19) as n"
        )
    found = forecast(world)
    assert (found.decision, found.clusters) == ("merge_clusters", 2)
    assert "a cluster of 5 would count about 100 alone" in found.reason
    world.night("linkedin")
    assert len(world.platform.held) == 20


def test_companies_serve_where_people_are_too_few(world: World) -> None:
    world.publish_members(companies("wide", 40))
    world.publish_members(people("reach", 60), "meta")
    with connect(world.url) as connection:
        connection.execute("update activation.audience_members set style = 'one_to_many'")
    found = forecast(world, "meta")
    assert (found.decision, found.expected_size) == ("company_list", 30)
    assert "'wide' on linkedin" in found.reason


def test_members_of_a_destination_are_read_once_however_many_audiences_are_small(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(connection: Any, destination: str) -> Any:
        read.append(destination)
        return read_desired(connection, destination)

    monkeypatch.setattr(audience_forecasts, "read_desired", counted)
    world.publish_members(people("One", 3) | people("Two", 3) | people("Three", 3), "meta")
    world.plan("meta")
    assert sorted(read) == ["linkedin", "lists", "meta"]


def test_few_people_of_another_style_are_skipped(world: World) -> None:
    world.publish_members(companies("wide", 40))
    world.publish_members(people("reach", 60), "meta")
    with connect(world.url) as connection:
        connection.execute("update activation.audience_members set style = destination")
    assert forecast(world, "meta").decision == "skip"


def test_files_have_no_minimum(world: World) -> None:
    world.publish_members(companies("wide", 1), "lists")
    assert forecast(world, "lists").decision == "send"


def test_dry_run_forecasts_and_holds(world: World) -> None:
    world.publish_members(companies("wide", 15))
    planned = world.plan("linkedin", dry_run=True)
    assert [found.decision for found in read_forecasts(world.url, planned.run_id)] == ["send"]


def test_destination_of_records_has_no_forecast(world: World) -> None:
    world.publish_records({"1": "one_to_one"})
    assert read_forecasts(world.url, world.plan().run_id) == []


def never() -> bool:
    return False


def nothing() -> None:
    return None


@given(
    members=st.integers(1, 100_000),
    people_per_member=st.floats(0, 50),
    minimum=st.integers(0, 1000),
    clusters=st.integers(0, 10),
    is_live=st.booleans(),
    clears=st.booleans(),
)
def test_what_is_new_is_sent_exactly_when_it_reaches_the_minimum(
    members: int, people_per_member: float, minimum: int, clusters: int, *, is_live: bool, clears: bool
) -> None:
    desired = Desired("wide", "one_to_many", members, of_companies=True, clusters=clusters, smallest_cluster=1)
    rate = Rate(people_per_member, 0)
    live: Callable[[], bool] = lambda: is_live  # noqa: E731 (one word)
    decision, reason = decide(desired, rate, minimum, clears_shrunk=clears, is_live=live, company_list=nothing)
    is_large = rate.people(members) >= minimum
    assert (decision in {"send", "merge_clusters"}) == is_large
    assert decision != "skip" or not is_live
    assert decision != "clear" or (is_live and clears)
    assert reason


@given(
    assumed=st.floats(0, 50),
    weight=st.integers(0, 1000),
    readings=st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 100_000)), max_size=5),
)
def test_learned_rate_lies_between_the_assumption_and_what_was_read(
    assumed: float, weight: int, readings: list[tuple[int, int]]
) -> None:
    known = {str(n): Reading(members, size) for n, (members, size) in enumerate(readings)}
    bounds = [assumed, *(size / members for members, size in readings)]
    rate = learned_rate(assumed, weight, known, "0")
    assert min(bounds) - 1e-6 <= rate.people_per_member <= max(bounds) + 1e-6
    assert rate.learned_from == sum(members for members, _ in readings)
