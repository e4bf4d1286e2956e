"""The words of decision 15 as types: what a decision is made about, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

NONE = "none"
NO_RANK = 99  # below every style


@dataclass(frozen=True)
class Style:
    name: str
    rank: int
    is_enabled: bool
    low: Decimal | None  # edges of the band, scaled
    high: Decimal | None
    seats: int | None
    lease_reserve: int = 0
    manual_seats: int = 0
    lease_style: str | None = None

    @property
    def base_seats(self) -> int | None:
        if not self.is_enabled:
            return 0
        return None if self.seats is None else max(0, self.seats - self.lease_reserve)

    @property
    def lease_seats(self) -> int:
        if not self.is_enabled:
            return 0
        return self.lease_reserve if self.seats is None else min(self.lease_reserve, self.seats)


@dataclass(frozen=True)
class Rules:
    styles: tuple[Style, ...]  # highest first
    enter_margin: Decimal
    leave_margin: Decimal
    score_margin: Decimal
    minimum_stay_days: int
    max_moves_share: Decimal
    max_moves_minimum: int
    prospect_share: Decimal
    new_up_to: str

    def rank(self, name: str | None) -> int:
        return next((style.rank for style in self.styles if style.name == name), NO_RANK)


@dataclass(frozen=True)
class Override:
    override_id: str
    style: str
    kind: str
    starts_on: dt.date


@dataclass(frozen=True)
class Past:
    """One row of the style ledger."""

    base_style: str
    valid_from: dt.date
    valid_to: dt.date | None
    reason_code: str


@dataclass(frozen=True)
class Account:
    account_id: str
    potential: Decimal | None = None
    score: Decimal | None = None
    is_customer: bool = False
    exclusion: str | None = None
    override: Override | None = None
    past: tuple[Past, ...] = ()
    past_override: tuple[str, str] | None = None  # id and style of the override that was in force before
    teamless_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """What one build decides about."""

    as_of: dt.date
    is_review: bool  # as the build was started
    rules: Rules
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class Standing:
    """Where an account comes from: `held`, `returning` or `new`."""

    name: str
    held_style: str | None = None
    held_since: dt.date | None = None
    was_away: bool = False


@dataclass
class Seating:
    """Who sat where after one walk down the styles."""

    seated: dict[str, str] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)  # style: account ids in their order
    passed_over: set[tuple[str, str]] = field(default_factory=set)
    prospect_seats: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Decision:
    value_band: str
    wanted_style: str
    proposed_style: str | None
    base_style: str
    reason_code: str
    waits_for: str | None = None
    wait_place: int | None = None
