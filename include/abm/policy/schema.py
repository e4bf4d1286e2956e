"""The policy's shape: every key, its type and the question it answers. Rules across keys stand in rules.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from abm.policy.decisions import (
    ContactPressure,
    Experiment,
    Leases,
    MarketingBudget,
    MicroSegments,
    Mqa,
    Overrides,
    Pilot,
    Programme,
    Review,
    Rotation,
)
from abm.policy.doubts import doubts
from abm.policy.parts import (
    LARGEST_TEAM,
    LONGEST_WINDOW,
    Amount,
    Count,
    Currency,
    Domains,
    Identifier,
    Multiplier,
    Name,
    Part,
    Points,
    Positive,
    Share,
)
from abm.policy.styles import STYLES, StyleName

if TYPE_CHECKING:
    from abm.errors import Fault

CrmField = Literal[
    "abm_style",
    "abm_base_style",
    "abm_account_score",
    "abm_revenue_potential_score",
    "abm_strategic_fit_score",
    "abm_influence_score",
    "abm_engagement_score",
    "abm_cltv_score",
    "abm_reason",
    "abm_micro_segment",
    "abm_style_since",
    "abm_lease_ends",
    "abm_policy_version",
    "abm_is_target_account",
    "abm_ideal_customer_profile",
]


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


class Scale(Part):
    """A logarithmic scale from an amount worth 0 points to one worth 100."""

    zero_at: Positive = Field(description="Amount worth 0 points")
    full_at: Positive = Field(description="Amount worth 100 points")


class RevenuePotential(Scale):
    """How potential becomes points."""

    period_days: Annotated[int, Field(gt=0, le=100_000)] = Field(description="Period the potential is stated for")
    minimum_peers: Annotated[int, Field(gt=0, le=100_000)] = Field(
        description="Won customers needed before peers speak for others"
    )


class Influence(Part):
    """What an account's weight in its industry is made of; the points sum to 100. A person's value replaces them."""

    size_points: Points = Field(description="Points for the largest of its industry")
    group_points: Points = Field(description="Points for heading a group of companies")
    customer_points: Points = Field(description="Points for being a customer, hence a possible reference")
    reference_points: Points = Field(description="Points for an account that speaks for us in public")
    logo_points: Points = Field(description="Points for a name known beyond its industry")
    partner_points: Points = Field(description="Points for the strongest partner role")
    logo_from: Amount = Field(description="Annual revenue from which a name is known beyond its industry")
    references: dict[Name, Share] = Field(description="Reference statuses of the CRM, and the share of points of each")
    partner_roles: dict[Name, Share] = Field(description="Partner roles of the CRM, and the share of points of each")

    @property
    def points(self) -> float:
        """Return what an account has that is all of it."""
        return (
            self.size_points
            + self.group_points
            + self.customer_points
            + self.reference_points
            + self.logo_points
            + self.partner_points
        )


class Engagement(Part):
    """How attention becomes points."""

    window_days: Annotated[int, Field(gt=0, le=LONGEST_WINDOW)] = Field(description="Days looked back")
    saturation_minutes: Positive = Field(description="Decayed, weighted minutes worth full depth")
    saturation_people: Annotated[int, Field(gt=0, le=100_000)] = Field(description="Active people worth full breadth")
    saturation_collaboration: Positive = Field(
        description="Such minutes of work done together worth full collaboration"
    )
    breadth_share: Share = Field(description="Share of the score that breadth makes up; depth has the rest")
    collaboration_share: Share = Field(description="Share of the score that collaboration makes up")
    maximum_minutes: Positive = Field(description="Minutes one activity counts for at most")


class LifetimeValue(Scale):
    """How long-term value becomes points."""

    horizon_years: Positive = Field(description="Years looked ahead")
    yearly_retention: Share = Field(description="Share of customers that stay another year")
    retention_weight: Positive = Field(description="Renewals of its own that weigh as much as yearly_retention")
    margin: Share = Field(description="Share of revenue that is kept")
    prospect_discount: Share = Field(description="Share of the modelled value that a prospect is given")


class Backtest(Part):
    """How the scores of the past are held against what was won since."""

    months: Annotated[int, Field(ge=1, le=60)] = Field(description="Whole months looked back")


class Factors(Part):
    """Weights of the five factors; only their proportions count."""

    revenue_potential: Amount = Field(description="Revenue the account could bring in the period")
    strategic_fit: Amount = Field(description="Match to an ideal customer profile")
    influence: Amount = Field(description="Weight in its industry")
    engagement: Amount = Field(description="Attention and willingness to work together")
    cltv: Amount = Field(description="Long-term value")


class Activity(Part):
    """What one kind of activity is worth."""

    label: Name = Field(description="What reasons call it")
    minutes: Amount = Field(description="Minutes it is worth where its length is not known or not used")
    use_duration: bool = Field(description="Count its own length where known")
    half_life_days: Annotated[float, Field(ge=1, le=1e6)] = Field(description="Days after which it counts half")
    is_offline: bool = Field(description="Does it happen away from digital channels")


class Seniorities(Part):
    """How much more a minute counts by who spent it."""

    c_level: Multiplier = Field(description="Chief officers")
    vp: Multiplier = Field(description="Vice presidents")
    director: Multiplier = Field(description="Directors")
    manager: Multiplier = Field(description="Managers")
    other: Multiplier = Field(description="Everyone else, and unknown")


class ProfileRule(Part):
    """One trait of a profile and its points; of several rules on one attribute the best that matches counts."""

    attribute: Literal["industry", "country", "region", "technology", "competitor", "employees", "annual_revenue"] = (
        Field(description="What is looked at")
    )
    values: list[Name] | None = Field(default=None, description="Texts that match, for attributes in words")
    from_: Amount | None = Field(default=None, alias="from", description="Number from which it matches (inclusive)")
    below: Amount | None = Field(default=None, description="Number below which it matches (exclusive)")
    points: Points = Field(description="Points it gives")


class Profile(Part):
    """One ideal customer profile; the points of its best rules sum to 100."""

    name: Identifier = Field(description="The profile's stable name")
    label: Name = Field(description="What reasons call it")
    rules: list[ProfileRule] = Field(min_length=1, description="Its traits")


class ReleaseGuard(Part):
    """What a release may change without a person's word."""

    max_style_change_share: Share = Field(description="Share of accounts whose style changes")
    max_accounts_lost_share: Share = Field(description="Share of published accounts that are gone")
    minimum_rows: Count = Field(description="Accounts below which shares do not count")


