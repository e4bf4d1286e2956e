"""The policy's shape for what changes over time: reviews, overrides, leases, programmes, waves, experiments, pilot."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from abm.policy.parts import Amount, Count, Domains, Identifier, Name, Part, Positive, Share
from abm.policy.styles import StyleName

Days = Annotated[int, Field(ge=1, le=3650)]


def _as_day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a date; write it as 2026-03-31") from None


Day = Annotated[dt.date, BeforeValidator(_as_day, json_schema_input_type=str)]


class Review(Part):
    """When base styles may move, and how far."""

    every_days: Days = Field(description="Days after which a review is overdue (a quarter at most)")
    enter_margin: Share = Field(description="Share above a band's edge that it takes to enter it")
    leave_margin: Share = Field(description="Share below a band's edge that it takes to leave it")
    score_margin: Annotated[float, Field(ge=0, le=100)] = Field(description="Points a challenger needs more")
    minimum_stay_days: Annotated[int, Field(ge=0, le=3650)] = Field(description="Days a base style is kept at least")
    max_moves_share: Share = Field(description="Share of accounts that one review may move")
    max_moves_minimum: Count = Field(description="Moves a review may make, however few accounts there are")
    new_accounts_up_to: StyleName = Field(description="Highest style that a new account enters between reviews")


class Overrides(Part):
    """What a person's word is worth."""

    crm_edit_days: Days = Field(description="Days for which a style edited by hand in the CRM is kept")


class Threshold(Part):
    """Depth and breadth that qualify an account of a style and size."""

    employees_from: Amount = Field(default=0, description="Employees from which it applies (inclusive)")
    employees_below: Amount | None = Field(default=None, description="Employees below which it applies (exclusive)")
    minutes: Positive = Field(description="Weighted minutes in the window: depth")
    people: Annotated[int, Field(ge=1, le=10_000)] = Field(description="Active people in the window: breadth")


class Trigger(Part):
    """Something that qualifies an account at once."""

    name: Identifier = Field(description="The trigger's stable name")
    label: Name = Field(description="What reasons call it")
    activity: Identifier = Field(description="Kind of activity")
    activities: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="How many of them")
    people: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=0, description="By how many people; 0: anonymous ones do"
    )
    window_days: Days = Field(description="Within how many days")


class Mqa(Part):
    """When an account is marketing qualified."""

    window_days: Days = Field(description="Days looked back for depth and breadth")
    thresholds: dict[StyleName, list[Threshold]] = Field(description="Per style, by size of company")
    triggers: list[Trigger] = Field(default=[], description="What qualifies at once, most urgent first")
    exclude_customers: bool = Field(description="Do customers never qualify")
    exclude_open_opportunities: bool = Field(description="Do accounts that sales works on already never qualify")
    cool_down_days: Days = Field(description="Days before the same account qualifies again")


class Leases(Part):
    """Temporary moves to a higher style, on seats kept for them."""

    days: Days = Field(description="Days a lease runs")
    max_renewals: Annotated[int, Field(ge=0, le=100)] = Field(
        description="How often it is renewed while the account still qualifies"
    )
    targets: dict[StyleName, StyleName] = Field(description="From which style to which higher one")


class SegmentRule(Part):
    """One trait that every account of the segment has."""

    attribute: Literal[
        "industry",
        "country",
        "region",
        "city",
        "technology",
        "competitor",
        "imperative",
        "employees",
        "annual_revenue",
    ] = Field(description="What is looked at")
    values: list[Name] | None = Field(default=None, description="Texts that match, for attributes in words")
    from_: Amount | None = Field(default=None, alias="from", description="Number from which it matches (inclusive)")
    below: Amount | None = Field(default=None, description="Number below which it matches (exclusive)")


class Programme(Part):
    """A 1:Few push into one segment for a while, on borrowed seats; its accounts return by themselves."""

    name: Identifier = Field(description="The programme's stable name")
    label: Name = Field(description="What reasons call it")
    rules: list[SegmentRule] = Field(min_length=1, description="What its accounts have in common, all of it")
    starts_on: Day = Field(description="First day")
    ends_on: Day = Field(description="Day on which its accounts are back")
    seats: Count = Field(description="Seats borrowed at most, out of the lease reserve of 1:Few")


class Rotation(Part):
    """Waves through a 1:Many list too large to reach at once."""

    enabled: bool = Field(description="Does the list rotate")
    wave_size: Annotated[int, Field(ge=1, le=10_000_000)] = Field(description="Accounts in a wave")
    wave_days: Days = Field(description="Days a wave runs")
    cool_down_days: Annotated[int, Field(ge=0, le=3650)] = Field(description="Days before an account comes again")


class MicroSegments(Part):
    """Clusters of the 1:Few style."""

    minimum_accounts: Annotated[int, Field(ge=2, le=100)] = Field(description="Accounts a cluster needs")
    maximum_accounts: Annotated[int, Field(ge=2, le=1000)] = Field(description="Accounts a cluster may have")
    leftovers: Literal["nearest", "alone"] = Field(
        description="Accounts with too few peers: join the nearest cluster that has room, or stay without one"
    )


class Pilot(Part):
    """A start with two or three accounts: everything is computed, only theirs is sent."""

    enabled: bool = Field(description="Is only the pilot sent")
    domains: Domains = Field(description="Domains of the pilot's accounts")


class Experiment(Part):
    """One test on accounts; never in 1:One, whose people cannot be started over."""

    name: Identifier = Field(description="The experiment's stable name; it also seeds who is held out")
    label: Name = Field(description="What is tested: a play, channel, message, cadence, incentive or follow-up")
    style: StyleName = Field(description="Style it runs in: 1:Few stepped by cluster, 1:Many and targeted by holdout")
    holdout_share: Share | None = Field(default=None, description="Share of accounts held out")
    step_days: Days | None = Field(default=None, description="Days between two steps of a stepped rollout")
    clusters_per_step: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Clusters that start with each step"
    )
    baseline_rate: Share = Field(description="Share of accounts expected to respond anyway")
    detectable_lift: Positive = Field(description="Relative lift that must not be missed: 0.3 for 30 %")
    starts_on: Day = Field(description="First day")
    ends_on: Day | None = Field(default=None, description="Last day")


class ContactPressure(Part):
    """How often people may be turned to, over all plays."""

    window_days: Days = Field(description="Days looked back")
    max_touches_per_person: dict[StyleName, Count] = Field(description="Touches a person of the style's accounts bears")


class MarketingBudget(Part):
    """The whole marketing budget, so that ABM's share of it can be told."""

    annual: Amount | None = Field(default=None, description="Marketing budget a year; null: not told")
