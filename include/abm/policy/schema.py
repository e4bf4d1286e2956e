"""The policy's shape: every key, its type and the question it answers. Rules across keys stand in rules.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from abm.policy.audience_lists import AudienceLists
from abm.policy.audience_sizes import AudienceForecast, AudienceMembership
from abm.policy.consent import Consent, Holds, Suppression
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
from abm.policy.fields import CrmField
from abm.policy.guards import Guards
from abm.policy.limits import Checks
from abm.policy.ownership import Ownership
from abm.policy.parts import Count, Currency, Identifier, Name, Part, Positive
from abm.policy.scoring import (
    Activity,
    Backtest,
    Engagement,
    Factors,
    Influence,
    LifetimeValue,
    Profile,
    RevenuePotential,
    Seniorities,
)
from abm.policy.styles import STYLES, StyleName
from abm.policy.treatment import Portfolio, Style

if TYPE_CHECKING:
    from abm.errors import Fault


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
    audience_holds: dict[Identifier, Holds] = Field(
        description="What a destination's audiences hold, one kind for each"
    )
    audience_minimums: dict[Identifier, Count] = Field(description="Members a platform wants before an audience serves")
    audience_forecast: AudienceForecast = Field(description="What an audience is expected to count on a platform")
    audience_lists: AudienceLists = Field(description="How upload files are written")
    audience_membership: AudienceMembership = Field(description="How long a platform keeps members")
    fields: dict[Identifier, dict[CrmField, Name | None]] = Field(
        description="Our field to the platform's; null: not sent"
    )
    ownership: Ownership = Field(description="Whose a field is that both we and people can write")
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
    consent: Consent = Field(description="What must be recorded of a person before they are named to anybody")
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
