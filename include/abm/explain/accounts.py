"""Find the account somebody means by its id, domain or name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    import psycopg

_MANY = 10


def require_release(cursor: psycopg.Cursor[dict[str, Any]]) -> None:
    """Raise ConfigurationError where nothing was ever published."""
    if cursor.execute("select to_regclass('marts.dim_accounts') as found").fetchone() == {"found": None}:
        raise ConfigurationError(Fault("warehouse", "has no published release", "Run 'abm run' or 'make demo' first"))


def find_account(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> dict[str, Any]:
    """Return the account's row of `dim_accounts`.

    Raises ConfigurationError where no account or more than one is meant; then it lists them.
    """
    rows = cursor.execute(
        """
        select * from marts.dim_accounts
        where account_id = %(it)s or domain = lower(%(it)s) or lower(account_name) = lower(%(it)s)
        order by account_id limit %(many)s
        """,
        {"it": account.strip(), "many": _MANY},
    ).fetchall()
    if len(rows) == 1:
        return rows[0]
    if rows:
        ids = ", ".join(f"{row['account_id']} ({row['domain']})" for row in rows)
        raise ConfigurationError(Fault(f"account {account!r}", "means more than one", f"Name one by its id: {ids}"))
    raise ConfigurationError(
        _gone(cursor, account.strip()) or Fault(f"account {account!r}", "is not known", _suggestion(cursor, account))
    )


def _gone(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> Fault | None:
    """Say since when no source tells of an account that the ledger knows, and how its past is asked for."""
    row = cursor.execute(
        "select max(valid_to) as gone_on, max(valid_to) - 1 as last_day from ops.style_ledger where account_id = %s",
        [account],
    ).fetchone()
    if row is None or row["gone_on"] is None:
        return None
    return Fault(
        f"account {account!r}",
        f"is gone since {row['gone_on']}: no source tells of it",
        f"What it was then: abm explain {account} --on {row['last_day']}",
    )


def _suggestion(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> str:
    rows = cursor.execute(
        "select account_name, account_id from marts.dim_accounts"
        " order by similarity(account_name, %s) desc, account_id limit 3",
        [account],
    ).fetchall()
    nearest = "; ".join(f"{row['account_name']} ({row['account_id']})" for row in rows)
    return f"Nearest names: {nearest}" if rows else "No account is published"