class SyncGuard(Part):
    """What a plan may do to a destination without a person's word."""

    max_create_share: Share = Field(description="Creations, as a share of what is desired")
    max_update_share: Share = Field(description="Updates, as a share of what was acknowledged")
    max_remove_share: Share = Field(description="Removals, as a share of what was acknowledged")
    minimum_rows: Count = Field(description="Rows below which shares do not count")


class Guards(Part):
    """Change budgets. An empty input always holds, whatever stands here."""

    release: ReleaseGuard = Field(description="Budget of a release")
    default: SyncGuard = Field(description="Budget of a plan whose destination is not named below")
    destinations: dict[Identifier, SyncGuard] = Field(description="Budget of each destination's plan")
    max_audience_removed_share: Share = Field(description="Share of one audience that one plan may remove")

    def of(self, destination: str) -> SyncGuard:
        return self.destinations.get(destination, self.default)


class Suppression(Part):
    """Who never enters an audience."""

    competitor_domains: Domains = Field(description="Competitors' domains")
    own_domains: Domains = Field(description="Domains of your own company: employees")
    suppressed_domains: Domains = Field(description="Domains left out for any other reason")
    customers: bool = Field(description="Leave existing customers out")
    open_opportunities: bool = Field(description="Leave accounts with an open opportunity out")


