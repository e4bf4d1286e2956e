"""How many accounts each style can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.policy.schema import Marketer, Policy, Seats, Style

_UNLIMITED = 1_000_000_000  # more seats than any company has accounts


def seats(policy: Policy) -> dict[str, int | None]:
    """Return the seats of each enabled style, highest first; None is unlimited."""
    return {name: style_seats(style) for name, style in policy.enabled_styles.items()}


def style_seats(style: Style) -> int | None:
    """Return the smallest of what people, budget and limit allow; None where none of them is given."""
    allowed = (_by_people(style.seats), _by_budget(style), style.seats.limit)
    least = min((number for number in allowed if number is not None), default=None)
    return None if least is None or least > _UNLIMITED else least


def _by_people(given: Seats) -> int | None:
    if not given.marketers:
        return None
    return sum(_accounts_of(marketer, given) for marketer in given.marketers)


def _accounts_of(marketer: Marketer, given: Seats) -> int:
    if marketer.accounts is not None:
        return marketer.accounts
    clusters = marketer.clusters if marketer.clusters is not None else given.clusters_per_marketer
    if clusters is not None and given.accounts_per_cluster is not None:
        return clusters * given.accounts_per_cluster
    return given.accounts_per_marketer or 0


def _by_budget(style: Style) -> int | None:
    if style.seats.annual_budget is None:
        return None
    return int(style.seats.annual_budget // style.spend.planned) if style.spend.planned else None
