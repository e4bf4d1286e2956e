"""What dbt no longer spends in a process of ours, and what it must go on doing."""

from __future__ import annotations

import gc
from multiprocessing import get_context
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.events.types import ConnectionUsed
from dbt.adapters.postgres import PostgresAdapter, PostgresConnectionManager
from dbt.events.types import LogStartLine
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager
from dbt_common.events.functions import fire_event

from abm.dbt_savings import KeptConnections, save

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """dbt with the savings, and the messages that its callbacks get."""
    events: list[str] = []
    before, thresholds = get_event_manager(), gc.get_threshold()
    monkeypatch.setattr(PostgresAdapter, "ConnectionManager", PostgresConnectionManager)
    for name in ("empty_table", "build_type_tester"):
        monkeypatch.setattr(agate_helper, name, getattr(agate_helper, name))
    save()
    get_event_manager().callbacks.append(lambda event: events.append(event.info.name))
    yield events
    ctx_set_event_manager(before)
    gc.set_threshold(*thresholds)


def test_events_of_debugging_reach_nobody_and_the_others_do(told: list[str]) -> None:
    fire_event(ConnectionUsed(conn_type="postgres", conn_name="model"))
    fire_event(LogStartLine(description="table model int_people", index=1, total=2))
    fire_event(ConnectionUsed(conn_type="postgres", conn_name="model"), level=EventLevel.WARN)

    assert told == ["LogStartLine", "ConnectionUsed"]


@pytest.mark.usefixtures("told")
def test_dbt_takes_our_connections() -> None:
    assert PostgresAdapter.ConnectionManager is KeptConnections


@pytest.mark.usefixtures("told")
def test_the_tables_of_results_come_out_as_dbt_makes_them_from_testers_made_once() -> None:
    kept = agate_helper.build_type_tester(["code"], string_null_values=())
    rows = agate_helper.table_from_data_flat([{"code": "007", "total": 7}], ["code", "total"])

    assert [list(row.values()) for row in rows.rows] == [["007", 7]]
    assert agate_helper.build_type_tester({"code"}, string_null_values=()) is kept
    assert agate_helper.build_type_tester(["name"], string_null_values=()) is not kept
    assert agate_helper.build_type_tester(["code"]) is not kept
    assert len(agate_helper.empty_table().rows) == 0


class Handle:
    """A connection of the driver."""

    def __init__(self, *, closed: bool) -> None:
        self.closed, self.calls = closed, list[str]()

    def rollback(self) -> None:
        self.calls.append("rollback")

    def close(self) -> None:
        self.calls.append("close")


def connections(handle: Handle, *, is_in_transaction: bool) -> tuple[KeptConnections, Any]:
    """dbt's connections with one open in this thread."""
    profile = SimpleNamespace(credentials=SimpleNamespace(autocommit=False))
    manager = KeptConnections(profile, get_context("spawn"))
    manager.set_thread_connection(
        SimpleNamespace(
            name="model",
            state=ConnectionState.OPEN,
            handle=handle,
            transaction_open=is_in_transaction,
            credentials=profile.credentials,
        )
    )
    return manager, manager.get_thread_connection()


def test_a_connection_outlives_its_node_without_the_nodes_transaction() -> None:
    handle = Handle(closed=False)
    manager, connection = connections(handle, is_in_transaction=True)
    manager.release()

    assert handle.calls == ["rollback"]
    assert (connection.state, connection.transaction_open) == (ConnectionState.OPEN, False)


def test_a_connection_that_broke_is_given_up_so_that_the_next_node_opens_another() -> None:
    handle = Handle(closed=True)
    manager, connection = connections(handle, is_in_transaction=False)
    manager.release()

    assert connection.state == ConnectionState.CLOSED
