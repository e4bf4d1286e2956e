"""What processes that share a credential know of one another: counts, pauses, and what a platform told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from abm.errors import RetryableError
from abm.platforms import hubspot
from abm.platforms.salesforce import told as salesforce_told
from abm.rates import Limiter, Told, Window, limiter, shared_rates
from abm.rates.stores import InProcess, InWarehouse
from abm.rates.windows import KEPT_BACK, LONGEST_PAUSE, TOLD_FOR, Book, read
from abm.settings import Connection
from abm.warehouse import connect

from .simulation import Clock

MINUTE = Window("minute", 60.0, 10)
DAY = Window("day", 86_400.0, 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def process(store, clock, *windows: Window) -> Limiter:
    """Return the limiter of one process; waiting moves the clock."""

    def sleep(seconds: float) -> None:
        clock.now += seconds

    return Limiter("platform", windows or [MINUTE], store, clock, sleep)


def taken(*limiters: Limiter, kind: str = "") -> int:
    """Return how many requests may be sent at this moment."""
    count = 0
    while any(one.ask(kind) == 0.0 for one in limiters):
        count += 1
    return count


def test_processes_of_one_store_share_its_windows(clock):
    store = InProcess(clock)
    assert taken(process(store, clock), process(store, clock)) == 10


def test_a_window_of_one_kind_leaves_the_others_alone(clock):
    writes = Window("writes", 60.0, 2, frozenset({"write"}))
    shared = process(InProcess(clock), clock, writes, MINUTE)
    assert taken(shared, kind="write") == 2
    assert taken(shared, kind="read") == 8


def test_without_windows_nothing_waits(clock):
    free = Limiter("platform", clock=clock, sleep=_unexpected)
    for _ in range(1000):
        free.take()


def test_threads_of_one_process_share_a_limiter(clock):
    shared = process(InProcess(clock), clock)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: shared.ask(), range(40)))
    assert waits.count(0.0) == 10


def test_what_was_granted_and_not_sent_is_given_back(clock):
    store = InProcess(clock)
    first, second = process(store, clock), process(store, clock)
    assert [first.ask() for _ in range(4)] == [0.0] * 4  # granted 1, 2 and 4
    first.close()
    assert taken(second) == 6


def test_a_pause_holds_for_every_process(clock):
    store = InProcess(clock)
    first, second = process(store, clock), process(store, clock)
    assert second.ask() == 0.0
    first.pause(30.0)
    assert second.ask() == pytest.approx(30.0)
    second.take()
    assert clock.now == pytest.approx(1_000_030.0)


def test_a_pause_for_the_day_is_asked_about_again_within_the_hour(clock):
    store = InProcess(clock)
    process(store, clock).pause(86_400.0)
    with pytest.raises(
        RetryableError, match="platform takes no more requests of this credential for 60 minutes"
    ) as told:
        process(store, clock).take()
    assert (told.value.code, told.value.retry_after) == ("RATE_LIMIT", LONGEST_PAUSE)
    clock.now += LONGEST_PAUSE
    process(store, clock).take()


def test_the_platform_s_figures_replace_assumed_ones_and_bound_configured_ones(clock):
    for is_assumed, told, expected in [(True, 20, 20), (True, 4, 4), (False, 20, 10), (False, 4, 4)]:
        one = process(InProcess(clock), clock, Window("minute", 60.0, 10, is_assumed=is_assumed))
        one.note([Told("minute", limit=told)])
        assert taken(one) == expected


def test_what_others_used_of_the_day_is_known_from_what_is_left(clock):
    store = InProcess(clock)
    first, second = process(store, clock, DAY), process(store, clock, DAY)
    first.note([Told("day", 1000, left=40)])
    assert taken(first, second) == 40 - 1000 * KEPT_BACK
    first.note([Told("day", 1000, left=900)])  # a new day began
    assert taken(first, second) == 900 - 1000 * KEPT_BACK


def test_a_spent_day_is_asked_about_again_after_an_hour(clock):
    one = process(InProcess(clock), clock, Window("day", 86_400.0))
    one.note([Told("day", 1000, left=0)])
    assert one.ask() == TOLD_FOR
    clock.now += TOLD_FOR
    assert one.ask() == 0.0


def test_an_unlimited_day_counts_nothing_until_it_is_told(clock):
    one = process(InProcess(clock), clock, Window("day", 86_400.0))
    assert all(one.ask() == 0.0 for _ in range(5000))


def test_a_limit_of_none_is_waited_for(clock):
    one = process(InProcess(clock), clock, Window("minute", 60.0, 10, is_assumed=True))
    one.note([Told("minute", limit=0)])
    assert one.ask() == 60.0


def test_books_survive_being_written_down(clock):
    store = InProcess(clock)
    one = process(store, clock, MINUTE, DAY)
    one.note([Told("day", 1000, left=500)])
    assert [one.ask() for _ in range(3)] == [0.0] * 3
    document = store.book.document()
    assert read(document).document() == document
    assert read({}) == Book()


def test_processes_with_connections_of_their_own_never_grant_more_together(warehouse_url, clock):
    limiters = [process(InWarehouse(warehouse_url, "p", "c", clock), clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(taken, limiters)) == 10
    for one in limiters:
        one.close()


def test_the_warehouse_keeps_the_pause_and_no_credential(warehouse_url):
    with shared_rates(warehouse_url):
        mine, theirs, others = (limiter("hubspot", token, [MINUTE]) for token in ("s3cret", "s3cret", "another"))
    mine.take()
    mine.pause(600.0)
    with pytest.raises(RetryableError):
        theirs.take()
    others.take()
    for one in (mine, theirs, others):
        one.close()
    with connect(warehouse_url) as connection:
        rows = connection.execute(
            "select rate_limits::text, paused_until > now() + interval '9 minutes' from ops.rate_limits"
        ).fetchall()
    assert sorted(bool(is_paused) for _, is_paused in rows) == [False, True]
    assert not [text for text, _ in rows if "s3cret" in text]


def test_without_a_warehouse_a_limiter_keeps_its_own_book():
    assert isinstance(limiter("hubspot", "t", [MINUTE]).store, InProcess)


def test_an_answer_that_asks_for_time_pauses_all(clock, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    store, answers = InProcess(clock), iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)])
    client = hubspot.open_client(
        Connection("c", "https://hubspot.test", password="t"), httpx.MockTransport(lambda _request: next(answers))
    )
    client.limiter = process(store, clock)
    other = process(store, clock)
    client.request("GET", "/a")
    assert clock.now == pytest.approx(1_000_007.0)
    assert other.ask() == 0.0


def test_headers_tell_the_account_s_own_allowances():
    told = hubspot.told(
        {
            "X-HubSpot-RateLimit-Max": "190",
            "X-HubSpot-RateLimit-Daily": "650000",
            "X-HubSpot-RateLimit-Daily-Remaining": "649000",
        }
    )
    assert told == [Told("burst", 190), Told("day", 650_000, 649_000)]
    assert hubspot.told({"X-HubSpot-RateLimit-Max": "many"}) == []
    usage = "api-bursts=5/10; api-usage=18/15000; per-app-api-usage=17/250(appName=x)"
    assert salesforce_told({"Sforce-Limit-Info": usage}) == [Told("day", 15_000, 14_982)]
    assert salesforce_told({}) == ()


def _unexpected(_seconds: float) -> None:
    raise AssertionError("waited")
