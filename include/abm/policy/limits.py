"""The policy's shape for the checks on what arrives and on what was built."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from abm.policy.parts import Amount, Count, Part


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
    audience_collapse: Check = Field(description="Share of an audience's size lost since it was read before")
    minimum_rows: Count = Field(description="Rows below which shares do not count")
