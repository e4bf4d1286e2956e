"""Small random worlds, boundaries included: a policy and accounts, for the reference and as rows for the SQL."""

from __future__ import annotations

import copy
import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.decisions.reference import cents
from tests.decisions.terms import NONE, Account, Case, Override, Past, Rules, Style

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.seats import style_seats
from abm.policy.styles import STYLES
from abm.policy.tables import TABLES
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from tests.decisions.decider import Row, World

INPUTS = (
    "int_accounts",
    "int_account_potential",
    "int_account_scores",
    "int_account_revenue",
    "int_team_gates",
    "int_style_overrides",
    "int_style_leases",
)
VERSION = "policy"
AS_OF = dt.date(2026, 3, 2)
STAY = 90
_DEFAULT = policy_document(load_policy(None))
_EXCLUSIONS = ("own", "competitor", "suppressed")
_HELD_REASONS = ("band_and_seat", "waitlisted", "held_until_review", "potential_unknown")


def policy_rows(policy: Policy, as_of: dt.date, *, is_review: bool = False) -> World:
    """Return the rows that a build of this policy and day has in `ops`."""
    context = {
        "only_row": True,
        "release_id": "today",
        "as_of_date": as_of,
        "policy_version": VERSION,
        "started_at": "2026-01-01T00:00:00Z",
        "is_review": is_review,
    }
    rows = {
        f"ops.{table}": [{"policy_version": VERSION, **row} for row in make_rows(policy)]
        for table, make_rows in TABLES.items()
    }
    return {"ops.build_context": [context], **rows}


def random_policy(rng: random.Random, accounts: int) -> Policy:
    document = copy.deepcopy(_DEFAULT)
    document["scale_factor"] = rng.choice([1.0, 1.0, 0.1, 0.37])
    document["portfolio"]["prospect_seat_share"] = rng.choice([0.0, 0.2, 0.29, 0.5, 1.0])
    document["review"] |= {
        "enter_margin": rng.choice([0.0, 0.05, 0.333]),
        "leave_margin": rng.choice([0.0, 0.1, 0.07]),
        "score_margin": rng.choice([0.0, 5.0, 2.5]),
        "minimum_stay_days": rng.choice([0, STAY]),
        "max_moves_share": rng.choice([0.0, 0.07, 0.2, 1.0]),
        "max_moves_minimum": rng.choice([0, 1, 3]),
        "new_accounts_up_to": rng.choice(STYLES),
    }
    for name in STYLES:
        document["styles"][name] |= {
            "enabled": rng.random() < 0.87,
            "seats": _seats(rng, accounts),
        }
    if rng.random() < 0.2:
        document["styles"]["one_to_many"]["potential_from"] = 40_000.0
    return Policy.model_validate(document)


