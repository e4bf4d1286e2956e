"""The policy's shape for scores: factors, activities, ideal customer profiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from abm.policy.parts import LONGEST_WINDOW, Amount, Identifier, Multiplier, Name, Part, Points, Positive, Share


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
