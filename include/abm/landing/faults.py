"""Database errors of landing, each in one sentence; PostgreSQL's own texts may quote rows and stay out of it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import adbc_driver_manager
import psycopg

from abm.errors import AbmError, ContractError, RetryableError
from abm.landing.tables import told_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.entities import Entity

_DISK_FULL, _NUL_IN_TEXT = "53100", "22021"
_PASSING_CLASSES = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, shutdown


@contextlib.contextmanager
def database_errors_told(entity: Entity, step: str) -> Iterator[None]:
    """Turn database errors into one sentence; PostgreSQL's own texts may quote rows and stay out of it."""
    try:
        yield
    except (psycopg.Error, adbc_driver_manager.Error) as error:
        raise _explained(entity, step, getattr(error, "sqlstate", None)) from None


def _explained(entity: Entity, step: str, sqlstate: str | None) -> AbmError:
    name, kept = told_name(entity), "Nothing was changed"
    if sqlstate == _DISK_FULL:
        return AbmError(f"The warehouse's disk is full ({step} {name}). {kept}; free space there and run again.")
    if sqlstate is None or sqlstate.startswith(_PASSING_CLASSES):
        return RetryableError(
            f"The warehouse stopped {step} {name} (SQLSTATE {sqlstate}). {kept}; it can be tried again.",
            code=sqlstate or "TRANSIENT",
        )
    if sqlstate == _NUL_IN_TEXT:
        return ContractError(f"A text of {name} holds a NUL character. {kept}; remove it at the source.")
    return AbmError(
        f"The warehouse refused {step} {name} (SQLSTATE {sqlstate}). {kept}; its server log has the statement."
    )
