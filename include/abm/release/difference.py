"""What publishing the candidate would change, counted: who joins, leaves and moves between styles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.errors import HeldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from abm.release.builds import BuildContext

_MOVEMENTS = """
select old.effective_style as from_style, new.effective_style as to_style, count(*) as accounts
from (select account_id, effective_style from {published}) as old
full join (
    select account_id, effective_style from candidate_marts.fct_account_styles where as_of_date = %(as_of)s
) as new using (account_id)
group by 1, 2
order by 3 desc, 1, 2
"""
LIVE_STYLES = """(
    select styles.account_id, styles.effective_style
    from marts.fct_account_styles as styles
    inner join ops.releases as live on live.status = 'published' and live.as_of_date = styles.as_of_date
) as live_styles"""
_NOTHING = "(select null::text as account_id, null::text as effective_style where false) as nothing"


@dataclass(frozen=True)
class Movement:
    """How many accounts go from one style to another; no style stands for accounts that join or leave."""

    from_style: str | None
    to_style: str | None
    accounts: int


@dataclass(frozen=True)
class Difference:
    """The candidate beside the live release, in accounts."""

    release_id: str
    is_first: bool
    accounts: int
    accounts_before: int
    accounts_joined: int
    accounts_lost: int
    accounts_changed: int
    movements: Sequence[Movement] = field(default=())

    @property
    def accounts_kept(self) -> int:
        return self.accounts_before - self.accounts_lost

    @property
    def is_empty(self) -> bool:
        return self.accounts == 0

    @property
    def changed_share(self) -> float:
        """Share of the accounts known before and after whose style changes."""
        return self.accounts_changed / self.accounts_kept if self.accounts_kept else 0.0

    @property
    def lost_share(self) -> float:
        return self.accounts_lost / self.accounts_before if self.accounts_before else 0.0


def count_changes(connection: psycopg.Connection, context: BuildContext) -> Difference:
    is_first = connection.execute("select 1 from ops.releases where status = 'published'").fetchone() is None
    statement = _MOVEMENTS.format(published=_NOTHING if is_first else LIVE_STYLES)
    with connection.cursor(row_factory=class_row(Movement)) as cursor:
        rows = cursor.execute(statement, {"as_of": context.as_of}).fetchall()

    return Difference(
        release_id=context.release_id,
        is_first=is_first,
        accounts=sum(row.accounts for row in rows if row.to_style is not None),
        accounts_before=sum(row.accounts for row in rows if row.from_style is not None),
        accounts_joined=sum(row.accounts for row in rows if row.from_style is None),
        accounts_lost=sum(row.accounts for row in rows if row.to_style is None),
        accounts_changed=sum(
            row.accounts for row in rows if row.from_style and row.to_style and row.from_style != row.to_style
        ),
        movements=tuple(row for row in rows if row.from_style != row.to_style),
    )


def require_candidate(connection: psycopg.Connection, context: BuildContext) -> None:
    """Raise HeldError unless the candidate tables were built for this very release."""
    if connection.execute("select to_regclass('candidate_marts.fct_account_styles')").fetchone() == (None,):
        raise HeldError(f"Release {context.release_id!r} has no candidate tables. Run the model step, then try again.")
    foreign = connection.execute(
        "select release_id from candidate_marts.fct_account_styles where release_id is distinct from %s limit 1",
        [context.release_id],
    ).fetchone()
    if foreign is not None:
        raise HeldError(
            f"The candidate was built for release {foreign[0]!r}, not {context.release_id!r}. "
            "Run the model step again, then publish."
        )
