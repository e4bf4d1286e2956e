"""Leases of one night in plain Python, from docs/leases-and-waves.md and decisions 15 and 18, to check the SQL by.

What qualifies an account is an input here; who may be leased, by which rule, on whose seat and until when is decided.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.decisions.terms import NO_RANK
from tests.decisions.worlds import rules_of

from abm.policy.styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abm.policy.decisions import Programme
    from abm.policy.schema import Policy

RUNS, RENEWED, PROGRAMME, QUALIFIED = 1, 2, 3, 4  # in this order seats are given


@dataclass(frozen=True)
class Lease:
    account_id: str
    style: str
    trigger: str
    starts_on: dt.date
    ends_on: dt.date
    renewals: int = 0

    @property
    def is_programme(self) -> bool:
        return self.trigger.startswith("programme:")


@dataclass(frozen=True)
class Qualification:
    account_id: str
    rule: str
    priority: int
    is_met: bool
    is_rejected: bool


@dataclass(frozen=True)
class Night:
    """What a night knows: the accounts as they are, who qualifies, and the leases of the night before."""

    as_of: dt.date
    policy: Policy
    accounts: Mapping[str, Mapping[str, Any]]
    qualifications: Sequence[Qualification]
    before: Sequence[Lease]


@dataclass(frozen=True)
class _Asking:
    lease: Lease
    queue: int
    priority: int = 0


def decide_leases(night: Night) -> list[Lease]:
    """Return the leases that run tonight."""
    continuing = [asking for lease in night.before if (asking := _continued(night, lease))]
    have = {asking.lease.account_id for asking in continuing}
    new = [asking for asking in _requests(night) if asking.lease.account_id not in have]
    may = [asking for asking in (*continuing, *new) if _is_below(night, asking.lease)]
    may.sort(key=lambda asking: _order(night, asking))
    return _seated(night, _within_programmes(night, may))


def _rank(style: str) -> int:
    return STYLES.index(style) + 1 if style in STYLES else NO_RANK


def _is_below(night: Night, lease: Lease) -> bool:
    """Whether the account is there, nothing stands before a lease, and its base style is below the lease's."""
    account = night.accounts.get(lease.account_id)
    if account is None or account.get("exclusion") or account.get("is_override_admitted"):
        return False
    return _rank(lease.style) < _rank(account["base_style"])


def _continued(night: Night, lease: Lease) -> _Asking | None:
    if lease.is_programme:
        ends = {f"programme:{programme.name}": programme.ends_on for programme in night.policy.programmes}
        ends_on = ends.get(lease.trigger)
        goes_on = ends_on is not None and ends_on > night.as_of
        return _Asking(replace(lease, ends_on=ends_on), RUNS) if goes_on else None
    told = [each for each in night.qualifications if each.account_id == lease.account_id]
    if any(each.is_rejected for each in told):
        return None
    if lease.ends_on > night.as_of:
        return _Asking(lease, RUNS)
    until = lease.ends_on + dt.timedelta(days=night.policy.leases.days)
    may_renew = lease.renewals < night.policy.leases.max_renewals and until > night.as_of
    if may_renew and any(each.is_met for each in told):
        return _Asking(replace(lease, ends_on=until, renewals=lease.renewals + 1), RENEWED)
    return None


def _requests(night: Night) -> Iterable[_Asking]:
    for account_id, account in night.accounts.items():
        for priority, programme in enumerate(night.policy.programmes, start=1):
            if programme.starts_on <= night.as_of < programme.ends_on and _belongs(account, programme):
                lease = Lease(account_id, "one_to_few", f"programme:{programme.name}", night.as_of, programme.ends_on)
                yield _Asking(lease, PROGRAMME, priority)
                break
    # A qualification gives one lease: who had one the night before has to fire again first.
    served = {lease.account_id for lease in night.before if not lease.is_programme}
    firing = [each for each in night.qualifications if each.is_met and not each.is_rejected]
    for account_id in sorted({each.account_id for each in firing} - served):
        best = min((each.priority, each.rule) for each in firing if each.account_id == account_id)
        style = night.policy.leases.targets.get(night.accounts.get(account_id, {}).get("base_style"))
        if style is not None:
            ends_on = night.as_of + dt.timedelta(days=night.policy.leases.days)
            yield _Asking(Lease(account_id, style, best[1], night.as_of, ends_on), QUALIFIED, best[0])


def _belongs(account: Mapping[str, Any], programme: Programme) -> bool:
    """All rules hold; several rules on one text are alternatives, as their values are."""
    texts: dict[str, set[str]] = {}
    for rule in programme.rules:
        given = account.get(rule.attribute)
        if rule.values is not None:
            texts.setdefault(rule.attribute, set()).update(value.lower() for value in rule.values)
        elif given is None or given < (rule.from_ or 0) or (rule.below is not None and given >= rule.below):
            return False
    return all((account.get(name) or "").lower() in values for name, values in texts.items())


def _order(night: Night, asking: _Asking) -> tuple[Any, ...]:
    score = night.accounts[asking.lease.account_id].get("account_score") if asking.queue >= PROGRAMME else None
    lease = asking.lease
    return (asking.queue, lease.starts_on, asking.priority, score is None, -(score or 0), lease.account_id)


def _within_programmes(night: Night, asking: Sequence[_Asking]) -> list[_Asking]:
    left = {f"programme:{programme.name}": programme.seats for programme in night.policy.programmes}
    kept = []
    for each in asking:
        if each.lease.trigger in left:
            left[each.lease.trigger] -= 1
            if left[each.lease.trigger] < 0:
                continue
        kept.append(each)
    return kept


def _seated(night: Night, asking: Sequence[_Asking]) -> list[Lease]:
    seats = {name: _reserve(night.policy, name) for name in STYLES}
    seated: dict[str, Lease] = {}
    for each in asking:
        lease = each.lease
        if lease.account_id not in seated and seats[lease.style] > 0:
            seats[lease.style] -= 1
            seated[lease.account_id] = lease
    return list(seated.values())


def _reserve(policy: Policy, name: str) -> int:
    return next(style.lease_seats for style in rules_of(policy).styles if style.name == name)
