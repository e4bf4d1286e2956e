"""How many batches of a destination are on their way at once: what the platform takes, or what its connection says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from abm.settings import Connection

MOST = 16


def batches_in_flight(connection: Connection, usual: int) -> int:
    """Return extra `batches_in_flight` of the connection, or the usual number; raises ConfigurationError."""
    given = connection.extra.get("batches_in_flight", usual)
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= MOST:
        raise ConfigurationError(
            Fault(f"connection {connection.conn_id}", f"batches_in_flight is not 1 to {MOST}", "Set it to a number")
        )
    return number
