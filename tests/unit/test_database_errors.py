"""What users read when the database or the disk gives up in the middle of a step."""

from __future__ import annotations

import errno

import psycopg
import pytest
import sqlalchemy.exc
from psycopg import errors

from abm.database_errors import database_errors_told, explain_error
from abm.errors import AbmError, ConfigurationError, RetryableError
from abm.warehouse import OLDEST_POSTGRES, connect, require_supported

MAIL = "ann@mail.example"


@pytest.mark.parametrize(
    ("raised", "kind", "told"),
    [
        (errors.DiskFull(MAIL), AbmError, "disk is full"),
        (errors.ConfigurationLimitExceeded(MAIL), AbmError, "temp_file_limit"),
        (errors.InsufficientPrivilege(MAIL), ConfigurationError, "grant it"),
        (errors.ReadOnlySqlTransaction(MAIL), ConfigurationError, "primary"),
        (errors.AdminShutdown(MAIL), RetryableError, "SQLSTATE 57P01"),
        (errors.DeadlockDetected(MAIL), RetryableError, "run again"),
        (psycopg.OperationalError(MAIL), RetryableError, "connection to the warehouse broke"),
        (errors.UniqueViolation(MAIL), AbmError, "SQLSTATE 23505"),
        (sqlalchemy.exc.OperationalError(MAIL, {}, errors.DiskFull(MAIL)), AbmError, "disk is full"),
        (OSError(errno.ENOSPC, MAIL, "lists/x.csv"), AbmError, "disk is full at lists/x.csv"),
        (PermissionError(errno.EACCES, MAIL, "lists"), ConfigurationError, "file lists"),
    ],
)
def test_known_errors_say_what_to_do_and_quote_nothing(raised: Exception, kind: type[AbmError], told: str) -> None:
    with pytest.raises(kind, match=told) as error, database_errors_told():
        raise raised
    assert MAIL not in str(error.value)


@pytest.mark.parametrize("error", [ValueError("x"), FileNotFoundError(errno.ENOENT, "x"), KeyError("x")])
def test_other_errors_are_ours_to_mend_and_pass(error: Exception) -> None:
    assert explain_error(error) is None
    with pytest.raises(type(error)), database_errors_told():
        raise error


def test_broken_statement_names_the_table_and_no_value(warehouse: psycopg.Connection) -> None:
    with pytest.raises(AbmError, match='42P01: relation "gone" does not exist'), database_errors_told():
        warehouse.execute("select * from gone")
    with pytest.raises(AbmError) as told, database_errors_told():
        warehouse.execute("select %s::text::int", [MAIL])
    assert MAIL not in str(told.value)


def test_connection_lost_in_the_middle_says_to_run_again(warehouse_url: str, warehouse: psycopg.Connection) -> None:
    with connect(warehouse_url) as victim:
        warehouse.execute("select pg_terminate_backend(%s, 5000)", [victim.info.backend_pid])
        with pytest.raises(RetryableError, match="run again"), database_errors_told():
            victim.execute("select 1")


def test_server_too_old_is_told_with_its_version() -> None:
    require_supported(OLDEST_POSTGRES)
    with pytest.raises(ConfigurationError, match=r"PostgreSQL 14 is too old. Use PostgreSQL 15 or later"):
        require_supported(140012)