def _seats(rng: random.Random, accounts: int) -> dict[str, Any]:
    reserve = {"lease_reserve": rng.choice([0, 0, 1, 2]), "manual_seats": rng.choice([0, 1, 2])}
    if rng.random() < 0.2:
        return reserve
    if rng.random() < 0.3:
        return {"marketers": _count(rng.choice([1, 2])), "accounts_per_marketer": rng.choice([1, 3]), **reserve}
    return {"limit": rng.choice([0, 1, 2, 3, max(1, accounts // 4), accounts // 2, accounts]), **reserve}


def _count(marketers: int) -> list[dict[str, Any]]:
    return [{"name": f"marketer {number}"} for number in range(marketers)]


def rules_of(policy: Policy) -> Rules:
    review = policy.review
    return Rules(
        styles=tuple(_style(policy, name, rank) for rank, name in enumerate(STYLES, start=1)),
        enter_margin=Decimal(str(review.enter_margin)),
        leave_margin=Decimal(str(review.leave_margin)),
        score_margin=Decimal(str(review.score_margin)),
        minimum_stay_days=review.minimum_stay_days,
        max_moves_share=Decimal(str(review.max_moves_share)),
        max_moves_minimum=review.max_moves_minimum,
        prospect_share=Decimal(str(policy.portfolio.prospect_seat_share)),
        new_up_to=review.new_accounts_up_to,
    )


def _style(policy: Policy, name: str, rank: int) -> Style:
    style = policy.styles[name]
    scale = Decimal(str(policy.scale_factor))
    low, high = (
        None if edge is None else cents(Decimal(str(edge)) * scale)
        for edge in (style.potential_from, style.potential_below)
    )
    return Style(
        name=name,
        rank=rank,
        is_enabled=style.enabled,
        low=low,
        high=high,
        seats=style_seats(style, policy.portfolio.capacity),
        lease_reserve=style.seats.lease_reserve,
        manual_seats=style.seats.manual_seats,
        lease_style=policy.leases.targets.get(name),
    )


@dataclass(frozen=True)
class RandomWorld:
    """A case with the policy it is decided by."""

    seed: int
    policy: Policy
    case: Case


def random_world(seed: int, accounts: int = 40) -> RandomWorld:
    """Return the same world for the same seed."""
    rng = random.Random(seed)  # noqa: S311 (worlds want to be reproducible)
    count = rng.choice([0, 1, 3, accounts // 3, accounts, accounts])
    policy = random_policy(rng, count)
    rules = rules_of(policy)
    is_first = rng.random() < 0.1
    made = tuple(_account(rng, f"{number:02d}.example", rules, is_first=is_first) for number in range(count))
    case = Case(AS_OF, is_review=rng.random() < 0.6, rules=rules, accounts=made)
    return RandomWorld(seed, policy, case)


def _account(rng: random.Random, account_id: str, rules: Rules, *, is_first: bool) -> Account:
    chance = rng.random
    override = _override(rng, account_id) if chance() < 0.15 else None
    past = () if is_first or chance() < 0.2 else _past(rng)
    past_override = None
    if past and chance() < 0.3:
        same = override is not None and chance() < 0.4
        past_override = (override.override_id if same and override else f"old {account_id}", rng.choice(STYLES))
    return Account(
        account_id=account_id,
        potential=random_potential(rng, rules),
        score=random_score(rng),
        is_customer=chance() < 0.5,
        exclusion=rng.choice(_EXCLUSIONS) if chance() < 0.07 else None,
        override=override,
        past=past,
        past_override=past_override,
        teamless_for=frozenset(style.name for style in rules.styles if chance() < 0.15),
    )


def _override(rng: random.Random, account_id: str) -> Override:
    return Override(
        override_id=f"override {account_id}",
        style=rng.choice([*STYLES, *STYLES, NONE]),
        kind=rng.choice(["until", "manual_seat", "for_good"]),
        starts_on=AS_OF - dt.timedelta(days=rng.choice([0, 1, 30])),
    )


def _past(rng: random.Random) -> tuple[Past, ...]:
    """One to four rows of the style ledger, oldest first, on and around the days that matter."""
    ends: dt.date | None = rng.choice(
        [None, None, None, None, AS_OF, *(AS_OF - dt.timedelta(days=days) for days in (1, 20, STAY - 1, STAY))]
    )
    rows: list[Past] = []
    until = min(ends or AS_OF, AS_OF)
    for _ in range(rng.choice([1, 1, 2, 3])):
        since = until - dt.timedelta(days=rng.choice([1, 30, 60, STAY - 1, STAY, STAY + 1, 200]))
        base, reason = _past_style(rng)
        rows.insert(0, Past(base, since, ends, reason))
        ends = until = since - dt.timedelta(days=rng.choice([0, 0, 0, 5]))
    if rows[-1].valid_to == AS_OF:  # an earlier release of the same day, which this build replaces
        base, reason = _past_style(rng)
        rows.append(Past(base, AS_OF, None, reason))
    return tuple(rows)


def _past_style(rng: random.Random) -> tuple[str, str]:
    draw = rng.random()
    if draw < 0.1:
        return NONE, rng.choice(["excluded_own", "excluded_competitor", "no_style_open", "override"])
    return rng.choice(STYLES), "override" if draw < 0.25 else rng.choice(_HELD_REASONS)


def random_potential(rng: random.Random, rules: Rules) -> Decimal | None:
    """A potential at a moved edge, a cent off it, unknown, or anywhere."""
    if rng.random() < 0.12:
        return None
    edges = [style.low for style in rules.styles if style.low is not None]
    factor = rng.choice([Decimal(1), 1 - rules.leave_margin, 1 + rules.enter_margin, Decimal(2)])
    edge = cents(rng.choice(edges) * factor)
    if rng.random() < 0.3:
        return cents(edge * Decimal(rng.randint(1, 3000)) / 1000)
    return max(Decimal(0), edge + rng.choice([Decimal(0), Decimal("0.01"), Decimal("-0.01")]))


def random_score(rng: random.Random) -> Decimal | None:
    if rng.random() < 0.1:
        return None
    few = ["50.00", "55.00", "55.01", "52.50", "0.00", "100.00", "95.05"]
    return Decimal(rng.choice([*few, f"{rng.randint(0, 10000) / 100:.2f}", f"{rng.randint(0, 10000) / 100:.2f}"]))


def world_rows(world: RandomWorld) -> World:
    """Return a world as rows of what the models of the decision read, in the order of its accounts."""
    return policy_rows(world.policy, world.case.as_of, is_review=world.case.is_review) | case_rows(world.case)


def case_rows(case: Case) -> World:
    accounts = case.accounts
    suppressed = [(a.account_id, a.exclusion) for a in accounts if a.exclusion]
    return {
        "int_accounts": [{"account_id": a.account_id, "domain": a.account_id} for a in accounts],
        "int_account_potential": [{"account_id": a.account_id, "annual_potential": a.potential} for a in accounts],
        "int_account_scores": [{"account_id": a.account_id, "account_score": a.score} for a in accounts],
        "int_account_revenue": [{"account_id": a.account_id, "won_deals": 2} for a in accounts if a.is_customer],
        "int_team_gates": [
            {"account_id": a.account_id} | {f"has_team_for_{style}": style not in a.teamless_for for style in STYLES}
            for a in accounts
        ],
        "int_style_overrides": [_override_row(a) for a in accounts if a.override],
        "ops.policy_suppressed_domains": [
            {"policy_version": VERSION, "domain": domain, "reason": reason} for domain, reason in suppressed
        ],
        "ops.style_ledger": [_ledger_row(a, past) for a in accounts for past in a.past],
        "ops.override_ledger": [_override_ledger_row(a, *a.past_override) for a in accounts if a.past_override],
    }


def _override_row(account: Account) -> Row:
    override = account.override
    assert override is not None
    return {
        "override_id": override.override_id,
        "account_id": account.account_id,
        "style": override.style,
        "kind": override.kind,
        "author": "a person",
        "reason": "a reason",
        "origin": "file",
        "starts_on": override.starts_on,
        "ends_on": None,
    }


def _ledger_row(account: Account, past: Past) -> Row:
    return {
        "account_id": account.account_id,
        "effective_style": past.base_style,
        "base_style": past.base_style,
        "valid_from": past.valid_from,
        "valid_to": past.valid_to,
        "reason_code": past.reason_code,
        "reason": "a reason",
        "policy_version": VERSION,
        "release_id": "earlier",
    }


def _override_ledger_row(account: Account, override_id: str, style: str) -> Row:
    return {
        "override_id": override_id,
        "valid_from": AS_OF - dt.timedelta(days=30),
        "valid_to": None,
        "account_id": account.account_id,
        "style": style,
        "kind": "until",
        "origin": "file",
        "starts_on": AS_OF - dt.timedelta(days=30),
        "release_id": "earlier",
    }
