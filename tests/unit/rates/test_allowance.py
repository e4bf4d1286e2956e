"""Whatever the processes do, no platform is asked more often than it allows, and nearly all of that is used."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from abm.platforms import google, hubspot, linkedin, meta, salesforce
from abm.rates import Window
from abm.rates.stores import InWarehouse
from abm.settings import Connection
from abm_sandbox.google.gate import quotas
from abm_sandbox.hubspot.limits import Limits
from abm_sandbox.linkedin.gate import STREAMING_REQUESTS, Minute
from abm_sandbox.meta.gate import Gate, Hour

from .simulation import Clock, Platform, Simulation

HOUR = 3600.0
LEAST_USE = 0.95


@settings(max_examples=60, deadline=None)
@given(
    allowed=st.integers(1, 60),
    seconds=st.sampled_from([1.0, 10.0, 60.0]),
    processes=st.integers(1, 5),
    think=st.floats(0, 2),
    dies=st.dictionaries(st.integers(0, 4), st.floats(0, 1), max_size=3),
    seed=st.integers(0, 2**32),
)
@example(allowed=1, seconds=1.0, processes=5, think=0.0, dies={}, seed=0)
def test_no_window_holds_more_requests_than_allowed(allowed, seconds, processes, think, dies, seed):
    clock = Clock()
    told = Simulation([Window("w", seconds, allowed)], Platform(allowed, seconds, clock), clock, seed=seed)
    length = 12 * seconds
    told.run(processes, length, think * seconds / 10, {number: share * length for number, share in dies.items()})
    assert told.refused == 0


@settings(max_examples=30, deadline=None)
@given(
    allowed=st.integers(1, 60),
    seconds=st.sampled_from([1.0, 10.0, 60.0]),
    processes=st.integers(1, 5),
    seed=st.integers(0, 2**32),
)
def test_nearly_all_that_is_allowed_is_used(allowed, seconds, processes, seed):
    clock, windows = Clock(), 25
    told = Simulation([Window("w", seconds, allowed)], Platform(allowed, seconds, clock), clock, latency=0, seed=seed)
    told.run(processes, windows * seconds, think=seconds / allowed / 4)
    assert told.refused == 0
    assert told.sent >= LEAST_USE * windows * allowed


@dataclass
class HubSpot:
    """The sandbox's own limits, which tell what is left."""

    clock: Clock
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(self.clock)

    def __call__(self):
        return self.limits.refuse(is_search=False) is None, self.limits.headers(is_search=False)


def _google(clock: Clock):
    kept = quotas()["mutate"]

    def ask():
        is_taken = not any(quota.is_spent(clock.now) for quota in kept)
        for quota in kept:
            quota.sent.append(clock.now)
        return is_taken, {}

    return ask


def _linkedin(clock: Clock):
    minute = Minute(STREAMING_REQUESTS["companies"])
    return lambda: (minute.take(clock.now), {})


@dataclass
class Account:
    """An ad account of Meta's with three audiences, as its usage headers need it."""

    clock: Clock
    calls_an_hour: int = 5000
    number: str = "1"

    def audience_count(self) -> int:
        return 3


META_CALLS = 5000 + 3 * 40


def _meta(clock: Clock):
    gate = Gate(None, limits=True)
    gate.hour, account = Hour(), Account(clock)

    def ask():
        is_taken = gate.hour.take(clock.now, META_CALLS)
        return is_taken, gate._usage(account, is_throttled=not is_taken)

    return ask


DAILY = 15_000


def _salesforce(clock: Clock):
    used = 0

    def ask():
        nonlocal used
        used += 1
        return used <= DAILY, {"Sforce-Limit-Info": f"api-usage={min(used, DAILY)}/{DAILY}; per-app-api-usage=1/250"}

    return ask


PLATFORMS = {
    "hubspot": (hubspot, Connection("c", password="t"), HubSpot, 190 * 360, ""),
    "linkedin": (linkedin, Connection("c", password="t"), _linkedin, 300 * 60, "companies"),
    "google": (
        google,
        Connection("c", login="id", password="secret", extra={"refresh_token": "t"}),
        _google,
        300 * 60,
        "mutate",
    ),
    "meta": (meta, Connection("c", password="t"), _meta, META_CALLS, ""),
    "salesforce": (salesforce, Connection("c", "https://org.example.com", "key", "secret"), _salesforce, DAILY, ""),
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_hour_uses_the_documented_allowance_and_never_exceeds_it(name):
    """Three tasks of one credential share an hour on each platform, told by nothing but its answers."""
    module, connection, platform, allowed, kind = PLATFORMS[name]
    client, clock = module.open_client(connection), Clock()
    told = Simulation(client.limiter.windows, platform(clock), clock, kind, client.told)
    told.run(3, HOUR, think=0.1)
    assert told.refused == 0
    assert LEAST_USE * allowed <= told.sent <= allowed


def test_processes_share_the_book_of_the_warehouse_and_ask_for_several_at_once(warehouse_url):
    clock = Clock()
    platform = HubSpot(clock)
    client = hubspot.open_client(Connection("c", password="t"))
    with_store = InWarehouse(warehouse_url, "hubspot", "digest", clock)
    told = Simulation(client.limiter.windows, platform, clock, "", client.told, store=with_store)
    told.run(3, 120, think=0.02)
    with_store.close()
    assert told.refused == 0
    assert told.sent >= LEAST_USE * 190 * 12
    assert told.asked <= told.sent / 2


def test_far_from_the_limit_one_question_is_enough_for_many_requests():
    clock = Clock()
    told = Simulation([Window("w", 60.0, 100_000)], Platform(100_000, 60.0, clock), clock)
    told.run(2, 60, think=0.02)
    assert told.asked <= told.sent / 8
