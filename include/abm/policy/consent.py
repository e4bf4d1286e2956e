"""The policy's shape for who may be turned to: consent, and who is left out whatever they agreed to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from abm.policy.parts import Count, Domains, Identifier, Name, Part

Holds = Literal["companies", "people"]
Basis = Literal["consent", "legitimate_interest", "contract"]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
ADVERTISING = "advertising"


class Bases(Part):
    """Which recorded bases are enough, purpose by purpose; nothing recorded never is."""

    email_marketing: list[Basis] = Field(description="Enough to write to a person")
    advertising: list[Basis] = Field(description="Enough to name a person to an advertising platform")


class Consent(Part):
    """What must be recorded of a person before they are named to anybody."""

    bases: Bases = Field(description="Which bases are enough for what")
    destinations: dict[Identifier, list[Basis]] = Field(
        default={}, description="Bases that are enough for one advertising platform, where others are than for all"
    )
    maximum_age_days: Count | None = Field(
        description="Days after which a basis no longer counts, nor one without a date; null: it does not age"
    )
    signal_countries: list[Country] = Field(
        description="Countries where Google takes nobody without both of its consent signals; nor where none is known"
    )
    removal_days: Count = Field(description="Days after which an opt-out that no platform confirmed is escalated")

    def advertising_bases(self, destination: str) -> list[Basis]:
        return self.destinations.get(destination, self.bases.advertising)


class Suppression(Part):
    """Who never enters an audience."""

    competitor_domains: Domains = Field(description="Competitors' domains")
    own_domains: Domains = Field(description="Domains of your own company: employees")
    suppressed_domains: Domains = Field(description="Domains left out for any other reason")
    suppressed_accounts: list[Name] = Field(
        default=[], description="Accounts left out by their own ids, for those without a domain"
    )
    customers: bool = Field(description="Leave existing customers out")
    open_opportunities: bool = Field(description="Leave accounts with an open opportunity out")
