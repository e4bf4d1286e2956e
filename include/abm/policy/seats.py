"""How many accounts each style can hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.policy.schema import Policy
    from abm.policy.treatment import Capacity, Marketer, Seats, Style

_UNLIMITED = 1_000_000_000  # more seats than any company has accounts
_ROUNDING = 1e-9  # 5 times 1.2 is 6, whatever binary fractions say


def seats(policy: Policy) -> dict[str, int | None]:
    """Return the seats of each enabled style, highest first; None is unlimited."""
    return {name: style_seats(style, policy.portfolio.capacity) for name, style in policy.enabled_styles.items()}


def style_seats(style: Style, capacity: Capacity) -> int | None:
    """Return the smallest of what people, budget and limit allow; None where none of them is given."""
    return _least(_by_people(style.seats, capacity), seats_ceiling(style))


def seats_ceiling(style: Style) -> int | None:
    """Return what budget and limit allow, however many marketers there are; None where neither is given."""
    return _least(_by_budget(style), style.seats.limit)


def _least(*allowed: int | None) -> int | None:
    least = min((number for number in allowed if number is not None), default=None)
    return None if least is None or least > _UNLIMITED else least


def _by_people(given: Seats, capacity: Capacity) -> int | None:
    if not given.marketers:
        return None
    return sum(marketer_accounts(marketer, given, capacity) for marketer in given.marketers)


def marketer_clusters(marketer: Marketer, given: Seats, capacity: Capacity) -> int | None:
    """Return the clusters a marketer runs: their own figure, or the style's by seniority, rounded down."""
    if marketer.clusters is not None or given.clusters_per_marketer is None:
        return marketer.clusters
    return _by_seniority(given.clusters_per_marketer, marketer, capacity)


def marketer_accounts(marketer: Marketer, given: Seats, capacity: Capacity) -> int:
    """Return the accounts a marketer covers: their own figure, what their clusters hold, or the style's."""
    if marketer.accounts is not None:
        return marketer.accounts
    clusters = marketer_clusters(marketer, given, capacity)
    if clusters is not None and given.accounts_per_cluster is not None:
        return clusters * given.accounts_per_cluster
    return _by_seniority(given.accounts_per_marketer or 0, marketer, capacity)


def _by_seniority(figure: int, marketer: Marketer, capacity: Capacity) -> int:
    share: float = getattr(capacity, marketer.seniority)
    return math.floor(figure * share + _ROUNDING)


def seats_per_marketer(style: Style) -> int | None:
    """Return what one more ordinary marketer would add; None where people do not limit the style."""
    given = style.seats
    if not given.marketers:
        return None
    if given.clusters_per_marketer is not None and given.accounts_per_cluster is not None:
        return given.clusters_per_marketer * given.accounts_per_cluster
    return given.accounts_per_marketer


def _by_budget(style: Style) -> int | None:
    if style.seats.annual_budget is None:
        return None
    return int(style.seats.annual_budget // style.spend.planned) if style.spend.planned else None