class Check(Part):
    """One limit, and whether crossing it stops the step."""

    limit: Amount = Field(description="What may not be exceeded")
    severity: Literal["stop", "warn"] = Field(description="stop holds the step, warn only tells")


class Checks(Part):
    """Limits on what arrives and on what was built."""

    landing_volume_drop: Check = Field(description="Share of rows lost against the last complete load")
    landing_freshness_days: Check = Field(description="Age of the newest change, in days")
    landing_null_share: Check = Field(description="Share of empty values in a column that everyone needs")
    candidate_account_drop: Check = Field(description="Share of published accounts that the candidate lost")
    candidate_unknown_band: Check = Field(description="Share of accounts without a known potential")
    candidate_style_drift: Check = Field(description="Share of accounts whose style differs from the published one")
    candidate_seats_exceeded: Check = Field(description="Accounts above a style's seats")
    audience_below_minimum: Check = Field(description="Members missing to the platform's minimum")
    minimum_rows: Count = Field(description="Rows below which shares do not count")


class Policy(Part):
    """The rules of the practice: one document, validated whole, stored by its hash."""

    currency: Currency = Field(description="The one currency everything is compared in")
    rates: dict[Currency, Positive] = Field(description="Worth of one unit of each other currency in the policy's")
    scale_factor: Positive = Field(description="Factor on band edges and value scales, for smaller or larger deals")
    styles: dict[StyleName, Style] = Field(description="The styles, by their own names")
    portfolio: Portfolio = Field(description="What is watched across all accounts")
    factors: Factors = Field(description="Weights of the five factors of the account score")
    reasons_shown: Annotated[int, Field(ge=1, le=10)] = Field(description="Reasons told with each score")
    revenue_potential: RevenuePotential = Field(description="How potential becomes points")
    influence: Influence = Field(description="How influence becomes points")
    engagement: Engagement = Field(description="How engagement becomes points")
    cltv: LifetimeValue = Field(description="How lifetime value becomes points")
    backtest: Backtest = Field(description="How past scores are held against what was won since")
    activities: dict[Identifier, Activity] = Field(min_length=1, description="What each kind of activity is worth")
    seniorities: Seniorities = Field(description="How much more a minute counts by who spent it")
    profiles: list[Profile] = Field(min_length=1, description="Ideal customer profiles; the best one counts")
    audiences: dict[Identifier, dict[StyleName, Name | None]] = Field(
        description="Audience name per destination and style; null: none"
    )
    audience_minimums: dict[Identifier, Count] = Field(description="Members a platform wants before an audience serves")
    fields: dict[Identifier, dict[CrmField, Name | None]] = Field(
        description="Our field to the platform's; null: not sent"
    )
    review: Review = Field(description="When base styles may move, and how far")
    overrides: Overrides = Field(description="What a person's word is worth")
    mqa: Mqa = Field(description="When an account is marketing qualified")
    leases: Leases = Field(description="Temporary moves to a higher style")
    programmes: list[Programme] = Field(default=[], description="1:Few pushes into one segment for a while")
    rotation: Rotation = Field(description="Waves through a large 1:Many list")
    micro_segments: MicroSegments = Field(description="Clusters of the 1:Few style")
    experiments: list[Experiment] = Field(default=[], description="Tests on accounts")
    contact_pressure: ContactPressure = Field(description="How often people may be turned to")
    pilot: Pilot = Field(description="A start with two or three accounts")
    marketing_budget: MarketingBudget = Field(description="The whole marketing budget")
    suppression: Suppression = Field(description="Who never enters an audience")
    guards: Guards = Field(description="What may leave without a person's word")
    checks: Checks = Field(description="Limits on what arrives and on what was built")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """Return what is allowed, but probably not meant."""
        return tuple(doubts(self))

    @property
    def enabled_styles(self) -> dict[StyleName, Style]:
        """Return the styles in use, highest first."""
        return {name: self.styles[name] for name in STYLES if name in self.styles and self.styles[name].enabled}
