"""The story of one account as it stands: what is known, how it scored, why it has its style, what was sent where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from abm.explain.accounts import find_account, require_release
from abm.explain.sections import NOW, ask
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from abm.explain.sections import Section


@dataclass(frozen=True)
class Story:
    """Rows of the published release and the ledgers about one account."""

    account: dict[str, Any]
    scores: dict[str, Any]
    style: dict[str, Any]
    history: Sequence[dict[str, Any]]
    sections: Sequence[Section]
    sent: Sequence[dict[str, Any]]

    @property
    def what_would_change_it(self) -> list[str]:
        """What alone would seat the account in the style it waits for; empty where it waits for none."""
        return list(_what_would_change_it(self.style))


def explain(url: str, account: str) -> Story:
    """Tell the story of the account of this id, domain or name.

    Raises ConfigurationError where no account or more than one is meant; then it lists them.
    """
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        require_release(cursor)
        found = find_account(cursor, account)
        key = [found["account_id"]]
        return Story(
            account=found,
            scores=_one(cursor, "select * from marts.fct_account_scores where account_id = %s", key),
            style=_one(cursor, "select * from marts.fct_account_styles where account_id = %s", key),
            history=cursor.execute(
                "select * from marts.fct_style_history where account_id = %s order by valid_from desc", key
            ).fetchall(),
            sections=ask(cursor, NOW, {"account": found["account_id"]}),
            sent=cursor.execute(_SENT, key * 2).fetchall(),
        )


def _what_would_change_it(style: dict[str, Any]) -> Iterator[str]:
    if not (waits_for := style.get("waitlist_style")):
        return
    yield f"Place {style['waitlist_rank']} of those who want {waits_for}. Each of these alone would seat it there:"
    if (points := style.get("waitlist_points_needed")) is not None:
        yield f"  an account score of {points}"
    if (marketers := style.get("waitlist_marketers_needed")) is not None:
        yield f"  {marketers} more marketer{'' if marketers == 1 else 's'} of {waits_for}"
    if (potential := style.get("waitlist_potential_needed")) is not None:
        yield f"  an annual potential of {potential:,.0f}"


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
