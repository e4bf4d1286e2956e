"""The policy's shape for how large audiences are expected to be, and how long a platform keeps their members."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from abm.policy.parts import Count, Identifier, Part, Positive, Share

LONGEST_MEMBERSHIP = 540  # days; no platform promises to keep a member for longer


class AudienceForecast(Part):
    """What an audience will count on a platform, before it is sent there."""

    people_per_company: dict[Identifier, Positive] = Field(
        description="People that a platform finds at one company sent, before it told any size"
    )
    match_rates: dict[Identifier, Share] = Field(
        description="Share of people sent whom a platform knows, before it told any size"
    )
    prior_members: Count = Field(description="Members whose read-back counts as much as the two figures above")
    when_shrunk: Literal["keep", "clear"] = Field(description="What becomes of an audience that falls below")


class AudienceMembership(Part):
    """How long a platform keeps a member that is not sent again."""

    days: dict[Identifier, Annotated[int, Field(ge=1, le=LONGEST_MEMBERSHIP)]] = Field(
        description="Longest membership per platform; not named: it does not end"
    )
    refresh_margin_days: Count = Field(description="Days before its end on which a member is sent again")
