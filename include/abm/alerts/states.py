"""Reading the states of every kind from the warehouse; a kind that cannot be read leaves the others alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import class_row

from abm.alerts.changes import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.alerts.kinds import Kind

EXAMPLES = 5  # rows that an alert names

# What looks like an address is not shown: some files name their records by it.
_STATES = """
select
    %(kind)s as kind, states.subject, states.what, states.digest, states.since, states.rows_affected,
    array(
        select case when position('@' in row_key) = 0 then row_key else '(a key with an address)' end
        from unnest(states.row_keys[:{examples}]) as row_key
    ) as row_keys
from ({states}) as states
order by states.subject
"""


def read_states(
    connection: psycopg.Connection, kinds: Mapping[str, Kind], tell: Callable[[str], None]
) -> tuple[Sequence[State], frozenset[str]]:
    """Return all states, and the kinds that could be read.

    What a kind reads may not be there yet: the views over what is sent are made by the first build.
    """
    states: list[State] = []
    read: set[str] = set()
    for kind in kinds.values():
        if not _has_all(connection, kind.reads):
            continue
        try:
            with connection.transaction(), connection.cursor(row_factory=class_row(State)) as cursor:
                query = _STATES.format(states=kind.states, examples=EXAMPLES)
                states += cursor.execute(query.encode(), {"kind": kind.name}).fetchall()
        except psycopg.Error as error:
            tell(f"The state of {kind.name!r} could not be read ({error.sqlstate}); what was told of it stands.")
            continue
        read.add(kind.name)
    return states, frozenset(read)


def _has_all(connection: psycopg.Connection, relations: Sequence[str]) -> bool:
    found = connection.execute(
        "select bool_and(to_regclass(name) is not null) from unnest(%s::text[]) as name", [list(relations)]
    ).fetchone()
    return found != (False,)
