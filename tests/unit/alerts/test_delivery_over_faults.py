"""Over any schedule of kills and failing channels: who drops repeated numbers hears each change once, in order."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from abm.alerts import ledger, tell_changes
from abm.errors import RefusedError, RetryableError
from abm.warehouse import connect

if TYPE_CHECKING:
    from abm.alerts import Alert

SOURCES = ("hubspot", "salesforce")
FAULTS = ("none", "refused", "no answer", "kill before", "kill after", "answer lost", "kill in record")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("land"), st.sampled_from(SOURCES), st.sampled_from(["held", "merged"])),
        st.tuples(st.just("look"), st.sampled_from(FAULTS), st.integers(0, 2)),
    ),
    max_size=14,
)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Receiver:
    """Keeps what it was told; the fault happens at one of the next messages."""

    told: list[Alert] = field(default_factory=list)
    fault: str = "none"
    at: int = 0
    name: str = "slack"

    def send(self, alert: Alert) -> None:
        is_now, self.at = self.at == 0, self.at - 1
        if is_now and self.fault == "refused":
            raise RefusedError("404", code="404")
        if is_now and self.fault == "no answer":
            raise RetryableError("no answer")
        if is_now and self.fault == "kill before":
            raise Killed
        self.told.append(alert)
        if is_now and self.fault == "kill after":
            raise Killed
        if is_now and self.fault == "answer lost":
            raise RetryableError("no answer")

    def close(self) -> None:
        """Nothing is open."""


def land(warehouse: psycopg.Connection, number: int, source: str, status: str) -> None:
    warehouse.execute(
        "insert into ops.landing_batches (batch_id, source, entity, is_full, status, rows_staged, staged_at, merged_at)"
        " values (%s, %s, 'accounts', false, %s, 1, now() + make_interval(secs => %s), now())",
        [f"b{number}", source, status, number],
    )


def look(url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        if receiver.fault == "kill in record":
            patch.setattr(ledger, "_OWE", "select 1 / 0 from (select %(alerts)s, %(channels)s) as killed")
        with contextlib.suppress(psycopg.errors.DivisionByZero):
            tell_changes(url, [receiver], lambda _: None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
@example([("land", "hubspot", "held"), ("look", "kill after", 0), ("look", "refused", 0)])  # the first may have arrived
def test_each_change_is_heard_once_in_order_whatever_fails(
    warehouse_url: str, monkeypatch: pytest.MonkeyPatch, schedule: list[tuple[str, str, str | int]]
) -> None:
    receiver, expected, told = Receiver(), [], dict.fromkeys(SOURCES, "merged")
    standing = dict(told)
    with connect(warehouse_url, autocommit=True) as warehouse:
        warehouse.execute("truncate ops.alerts, ops.alert_deliveries, ops.landing_batches")
        for number, (step, first, second) in enumerate([*schedule, ("look", "none", 0)]):
            if step == "land":
                land(warehouse, number, first, str(second))
                standing[first] = str(second)
                continue
            receiver.fault, receiver.at = first, int(second)
            look(warehouse_url, receiver, monkeypatch)
            if first != "kill in record":
                expected += [(source, standing[source]) for source in SOURCES if standing[source] != told[source]]
                told = dict(standing)
    heard = {alert.alert_id: alert for alert in receiver.told}
    for source in SOURCES:
        changes = [alert.change for alert in heard.values() if alert.subject == source]
        assert changes == [{"held": "opened", "merged": "resolved"}[now] for about, now in expected if about == source]
    assert sorted(heard) == list(heard)
    for _, again in itertools.groupby(receiver.told, key=lambda alert: alert.alert_id):
        assert [alert.may_be_repeated for alert in again][1:] in ([], [True], [True, True], [True] * 3, [True] * 4)
