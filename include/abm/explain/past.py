"""Why an account had its style on a past day, from the ledgers alone, so that accounts that are gone are told too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from abm.errors import ConfigurationError, Fault
from abm.explain.accounts import find_account, require_release
from abm.explain.sections import HELD, ON_A_DAY, ask
from abm.warehouse import connect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import psycopg

    from abm.explain.sections import Section

_RELEASE = """
select release_id, as_of_date, policy_version, is_review, decided_by
from ops.releases where published_at is not null and as_of_date <= %(day)s
order by as_of_date desc, published_at desc limit 1
"""
_STYLE = f"""
select
    style.effective_style, style.base_style, style.valid_from, style.valid_to,
    coalesce(inputs.reason_code, style.reason_code) as reason_code, coalesce(inputs.reason, style.reason) as reason,
    began.release_id as began_with, began.policy_version as began_by_policy
from (select * from ops.style_ledger where account_id = %(account)s and {HELD}) as style
left join (select * from ops.input_ledger where account_id = %(account)s and {HELD}) as inputs on true
left join ops.releases as began on began.release_id = style.release_id
"""


@dataclass(frozen=True)
class Day:
    """What held for an account on a day, and the release that was live."""

    account_id: str
    day: dt.date
    style: dict[str, Any]
    release: dict[str, Any]
    sections: Sequence[Section]

    @property
    def sentence(self) -> str:
        """Answer why the account had its style on that day."""
        style, release = self.style, self.release
        lease = "" if style["base_style"] == style["effective_style"] else f", lent from {style['base_style']}"
        kind = "review" if release["is_review"] else "release"
        return (
            f"On {self.day} {self.account_id} was {style['effective_style']}{lease}, since {style['valid_from']}. "
            f"{style['reason']} Decided by policy {release['policy_version']}, {kind} {release['release_id']} "
            f"as of {release['as_of_date']}, published by {release['decided_by']}."
        )


def explain_day(url: str, account: str, day: dt.date) -> Day:
    """Tell what style an account had on a day, by which inputs, policy and reason.

    Raises ConfigurationError where the account is not known or had no style on that day.
    """
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        require_release(cursor)
        account_id = _account_id(cursor, account)
        values = {"account": account_id, "day": day}
        style = cursor.execute(_STYLE.encode(), values).fetchone()
        release = cursor.execute(_RELEASE, values).fetchone()
        if style is None or release is None:
            raise ConfigurationError(
                Fault(f"account {account_id!r}", f"had no style on {day}", _known_days(cursor, account_id))
            )
        return Day(account_id, day, style, release, ask(cursor, ON_A_DAY, values))


def _account_id(cursor: psycopg.Cursor[dict[str, Any]], account: str) -> str:
    """Take an id that the ledger knows as it is: the account may be gone today."""
    known = cursor.execute(
        "select account_id from ops.style_ledger where account_id = %s limit 1", [account.strip()]
    ).fetchone()
    account_id: str = (known or find_account(cursor, account))["account_id"]
    return account_id


def _known_days(cursor: psycopg.Cursor[dict[str, Any]], account_id: str) -> str:
    row = cursor.execute(
        "select min(valid_from) as first, max(valid_to) as last, bool_or(valid_to is null) as lasts"
        " from ops.style_ledger where account_id = %s",
        [account_id],
    ).fetchone()
    if row is None or row["first"] is None:
        return "It never had one; it is in no release yet"
    return f"Name a day from {row['first']}" + ("" if row["lasts"] else f" and before {row['last']}")
