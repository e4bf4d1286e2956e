"""Expectations on the candidate before it may be published: figures computed in SQL, limits from the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.quality.runner import Suite
from abm.quality.severities import severity

if TYPE_CHECKING:
    from abm.policy.limits import Check, Checks


def candidate_suites(limits: Checks, *, has_release: bool) -> list[Suite]:
    """Return the suites on the candidate; drift is compared only where something is published."""
    suites = [
        Suite("candidate", _share_expectations(limits), query=_SHARES),
        Suite("candidate seats", [_seats(limits)], query=_SEATS),
        Suite("candidate audiences", [_audiences(limits)], query=_AUDIENCES),
        Suite("audience sizes", [_collapse(limits)], query=_COLLAPSE),
    ]
    return [*suites, Suite("candidate drift", _drift_expectations(limits), query=_DRIFT)] if has_release else suites


def _share_expectations(limits: Checks) -> list[Any]:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (seconds of import)

    return [
        gxe.ExpectColumnMinToBeBetween(
            column="accounts", min_value=1, severity="critical", description="The candidate has accounts"
        ),
        gxe.ExpectColumnMaxToBeBetween(
            column="accounts_without_style", max_value=0, severity="critical", description="Every account has one style"
        ),
        _at_most("unknown_band_share", limits.candidate_unknown_band, "Share of accounts whose potential is unknown"),
    ]


def _seats(limits: Checks) -> Any:
    return _at_most("accounts_above_seats", limits.candidate_seats_exceeded, "Accounts in a style above its seats")


def _audiences(limits: Checks) -> Any:
    return _at_most(
        "people_missing",
        limits.audience_below_minimum,
        "People missing at the member companies to the platform's minimum",
    )


def _collapse(limits: Checks) -> Any:
    return _at_most(
        "size_lost_share",
        limits.audience_collapse,
        "Share of an audience's people that its platform lost since it was read before",
    )


def _drift_expectations(limits: Checks) -> list[Any]:
    return [
        _at_most("accounts_lost_share", limits.candidate_account_drop, "Share of published accounts that are gone"),
        _at_most("style_changed_share", limits.candidate_style_drift, "Share of accounts whose style changes"),
    ]


def _at_most(column: str, check: Check, what: str) -> Any:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    return gxe.ExpectColumnMaxToBeBetween(
        column=column, max_value=check.limit, severity=severity(check), description=f"{what} is at most {check.limit:g}"
    )


_SHARES = """
select
    count(*) as accounts,
    count(*) filter (where styles.effective_style is null) as accounts_without_style,
    cast(coalesce(avg(case when styles.value_band = 'unknown' then 1.0 else 0.0 end), 0) as double precision)
        as unknown_band_share
from candidate_marts.dim_accounts as accounts
left join candidate_marts.fct_account_styles as styles on styles.account_id = accounts.account_id
"""

# Counted here from the accounts, so that a fault in the capacity's own figures is seen too.
_SEATS = """
select
    coalesce(max(greatest(
        counted.used - capacity.seats,
        counted.base_used - capacity.base_seats,
        counted.leased - capacity.lease_seats,
        0
    )), 0) as accounts_above_seats
from candidate_marts.fct_style_capacity as capacity
cross join lateral (
    select
        count(*) filter (where styles.effective_style = capacity.style) as used,
        count(*) filter (where styles.base_style = capacity.style) as base_used,
        count(*) filter (where styles.effective_style = capacity.style and styles.lease_trigger is not null) as leased
    from candidate_marts.fct_account_styles as styles
) as counted
"""

# A company audience reaches the people who work at its members, one of people its members; those are held against the
# platform's minimum. An audience that the policy wants and nobody is in misses all of them, but one of people is no
# fault then: where nobody's consent is recorded, nobody may be in it.
_AUDIENCES = """
select coalesce(max(greatest(settings.value_number - sizes.people, 0)), 0) as people_missing
from ops.build_context as context
join (
    select
        audiences.policy_version, audiences.destination, audiences.audience,
        coalesce(
            sum(case when position('"company' in members.identifiers) > 0 then coalesce(employees, 1) else 1 end)
                filter (where members.account_id is not null),
            0
        ) as people
    from ops.policy_audiences as audiences
    left join candidate_activation.audience_members as members
        on members.destination = audiences.destination and members.audience = audiences.audience
    left join candidate_marts.dim_accounts as accounts on accounts.account_id = members.account_id
    group by audiences.policy_version, audiences.destination, audiences.audience, audiences.holds
    having audiences.holds = 'companies' or count(members.account_id) > 0
) as sizes on sizes.policy_version = context.policy_version
join ops.policy_settings as settings
    on settings.policy_version = context.policy_version
    and settings.setting = 'audience_minimums.' || sizes.destination
"""

# As platforms told it after the last night's sending; an audience without two readings has lost nothing.
_COLLAPSE = """
select cast(coalesce(max(size_lost_share), 0) as double precision) as size_lost_share
from ops_marts.fct_audience_sizes
where is_newest
"""

_DRIFT = """
select
    cast(coalesce(avg(case when candidate.account_id is null then 1.0 else 0.0 end), 0) as double precision)
        as accounts_lost_share,
    cast(coalesce(
        avg(case when candidate.effective_style <> published.effective_style then 1.0 else 0.0 end)
            filter (where candidate.account_id is not null),
        0
    ) as double precision) as style_changed_share
from marts.fct_account_styles as published
left join candidate_marts.fct_account_styles as candidate on candidate.account_id = published.account_id
"""
