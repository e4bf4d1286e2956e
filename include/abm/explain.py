"""The whole story of one account: what is known, how it scored, why it has its style, what was sent where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from rich.markup import escape
from rich.table import Table

from abm.errors import ConfigurationError, Fault
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

_MANY = 10


@dataclass(frozen=True)
class Story:
    """Rows of the published release about one account."""

    account: dict[str, Any]
    scores: dict[str, Any]
    style: dict[str, Any]
    history: Sequence[dict[str, Any]]
    sent: Sequence[dict[str, Any]]


def explain(url: str, account: str) -> Story:
    """Tell the story of the account of this id, domain or name.

    Raises ConfigurationError where no account or more than one is meant; then it lists them.
    """
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        if cursor.execute("select to_regclass('marts.dim_accounts') as found").fetchone() == {"found": None}:
            raise ConfigurationError(
                Fault("warehouse", "has no published release", "Run 'abm run' or 'make demo' first")
            )
        found = _find(cursor, account)
        key = [found["account_id"]]
        return Story(
            account=found,
            scores=_one(cursor, "select * from marts.fct_account_scores where account_id = %s", key),
            style=_one(cursor, "select * from marts.fct_account_styles where account_id = %s", key),
            history=cursor.execute(
                "select * from marts.fct_style_history where account_id = %s order by valid_from desc", key
            ).fetchall(),
            sent=cursor.execute(_SENT, key * 2).fetchall(),
        )


def story_tables(story: Story) -> list[Table]:
    """Lay the story out for a terminal: facts, scores, style, history, what was sent."""
    return [
        _facts("Account", story.account),
        _facts("Scores", story.scores),
        _facts("Style", story.style),
        _rows("History of styles", story.history),
        _rows("What was sent", story.sent),
    ]


def _facts(title: str, row: dict[str, Any]) -> Table:
    table = Table("", "", title=title, title_justify="left", show_header=False)
    for name, value in row.items():
        if value is not None:
            table.add_row(name, escape(str(value)))
    return table


def _rows(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    names = [name for name in (rows[0] if rows else {}) if name not in {"account_id", "policy_version"}]
    table = Table(*(names or ["nothing yet"]), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else escape(str(value))


def _find(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> dict[str, Any]:
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
    raise ConfigurationError(Fault(f"account {account!r}", "is not known", _suggestion(cursor, account)))


def _suggestion(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> str:
    rows = cursor.execute(
        "select account_name, account_id from marts.dim_accounts"
        " order by similarity(account_name, %s) desc, account_id limit 3",
        [account],
    ).fetchall()
    nearest = "; ".join(f"{row['account_name']} ({row['account_id']})" for row in rows)
    return f"Nearest names: {nearest}" if rows else "No account is published"


def _one(cursor: psycopg.Cursor[dict[str, Any]], statement: str, parameters: list[Any]) -> dict[str, Any]:
    return cursor.execute(statement.encode(), parameters).fetchone() or {}


_SENT = b"""
with keys as (
    select destination, object_key from activation.crm_accounts where account_id = %s
    union all
    select destination, audience || '/' || member_key from activation.audience_members where account_id = %s
)
select
    changes.destination, changes.object_key, changes.operation, changes.outcome, changes.reason_code,
    changes.finished_at
from ops.sync_changes as changes
join keys using (destination, object_key)
order by changes.finished_at desc nulls last
limit 20
"""
