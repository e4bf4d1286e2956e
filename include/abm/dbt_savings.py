"""dbt without what it spends on each of hundreds of nodes and nobody here has any use for."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING, Any

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.postgres import PostgresAdapter, PostgresConnectionManager
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import agate

# The project's graph lives as long as the process: walking it again and again took a fifth of a night's work.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


class KeptConnections(PostgresConnectionManager):  # type: ignore[misc]
    """Connections that a thread keeps from node to node: a new one is a login, and a server that knows no table yet."""

    def release(self) -> None:
        connection = self.get_if_exists()
        if connection is None or connection.state != ConnectionState.OPEN:
            return
        if connection.handle.closed:
            super().release()  # the next node opens another
        else:
            self.rollback_if_open()


class ToldEvents(EventManager):
    """Events without those of debugging: some twenty a node, each built whole before a logger could drop it."""

    def fire_event(self, e: Any, level: EventLevel | None = None, *arguments: Any, **options: Any) -> None:
        if (level or e.level_tag()) is not EventLevel.DEBUG:
            super().fire_event(e, level, *arguments, **options)


def save() -> None:
    """Make this process's dbt spend less; before its first command."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    PostgresAdapter.ConnectionManager = KeptConnections
    ctx_set_event_manager(ToldEvents())
    agate_helper.empty_table = cache(agate_helper.empty_table)
    agate_helper.build_type_tester = _kept_type_testers(agate_helper.build_type_tester)


def _kept_type_testers(build: Callable[..., agate.TypeTester]) -> Callable[..., agate.TypeTester]:
    """Return one tester for the same columns: each compiles the names of months and days anew, for every statement."""
    kept = cache(build)

    def build_type_tester(
        text_columns: Iterable[str], string_null_values: Iterable[str] = ("null", "")
    ) -> agate.TypeTester:
        return kept(frozenset(text_columns), tuple(string_null_values))

    return build_type_tester
