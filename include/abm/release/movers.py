"""Who moves with a release and what it proposes for the next review, by name, so that a person can decide on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.release.difference import LIVE_STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from abm.release.builds import BuildContext

TOLD = 20  # what a page of Airflow shows without scrolling for long
_MOVERS = f"""
select
    coalesce(accounts.account_name, new.account_id) as account, live_styles.effective_style as from_style,
    new.effective_style as to_style, new.reason
from candidate_marts.fct_account_styles as new
inner join {LIVE_STYLES} on live_styles.account_id = new.account_id
left join candidate_marts.dim_accounts as accounts on accounts.account_id = new.account_id
left join ops.policy_styles as from_policy
    on from_policy.policy_version = %(policy_version)s and from_policy.style = live_styles.effective_style
left join ops.policy_styles as to_policy
    on to_policy.policy_version = %(policy_version)s and to_policy.style = new.effective_style
where new.as_of_date = %(as_of)s and live_styles.effective_style <> new.effective_style
order by least(from_policy.style_rank, to_policy.style_rank), new.account_id
limit %(limit)s
"""
_PROPOSALS = """
select base_style as from_style, proposed_style as to_style, count(*) as accounts
from candidate_marts.fct_account_styles
where
    as_of_date = %(as_of)s and proposed_style <> base_style
    and (hold_reason is not null or reason_code = 'new_below_review')
group by 1, 2
order by 3 desc, 1, 2
"""


@dataclass(frozen=True)
class Mover:
    """An account whose style changes, and why."""

    account: str
    from_style: str
    to_style: str
    reason: str


@dataclass(frozen=True)
class Proposal:
    """How many accounts a review without limits would move, which this release leaves where they are."""

    from_style: str
    to_style: str
    accounts: int


@dataclass(frozen=True)
class Moves:
    """The first movers by the higher of their styles, how many there are, and what is held back."""

    movers: Sequence[Mover]
    moving: int
    proposals: Sequence[Proposal]
    is_review: bool = False

    @property
    def lines(self) -> list[str]:
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.movers:
            yield "Who moves:"
        for mover in self.movers:
            yield f"  {mover.account}: {mover.from_style} to {mover.to_style}. {mover.reason}"
        if self.moving > len(self.movers):
            yield f"  ... and {self.moving - len(self.movers)} more, see candidate_marts.fct_style_moves"
        if self.proposals:
            yield (
                "Held back by the minimum stay or the cap on moves:"
                if self.is_review
                else "Left for a review, which would move:"
            )
        for proposal in self.proposals:
            yield f"  {proposal.accounts} from {proposal.from_style} to {proposal.to_style}"


def find_moves(connection: psycopg.Connection, context: BuildContext, moving: int) -> Moves:
    """Name the first of the accounts that move, `moving` in all, and count what is held back."""
    values = {"as_of": context.as_of, "policy_version": context.policy_version, "limit": TOLD}
    movers: list[Mover] = []
    if moving:
        with connection.cursor(row_factory=class_row(Mover)) as cursor:
            movers = cursor.execute(_MOVERS.encode(), values).fetchall()
    with connection.cursor(row_factory=class_row(Proposal)) as cursor:
        return Moves(movers, moving, cursor.execute(_PROPOSALS, values).fetchall(), context.is_review)
