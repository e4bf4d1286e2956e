"""Members stay on a Customer Match list beyond the 540 days that Google keeps them, in the sandbox's own time."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.approvals import let
from tests.sandboxes import DAY, Clock, one_server

from abm import activation
from abm.destinations.google.destination import connect
from abm.settings import Connection
from abm.warehouse import connect as connect_warehouse
from abm_sandbox.credentials import GOOGLE_ACCOUNT, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_REFRESH_TOKEN
from abm_sandbox.google import create_app
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import World

PEOPLE = {f"wide/{n}": {"hashedEmail": f"{n:064x}", "regionCode": "US"} for n in range(150)}
EXTRA = {"account": GOOGLE_ACCOUNT, "requests_per_minute": "0", "refresh_token": GOOGLE_REFRESH_TOKEN}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def google(clock: Clock) -> Iterator[tuple[Any, Callable[..., Any]]]:
    """The account, and how a run opens it."""
    with closing(Store()) as store, one_server() as (url, current):
        app = current["app"] = create_app(store, limits=False, clock=clock, processing_seconds=1000)

        def opening(_name: str, _connection: Connection | None) -> Any:
            given = Connection("abm_google", url, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, EXTRA)
            return connect(given, sleep=clock.sleep)

        yield app.state.ads_account, opening


def night(world: World, opening: Callable[..., Any]) -> activation.Accounting:
    run_id = world.plan("google").run_id
    let(world.url, run_id)
    activation.send(world.url, run_id, None, opening=opening)
    return activation.account(world.url, run_id, Connection("abm_google"), opening=opening)


def held(account: Any) -> int:
    account.settle()
    (row,) = account.store.execute("select count(*) as n from members")
    return int(row["n"])


def days_pass(world: World, clock: Clock, days: int) -> None:
    """Let time pass for Google and for what we know of it."""
    clock.now += days * DAY
    with connect_warehouse(world.url) as connection:
        connection.execute(
            "update ops.sync_state set acknowledged_at = acknowledged_at - make_interval(days => %s)", [days]
        )


def test_members_that_are_sent_again_stay(world: World, clock: Clock, google: tuple[Any, Any]) -> None:
    account, opening = google
    world.publish_members(PEOPLE, "google")
    assert night(world, opening).created == len(PEOPLE)
    days_pass(world, clock, 500)
    assert night(world, opening).planned == 0
    days_pass(world, clock, 20)
    assert night(world, opening).updated == len(PEOPLE)
    days_pass(world, clock, 30)
    assert held(account) == len(PEOPLE)


def test_without_being_sent_again_they_fall_out(world: World, clock: Clock, google: tuple[Any, Any]) -> None:
    account, opening = google
    world.publish_members(PEOPLE, "google")
    night(world, opening)
    days_pass(world, clock, 541)
    assert held(account) == 0


def test_size_and_match_rate_are_read_back(world: World, google: tuple[Any, Any]) -> None:
    _account, opening = google
    world.publish_members(PEOPLE, "google")
    night(world, opening)
    with connect_warehouse(world.url) as connection:
        rows = connection.execute("select members, audience_size, match_rate, status from ops.audience_sizes")
        ((members, size, rate, status),) = rows.fetchall()
    assert (members, status) == (len(PEOPLE), "OPEN")
    assert 100 <= size < len(PEOPLE)
    assert rate == pytest.approx(size / members, abs=0.01)
