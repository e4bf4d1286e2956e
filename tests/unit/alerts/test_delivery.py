"""Each change at least once, and never twice where anybody could know."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from abm.alerts import tell_changes
from abm.alerts.delivery import LOCK_SECONDS
from abm.errors import RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from abm.alerts import Alert


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fake:
    """A channel that keeps what it was told, and fails or dies as told."""

    name: str = "slack"
    told: list[Alert] = field(default_factory=list)
    before: list[BaseException | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        if self.before and (error := self.before.pop(0)):
            raise error
        self.told.append(alert)
        if self.after and (error := self.after.pop(0)):
            raise error

    def close(self) -> None:
        pass

    @property
    def titles(self) -> list[str]:
        return [alert.title for alert in self.told]


@pytest.fixture
def hold(warehouse: psycopg.Connection) -> Callable[[str, str], None]:
    """Return a function that lands a batch of a source with a status."""
    numbers = iter(range(100))

    def land(source: str, status: str) -> None:
        warehouse.execute(
            "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged, staged_at,"
            " merged_at, reason) values (%(id)s, %(source)s, 'accounts', false, %(status)s, 1,"
            " now() + make_interval(secs => %(at)s), now(), 'too few rows')",
            {"id": f"b{(number := next(numbers))}", "at": number, "source": source, "status": status},
        )

    return land


def quiet(_: str) -> None:
    """Nothing listens."""


def test_a_change_is_told_once_however_often_the_night_looks(
    warehouse_url: str, hold: Callable[[str, str], None]
) -> None:
    channel = Fake()
    assert tell_changes(warehouse_url, [channel], quiet) == 0
    hold("hubspot", "held")
    assert tell_changes(warehouse_url, [channel], quiet) == 1
    assert tell_changes(warehouse_url, [channel], quiet) == 0
    hold("hubspot", "held")
    assert tell_changes(warehouse_url, [channel], quiet) == 0
    hold("hubspot", "merged")
    assert tell_changes(warehouse_url, [channel], quiet) == 1
    assert channel.titles == ["NEW landing-check-failed: hubspot", "RESOLVED landing-check-failed: hubspot"]
    assert "too few rows" in channel.told[0].text
    assert channel.told[0].row_keys == ["accounts"]


def test_two_at_once_tell_it_once(warehouse_url: str, hold: Callable[[str, str], None]) -> None:
    hold("hubspot", "held")
    channels = [Fake() for _ in range(4)]
    threads = [threading.Thread(target=tell_changes, args=(warehouse_url, [channel], quiet)) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(channel.told) for channel in channels) == 1


def test_killed_before_it_is_sent_it_is_told_the_next_time(
    warehouse_url: str, hold: Callable[[str, str], None]
) -> None:
    hold("hubspot", "held")
    channel = Fake(before=[Killed()])
    with pytest.raises(Killed):
        tell_changes(warehouse_url, [channel], quiet)
    assert tell_changes(warehouse_url, [channel], quiet) == 0
    assert len(channel.told) == 1


def test_killed_after_it_was_sent_it_comes_again_with_the_same_id_and_says_so(
    warehouse_url: str, hold: Callable[[str, str], None]
) -> None:
    hold("hubspot", "held")
    channel = Fake(after=[Killed()])
    with pytest.raises(Killed):
        tell_changes(warehouse_url, [channel], quiet)
    tell_changes(warehouse_url, [channel], quiet)
    tell_changes(warehouse_url, [channel], quiet)
    first, second = channel.told
    assert first.alert_id == second.alert_id
    assert (first.may_be_repeated, second.may_be_repeated) == (False, True)
    assert "perhaps told before" in second.text


@pytest.mark.parametrize(
    ("error", "is_in_doubt"), [(RetryableError("no answer"), True), (RefusedError("404", code="404"), False)]
)
def test_a_channel_that_fails_is_told_later_in_order_and_keeps_no_other_waiting(
    warehouse_url: str, hold: Callable[[str, str], None], error: Exception, *, is_in_doubt: bool
) -> None:
    broken, works, log = Fake("slack", before=[error]), Fake("mail"), []
    hold("hubspot", "held")
    hold("salesforce", "held")
    tell_changes(warehouse_url, [broken, works], log.append)
    assert (len(broken.told), len(works.told)) == (0, 2)
    assert "comes again" in log[0]
    hold("hubspot", "merged")
    tell_changes(warehouse_url, [broken, works], quiet)
    assert broken.titles == [
        "NEW landing-check-failed: hubspot",
        "NEW landing-check-failed: salesforce",
        "RESOLVED landing-check-failed: hubspot",
    ]
    assert [alert.may_be_repeated for alert in broken.told] == [is_in_doubt, False, False]
    assert works.titles == broken.titles


def test_a_new_channel_is_told_what_is_open_and_not_what_is_over(
    warehouse_url: str, hold: Callable[[str, str], None]
) -> None:
    hold("hubspot", "held")
    hold("salesforce", "held")
    tell_changes(warehouse_url, [Fake("mail")], quiet)
    hold("hubspot", "merged")
    tell_changes(warehouse_url, [Fake("mail")], quiet)
    added = Fake("slack")
    tell_changes(warehouse_url, [added], quiet)
    assert added.titles == ["NEW landing-check-failed: salesforce"]


def test_a_state_that_cannot_be_read_leaves_the_others_alone(
    warehouse: psycopg.Connection, warehouse_url: str, hold: Callable[[str, str], None]
) -> None:
    hold("hubspot", "held")
    warehouse.execute("alter table ops.check_results rename column observed to seen")
    channel, log = Fake(), []
    tell_changes(warehouse_url, [channel], log.append)
    assert channel.titles == ["NEW landing-check-failed: hubspot"]
    assert log == ["The state of 'check-warning' could not be read (42703); what was told of it stands."]


def test_it_does_not_wait_for_ever_for_another_process(
    warehouse: psycopg.Connection, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LOCK_SECONDS <= 60
    monkeypatch.setattr("abm.alerts.delivery.LOCK_SECONDS", 0.05)
    warehouse.execute("select pg_advisory_lock(hashtextextended('abm alerts', 0))")
    log: list[str] = []
    assert tell_changes(warehouse_url, [Fake()], log.append) == 0
    assert "the next step tells what is left" in log[0]
