"""The assignment rules in plain Python, written from the rulebook and decision 15, to check the SQL by.

Small and slow on purpose: one account at a time, amounts as exact decimals, nothing clever.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from tests.decisions.terms import NONE, Account, Decision, Seating, Standing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from tests.decisions.terms import Case, Rules, Style


def decide(case: Case) -> dict[str, Decision]:
    return _Build(case).decisions()


def propose(case: Case) -> Seating:
    """Return what a review without limits would do."""
    return _Build(case).proposals


def value_band(rules: Rules, potential: Decimal | None) -> str:
    if potential is None:
        return "unknown"
    for style in rules.styles:
        if style.low is not None and style.low <= potential and (style.high is None or potential < style.high):
            return style.name
    return "below_bands"


def standing(account: Account, as_of: dt.date, minimum_stay_days: int) -> Standing:
    past = sorted((row for row in account.past if row.valid_from < as_of), key=lambda row: row.valid_from)
    if not past:
        return Standing("new")
    live = past[-1]
    if live.valid_to is not None and live.valid_to < as_of and (as_of - live.valid_to).days >= minimum_stay_days:
        return Standing("returning")
    if live.reason_code.startswith("excluded_") and live.base_style == NONE and account.exclusion is None:
        return Standing("returning")
    if live.reason_code == "override" and account.past_override is not None:
        override_id, style = account.past_override
        if style == live.base_style and (account.override is None or account.override.override_id != override_id):
            return Standing("returning")
    since = live.valid_from
    for earlier in reversed(past[:-1]):
        if earlier.valid_to != since or earlier.base_style != live.base_style:
            break
        since = earlier.valid_from
    was_away = live.valid_to is not None and live.valid_to < as_of
    return Standing("held", live.base_style, since, was_away)


class _Build:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.rules = case.rules
        self.standing = {
            account.account_id: standing(account, case.as_of, self.rules.minimum_stay_days) for account in case.accounts
        }
        never_built = not any(row.valid_from < case.as_of for account in case.accounts for row in account.past)
        self.is_review = case.is_review or never_built
        self.overridden = self._admit_overrides()
        self.competing = [a for a in case.accounts if a.exclusion is None and a.account_id not in self.overridden]
        self.wanted = {a.account_id: self._wanted(a) for a in self.competing}
        self.proposals = self._walk({a.account_id: self.rules.rank(self.wanted[a.account_id]) for a in self.competing})
        self.hold_reasons = self._hold_reasons()
        self.pinned = {
            a.account_id
            for a in self.competing
            if self.standing[a.account_id].name == "held"
            and (not self._wants_to_move(a) or a.account_id in self.hold_reasons)
        }
        rising = {a.account_id for a in self.competing if self._wants_to_move(a) and self._is_proposed_higher(a)}
        starts = {a.account_id: self._start(a) for a in self.competing}
        away = {a.account_id for a in self.competing if self.standing[a.account_id].was_away}
        self.base = self._walk(starts, (self.pinned | rising) - away)

    def _held_rank(self, account_id: str) -> int:
        return self.rules.rank(self.standing[account_id].held_style)

    def _wanted(self, account: Account) -> str:
        for style in self.rules.styles:
            if account.potential is None or style.low is None:
                continue
            holds = self._held_rank(account.account_id) <= style.rank
            factor = 1 - self.rules.leave_margin if holds else 1 + self.rules.enter_margin
            if account.potential >= cents(style.low * factor):
                return style.name
        return self.rules.styles[-1].name

    def _admit_overrides(self) -> dict[str, str]:
        asked = [(a.override, a.account_id) for a in self.case.accounts if a.override and a.exclusion is None]
        admitted = {account_id: NONE for override, account_id in asked if override.style == NONE}
        for style in self.rules.styles:
            of_style = sorted(
                (override.starts_on, account_id, override.kind)
                for override, account_id in asked
                if override.style == style.name
            )
            seats, manual_left = style.base_seats, style.manual_seats
            for _, account_id, kind in of_style:
                if seats == 0 or (kind == "manual_seat" and manual_left == 0):
                    continue
                admitted[account_id] = style.name
                seats = None if seats is None else seats - 1
                manual_left -= kind == "manual_seat"
        return admitted

    def _walk(self, starts: Mapping[str, int], stays: Iterable[str] = ()) -> Seating:
        """Fill the styles from the top; who finds no seat goes on to the next pool.

        Those who stay go first from the pool of the style they hold down, also with a team incomplete.
        """
        result, staying, coming = Seating(), frozenset(stays), list[Account]()
        for style in self.rules.styles:
            coming += [a for a in self.competing if starts[a.account_id] == style.rank]
            first = {a for a in coming if a.account_id in staying and self._held_rank(a.account_id) <= style.rank}
            passed = {a for a in coming if a not in first and self._is_passed_over(a, style)}
            pool = sorted((a for a in coming if a not in passed), key=lambda a: self._order(a, style))
            result.passed_over |= {(a.account_id, style.name) for a in passed}
            result.pools[style.name] = []
            seats, kept = self._seats_left(style), self._prospect_seats(style)
            for group in ([a for a in pool if a in first], [a for a in pool if a not in first]):
                seated, prospects, left_over = _seat(group, seats, kept)
                result.seated |= {a.account_id: style.name for a in seated}
                result.prospect_seats |= {a.account_id for a in prospects}
                result.pools[style.name] += [a.account_id for a in (*seated, *left_over)]
                seats = None if seats is None else seats - len(seated)
                kept = max(0, kept - sum(not a.is_customer for a in seated))
            coming = [a for a in coming if a.account_id not in result.seated]
        return result

    def _seats_left(self, style: Style) -> int | None:
        admitted = sum(name == style.name for name in self.overridden.values())
        return None if style.base_seats is None else style.base_seats - admitted

    def _prospect_seats(self, style: Style) -> int:
        return int(self.rules.prospect_share * (style.base_seats or 0)) if style.rank == 1 else 0

    def _order(self, account: Account, style: Style) -> tuple[bool, Decimal, bool, Decimal, str]:
        holds = self._held_rank(account.account_id) <= style.rank
        score = None if account.score is None else account.score + (self.rules.score_margin if holds else 0)
        return (
            score is None,
            -(score or Decimal(0)),
            account.potential is None,
            -(account.potential or Decimal(0)),
            account.account_id,
        )

    def _is_passed_over(self, account: Account, style: Style) -> bool:
        holds = self._held_rank(account.account_id) <= style.rank
        return not holds and style.name in account.teamless_for

    def _wants_to_move(self, account: Account) -> bool:
        held = self.standing[account.account_id]
        return held.name == "held" and self.proposals.seated.get(account.account_id, NONE) != held.held_style

    def _is_proposed_higher(self, account: Account) -> bool:
        proposed = self.rules.rank(self.proposals.seated.get(account.account_id))
        return proposed < self._held_rank(account.account_id)

    def _hold_reasons(self) -> dict[str, str]:
        held = [a for a in self.competing if self.standing[a.account_id].name == "held"]
        movers = [a for a in held if self._wants_to_move(a)]
        if not self.is_review:
            return {a.account_id: "held_until_review" for a in movers}
        reasons = {a.account_id: "minimum_stay" for a in movers if self._is_too_soon(a)}
        free = sorted((a for a in movers if a.account_id not in reasons), key=self._mover_order)
        cap = max(self.rules.max_moves_minimum, int(self.rules.max_moves_share * len(held)))
        return reasons | {a.account_id: "moves_capped" for a in free[cap:]}

    def _is_too_soon(self, account: Account) -> bool:
        since = self.standing[account.account_id].held_since
        return since is not None and (self.case.as_of - since).days < self.rules.minimum_stay_days

    def _mover_order(self, account: Account) -> tuple[int, bool, Decimal, str]:
        proposed = self.rules.rank(self.proposals.seated.get(account.account_id))
        higher = min(self._held_rank(account.account_id), proposed)
        return higher, account.score is None, -(account.score or Decimal(0)), account.account_id

    def _start(self, account: Account) -> int:
        if account.account_id in self.pinned:
            return self._held_rank(account.account_id)
        wanted = self.rules.rank(self.wanted[account.account_id])
        if self.standing[account.account_id].name == "held":
            return wanted
        proposed = self.rules.rank(self.proposals.seated.get(account.account_id, NONE))
        if self.standing[account.account_id].name == "new" and not self.is_review:
            return max(proposed, self.rules.rank(self.rules.new_up_to))
        return proposed

    def decisions(self) -> dict[str, Decision]:
        return {account.account_id: self._decision(account) for account in self.case.accounts}

    def _decision(self, account: Account) -> Decision:
        name, band = account.account_id, value_band(self.rules, account.potential)
        if account.exclusion is not None:
            return Decision(band, self._wanted(account), None, NONE, f"excluded_{account.exclusion}")
        if name in self.overridden:
            return Decision(band, self._wanted(account), None, self.overridden[name], "override")
        base = self.base.seated.get(name, NONE)
        waits_for = self._waits_for(name, base)
        place = None if waits_for is None else self.proposals.pools[waits_for].index(name) + 1
        proposed = self.proposals.seated.get(name, NONE)
        return Decision(
            band, self.wanted[name], proposed, base, self._reason(account, base, band, waits_for), waits_for, place
        )

    def _waits_for(self, name: str, base: str) -> str | None:
        for style in self.rules.styles:
            in_vain = name in self.proposals.pools[style.name] and self.proposals.seated.get(name) != style.name
            if style.is_enabled and in_vain and style.rank < self.rules.rank(base):
                return style.name
        return None

    def _reason(self, account: Account, base: str, band: str, waits_for: str | None) -> str:
        name, rules = account.account_id, self.rules
        stood, wanted = self.standing[name], self.wanted[name]
        proposed_rank = rules.rank(self.proposals.seated.get(name))
        passed = any(
            style.is_enabled and style.rank < rules.rank(base) and (name, style.name) in self.proposals.passed_over
            for style in rules.styles
        )
        codes = (
            ("override_waits", account.override is not None),
            (self.hold_reasons.get(name, ""), name in self.hold_reasons and base == stood.held_style),
            ("seat_withdrawn", name in self.pinned and base != stood.held_style),
            ("waitlisted", waits_for is not None),
            ("team_incomplete", passed),
            ("style_disabled", not next(style for style in rules.styles if style.name == wanted).is_enabled),
            ("potential_unknown", band == "unknown"),
            ("below_bands", band == "below_bands"),
            ("no_style_open", base == NONE),
            ("new_below_review", stood.name == "new" and not self.is_review and proposed_rank < rules.rank(base)),
        )
        return next((code for code, holds in codes if holds), "band_and_seat")


def _seat(
    group: list[Account], seats: int | None, prospect_seats: int
) -> tuple[list[Account], list[Account], list[Account]]:
    """Return, of a pool in its order, who gets a seat, those of them on seats kept for prospects, and who gets none."""
    if seats is None:
        return group, [], []
    prospects = [a for a in group if not a.is_customer][: min(prospect_seats, seats)]
    ordered = prospects + [a for a in group if a not in prospects]
    return ordered[:seats], prospects, ordered[seats:]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
