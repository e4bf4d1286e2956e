"""The policy's shape for styles: what an account is promised, who does the work, how many fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from abm.policy.parts import LARGEST_TEAM, Amount, Count, Multiplier, Name, Part, Share


class Spend(Part):
    """What one account of the style costs a year."""

    low: Amount = Field(description="Below this a year, the style is not really done")
    high: Amount = Field(description="Above this a year, the account deserves a higher style or a question")
    planned: Amount = Field(description="What is planned for one account a year")


class Marketer(Part):
    """One marketer and what they can carry, where it differs from the style's figure."""

    name: Name = Field(description="Name of the place in the team; a role or owner id will do")
    seniority: Literal["junior", "regular", "senior"] = Field(
        default="regular", description="Multiplies the style's figure, see portfolio.capacity"
    )
    accounts: Count | None = Field(default=None, description="Accounts this marketer covers")
    clusters: Count | None = Field(default=None, description="Clusters this marketer runs")


def _count_as_list(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_TEAM:
        return [{"name": f"marketer {number}"} for number in range(1, value + 1)]
    raise ValueError(f"is not a team; write a number from 0 to {LARGEST_TEAM}, or a list of marketers")


Marketers = Annotated[list[Marketer], BeforeValidator(_count_as_list, json_schema_input_type=int | list[Marketer])]


class Seats(Part):
    """How many accounts the style can hold; the smallest of the figures given, unlimited where none is."""

    marketers: Marketers = Field(default=[], description="Marketers of the style: their number, or a list of them")
    accounts_per_marketer: Count | None = Field(default=None, description="Accounts one marketer covers (1:One: 5)")
    clusters_per_marketer: Count | None = Field(default=None, description="Clusters one marketer runs (1:Few: 5 to 6)")
    accounts_per_cluster: Count | None = Field(default=None, description="Accounts in a cluster (1:Few: 5 to 15)")
    annual_budget: Amount | None = Field(default=None, description="Yearly budget; divided by the planned spend")
    limit: Count | None = Field(default=None, description="Seats outright, whatever the rest says")
    lease_reserve: Count = Field(default=0, description="Seats of these that only temporary moves may take")
    manual_seats: Count = Field(default=0, description="Seats of these that people may fill by hand, with an end date")


class Entitlements(Part):
    """What an account of the style is promised."""

    personalisation: Name | None = Field(default=None, description="How far plays are made for the account")
    touches_a_quarter: Count | None = Field(default=None, description="Planned touches a quarter")
    content: Name | None = Field(default=None, description="Content made or adapted")
    executive_hours: Amount | None = Field(default=None, description="Hours of our executives a year")
    events: Name | None = Field(default=None, description="Events the account is asked to")
    advertising_budget: Amount | None = Field(default=None, description="Advertising a year")
    human_hours: Amount | None = Field(default=None, description="Hours of marketing and sales people a year")
    team_roles: list[Name] | None = Field(default=None, description="Roles that must be filled in the account team")


EntitlementName = Literal[
    "personalisation",
    "touches_a_quarter",
    "content",
    "executive_hours",
    "events",
    "advertising_budget",
    "human_hours",
    "team_roles",
]


class Style(Part):
    """One way to treat an account."""

    label: Name = Field(description="What people see; the style's own name stays the value")
    enabled: bool = Field(description="Is this style used at all")
    potential_from: Amount | None = Field(description="Yearly potential from which an account belongs here (inclusive)")
    potential_below: Amount | None = Field(
        description="Potential below which it belongs here (exclusive); null: no top"
    )
    spend: Spend = Field(description="What an account of the style costs a year")
    audience: bool = Field(description="Do its accounts go into advertising audiences")
    seats: Seats = Field(description="How many accounts can be supported")
    entitlements: Entitlements | None = Field(default=None, description="What an account is promised")
    needs_team: Literal["always", "when_recorded", "never"] = Field(
        default="never",
        description="Does an account enter only with every role of its team filled; when_recorded: if any team is",
    )
    sign_off: list[Literal["sales", "marketing"]] = Field(
        default=[], description="Whose sign-off an account needs to enter, given in the CRM or an overrides file"
    )
    required_entitlements: list[EntitlementName] = Field(
        default=[], description="Entitlements without which no account is assigned"
    )

    @property
    def has_band(self) -> bool:
        return self.potential_from is not None or self.potential_below is not None


class Capacity(Part):
    """How much of a style's ordinary figure a marketer carries, by seniority."""

    junior: Multiplier = Field(description="New to ABM")
    regular: Multiplier = Field(description="Everyone else")
    senior: Multiplier = Field(description="Has done it for years")


class Portfolio(Part):
    """What is watched across all accounts."""

    capacity: Capacity = Field(description="How much a marketer carries, by seniority")
    high_value_from: Amount = Field(description="Yearly potential from which an account is of high value")
    heterogeneous_from: Count = Field(description="Distinct needs from which an account's needs are heterogeneous")
    minimum_targeted_share: Share = Field(description="Share of accounts that 1:Many and targeted should at least hold")

    too_big_to_lose_share: Share = Field(description="Share of won revenue above which a customer must be reviewed")
    one_to_one_overload: Count = Field(description="1:One seats from which bespoke work for each is doubted")
    prospect_seat_share: Share = Field(description="Share of 1:One seats kept for prospects")
