"""Errors of the warehouse and the disk in one sentence each; their own texts may quote rows and stay out of it."""

from __future__ import annotations

import contextlib
import errno
import sys
from typing import TYPE_CHECKING

import psycopg
import sqlalchemy.exc

from abm.errors import AbmError, ConfigurationError, Fault, RetryableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = "Steps that ended stay, the one that failed changed nothing"
_DISK_FULL, _TEMPORARY_FILES = "53100", "53400"
_NO_RIGHT, _READ_ONLY = "42501", "25006"
_NAMES_ONLY = "42"  # syntax and access: the message names objects, never values
_PASSING = ("08", "40", "53", "55", "57")  # connection, rollback, resources, locks, shutdown
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}


@contextlib.contextmanager
def database_errors_told() -> Iterator[None]:
    """Turn what PostgreSQL or the file system says in the middle of a step into an AbmError; others pass."""
    try:
        yield
    except Exception as error:
        explained = explain_error(error)
        if explained is None:
            raise
        raise explained from None  # its own text may quote a row, and Airflow logs causes


def explain_error(error: BaseException) -> AbmError | None:
    """Return what a user can do about the error, or None where only a developer can tell."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, psycopg.Error) or _is_adbc_error(error):
        return _database_error(error)
    return _file_error(error) if isinstance(error, OSError) else None


def _is_adbc_error(error: BaseException) -> bool:
    """Tell without importing the driver: DAG files load this module at every parse."""
    driver = sys.modules.get("adbc_driver_manager")
    return driver is not None and isinstance(error, driver.Error)


def _database_error(error: BaseException) -> AbmError:
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate == _DISK_FULL:
        return AbmError(f"The warehouse's disk is full. {_KEPT}; free space there and run again.")
    if sqlstate == _TEMPORARY_FILES:
        return AbmError(f"The warehouse's temp_file_limit is too low. {_KEPT}; raise it and run again.")
    if sqlstate == _READ_ONLY:
        return ConfigurationError(Fault("warehouse", "is read-only", "Let ABM_WAREHOUSE_URL name the primary server"))
    if sqlstate == _NO_RIGHT:
        return ConfigurationError(
            Fault("warehouse", _primary(error), "Let its user own the database, or grant it 'create' and its schemas")
        )
    if sqlstate is None or sqlstate.startswith(_PASSING):
        return RetryableError(
            f"The connection to the warehouse broke, or it is out of resources (SQLSTATE {sqlstate or 'none'}). "
            f"{_KEPT}; look at the server and run again.",
            code=sqlstate or "CONNECTION_LOST",
        )
    detail = f": {_primary(error)}" if sqlstate.startswith(_NAMES_ONLY) else ""
    return AbmError(f"The warehouse refused a statement (SQLSTATE {sqlstate}{detail}). {_KEPT}; its server log has it.")


def _primary(error: BaseException) -> str:
    return getattr(getattr(error, "diag", None), "message_primary", None) or "refused a statement"


def _file_error(error: OSError) -> AbmError | None:
    place = error.filename or "a file"
    if error.errno in _NO_SPACE:
        return AbmError(f"The disk is full at {place}. {_KEPT}; free space there, or set ABM_HOME elsewhere.")
    if error.errno in _NOT_WRITABLE:
        return ConfigurationError(
            Fault(
                f"file {place}", "may not be read or written", "Give the right to, or set ABM_HOME to a folder of yours"
            )
        )
    return None
