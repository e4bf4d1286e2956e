"""The style ledger: from when to when each account had which style, appended with every release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

    from abm.release.builds import BuildContext

# A second release of one day replaces the first: its rows go and those it closed are open again, so that the ledger
# has the grain of a day and an account that goes there and back leaves no trace.
_UNDO_SAME_DAY = (
    "delete from ops.style_ledger where valid_from = %(as_of)s",
    "update ops.style_ledger set valid_to = null where valid_to = %(as_of)s",
)
_CLOSE = """
update ops.style_ledger as ledger set valid_to = %(as_of)s
where
    ledger.valid_to is null
    and not exists (
        select 1
        from marts.fct_account_styles as styles
        where
            styles.account_id = ledger.account_id
            and styles.as_of_date = %(as_of)s
            and styles.effective_style = ledger.effective_style
            and styles.base_style is not distinct from ledger.base_style
    )
"""
_OPEN = """
insert into ops.style_ledger
    (account_id, effective_style, base_style, valid_from, reason_code, reason, policy_version, release_id)
select
    styles.account_id, styles.effective_style, styles.base_style, %(as_of)s,
    styles.reason_code, styles.reason, styles.policy_version, styles.release_id
from marts.fct_account_styles as styles
where
    styles.as_of_date = %(as_of)s
    and not exists (
        select 1 from ops.style_ledger as ledger
        where ledger.account_id = styles.account_id and ledger.valid_to is null
    )
"""


@dataclass(frozen=True)
class LedgerChange:
    closed: int
    opened: int


def append_ledger(connection: psycopg.Connection, context: BuildContext) -> LedgerChange:
    """Close what no longer holds and open what does, as of the release's date; a second call changes nothing."""
    values = {"as_of": context.as_of}
    for statement in _UNDO_SAME_DAY:
        connection.execute(statement, values)
    closed = connection.execute(_CLOSE, values).rowcount
    return LedgerChange(closed, connection.execute(_OPEN, values).rowcount)
