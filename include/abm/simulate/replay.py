"""Past months under the rehearsed policy: one build a month end, each on the ledgers that the one before left.

Landing keeps no history of accounts, deals and estimates, so a past month sees them as they are today; activities and
what the models date by the as-of day are those of then. The first month stands on the real ledgers of that time.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from abm.policy.versions import policy_version
from abm.release.builds import BuildContext
from abm.release.ledger import LEDGERS, Schemas, append_ledgers
from abm.simulate.building import build
from abm.simulate.outcome import read_counts
from abm.simulate.schemas import MARTS, OPS, RELEASE_ID, begin
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import psycopg

    from abm.policy.schema import Policy
    from abm.simulate.outcome import StyleCount

_HALF_MONTH = dt.timedelta(days=15)
_REWIND = (
    "delete from {} where valid_from >= %(first)s",
    "update {} set valid_to = null where valid_to >= %(first)s",
)
_MOVED = """
select count(*)
from {ledger} as ledger
inner join {ledger} as earlier on earlier.account_id = ledger.account_id and earlier.valid_to = ledger.valid_from
where ledger.valid_from = %s and earlier.effective_style <> ledger.effective_style
"""


@dataclass(frozen=True)
class Month:
    """One step of a replay."""

    as_of: dt.date
    is_review: bool
    moved: int
    styles: Mapping[str, StyleCount]


def month_ends(today: dt.date, months: int) -> Sequence[dt.date]:
    """Return the last days of the months before the day's own, oldest first."""
    ends = []
    for back in range(months, 0, -1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        ends.append(dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
    return ends


def review_days(days: Sequence[dt.date], every_days: int) -> frozenset[dt.date]:
    """Choose the days that are reviews: the first, then the one nearest to when each next review is due."""
    chosen: list[dt.date] = []
    for day in days:
        if not chosen or day + _HALF_MONTH >= chosen[-1] + dt.timedelta(days=every_days):
            chosen.append(day)
    return frozenset(chosen)


def replay(url: str, policy: Policy, today: dt.date, months: int, tell: Callable[[str], None]) -> Sequence[Month]:
    """Build month by month into the rehearsal's schemas; its ledgers then stand as they would today."""
    days = month_ends(today, months)
    reviews = review_days(days, policy.review.every_days)
    _rewind(url, days[0])
    return [_step(url, policy, day, is_review=day in reviews, tell=tell) for day in days]


def _rewind(url: str, first: dt.date) -> None:
    with connect(url) as connection:
        for ledger in LEDGERS:
            for statement in _REWIND:
                connection.execute(sql.SQL(statement).format(sql.Identifier(OPS, ledger.table)), {"first": first})


def _step(url: str, policy: Policy, day: dt.date, *, is_review: bool, tell: Callable[[str], None]) -> Month:
    tell(f"Replaying {day:%B %Y}{', a review' if is_review else ''}")
    begin(url, policy, day, is_review=is_review)
    build(url)
    with connect(url) as connection:
        context = BuildContext(RELEASE_ID, day, policy_version(policy), is_review)
        append_ledgers(connection, context, Schemas(ops=OPS, marts=MARTS))
        return Month(day, is_review, _moved(connection, day), read_counts(connection, MARTS))


def _moved(connection: psycopg.Connection, day: dt.date) -> int:
    statement = sql.SQL(_MOVED).format(ledger=sql.Identifier(OPS, "style_ledger"))
    row = connection.execute(statement, [day]).fetchone()
    return int(row[0]) if row else 0
