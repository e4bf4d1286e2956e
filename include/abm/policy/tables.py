"""The policy as rows of `ops.policy_*`, so that SQL reads it like any other source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from abm.policy.decision_tables import DECISION_TABLES, matches
from abm.policy.seats import seats_ceiling, seats_per_marketer, style_seats
from abm.policy.styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abm.policy.decision_tables import Row
    from abm.policy.schema import Policy

SETTING_PARTS = (
    "portfolio", "revenue_potential", "influence", "engagement", "cltv", "backtest", "consent", "suppression", "guards",
    "checks",
    "audience_minimums", "audience_forecast", "audience_lists", "audience_membership", "ownership", "review",
    "overrides", "mqa", "leases", "rotation", "micro_segments", "contact_pressure", "pilot", "marketing_budget",
)  # fmt: skip


def settings(policy: Policy) -> Iterator[Row]:
    """Yield each scalar under its dotted name: `currency`, `engagement.window_days`, `checks.minimum_rows`."""
    top = {name: getattr(policy, name) for name in ("currency", "scale_factor", "reasons_shown")}
    for name, value in _scalars(top | {part: getattr(policy, part) for part in SETTING_PARTS}):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        yield {
            "setting": name,
            "value_text": value if isinstance(value, str) else None,
            "value_number": value if is_number else None,
            "value_boolean": value if isinstance(value, bool) else None,
        }


def _scalars(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, BaseModel):
        part = {name: getattr(part, name) for name in type(part).model_fields}
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _scalars(value, f"{path}.{name}" if path else name)
    elif not isinstance(part, list) and part is not None:
        yield path, part


def styles(policy: Policy) -> Iterator[Row]:
    for rank, name in enumerate(STYLES, start=1):
        style = policy.styles[name]
        yield {
            "style": name,
            "style_rank": rank,
            "label": style.label,
            "is_enabled": style.enabled,
            "potential_from": style.potential_from,
            "potential_below": style.potential_below,
            "seats": style_seats(style, policy.portfolio.capacity),
            "seats_per_marketer": seats_per_marketer(style),
            "seats_ceiling": seats_ceiling(style),
            "lease_reserve": style.seats.lease_reserve,
            "manual_seats": style.seats.manual_seats,
            "lease_style": policy.leases.targets.get(name),
            "needs_team": style.needs_team,
            "needs_sales_sign_off": "sales" in style.sign_off,
            "needs_marketing_sign_off": "marketing" in style.sign_off,
            "spend_low": style.spend.low,
            "spend_high": style.spend.high,
            "planned_spend": style.spend.planned,
            "audience_enabled": style.enabled and style.audience,
        }


def factors(policy: Policy) -> Iterator[Row]:
    for factor, weight in policy.factors.model_dump().items():
        yield {"factor": factor, "weight": weight}


def activities(policy: Policy) -> Iterator[Row]:
    for name, activity in policy.activities.items():
        yield {"activity_type": name, **activity.model_dump()}


def seniorities(policy: Policy) -> Iterator[Row]:
    for seniority, multiplier in policy.seniorities.model_dump().items():
        yield {"seniority": seniority, "multiplier": multiplier}


def profiles(policy: Policy) -> Iterator[Row]:
    """Yield one row a text value or number range; texts in lower case, underscores as spaces."""
    for profile in policy.profiles:
        for rule in profile.rules:
            for match in matches(rule):
                yield {"profile": profile.name, "attribute": rule.attribute, **match, "points": rule.points}


def currencies(policy: Policy) -> Iterator[Row]:
    for code, rate in ({**policy.rates, policy.currency: 1.0}).items():
        yield {"currency_code": code, "rate": rate}


def audiences(policy: Policy) -> Iterator[Row]:
    """Yield the audiences of the styles that have theirs switched on."""
    for destination, names in policy.audiences.items():
        for style, audience in names.items():
            if audience and policy.styles[style].enabled and policy.styles[style].audience:
                yield {
                    "destination": destination,
                    "style": style,
                    "audience": audience,
                    "holds": policy.audience_holds.get(destination, "companies"),
                }


def fields(policy: Policy) -> Iterator[Row]:
    for destination, names in policy.fields.items():
        for field, platform_field in names.items():
            if platform_field:
                yield {"destination": destination, "field": field, "platform_field": platform_field}


def suppressed_domains(policy: Policy) -> Iterator[Row]:
    """Yield each domain once; of several lists it stands in, the first one's reason."""
    seen: set[str] = set()
    for reason in ("own", "competitor", "suppressed"):
        for domain in getattr(policy.suppression, f"{reason}_domains"):
            if domain not in seen:
                seen.add(domain)
                yield {"domain": domain, "reason": reason}


def suppressed_accounts(policy: Policy) -> Iterator[Row]:
    for account_id in dict.fromkeys(policy.suppression.suppressed_accounts):
        yield {"account_id": account_id}


def consent_bases(policy: Policy) -> Iterator[Row]:
    """Yield the bases that are enough to name a person to each advertising platform."""
    for destination in policy.audiences:
        for basis in dict.fromkeys(policy.consent.advertising_bases(destination)):
            yield {"destination": destination, "basis": basis}


def signal_countries(policy: Policy) -> Iterator[Row]:
    for country in dict.fromkeys(policy.consent.signal_countries):
        yield {"country": country}


TABLES: dict[str, Callable[[Policy], Iterator[Row]]] = {
    "policy_settings": settings,
    "policy_styles": styles,
    "policy_factors": factors,
    "policy_activities": activities,
    "policy_seniorities": seniorities,
    "policy_profiles": profiles,
    "policy_currencies": currencies,
    "policy_audiences": audiences,
    "policy_fields": fields,
    "policy_suppressed_domains": suppressed_domains,
    "policy_suppressed_accounts": suppressed_accounts,
    "policy_consent_bases": consent_bases,
    "policy_signal_countries": signal_countries,
    **DECISION_TABLES,
}
