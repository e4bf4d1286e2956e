"""The policy's shape for change budgets: what may leave without a person's word."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from abm.policy.fields import CrmField
from abm.policy.overlay import overlay
from abm.policy.parts import Amount, Count, Identifier, Name, Part, Share


class ReleaseGuard(Part):
    """What a release may change without a person's word."""

    max_style_change_share: Share = Field(description="Share of accounts whose style changes")
    max_accounts_lost_share: Share = Field(description="Share of published accounts that are gone")
    minimum_rows: Count = Field(description="Accounts below which shares do not count")


class Budget(Part):
    """What one plan may do to a destination, or to one of its audiences, without a person's word."""

    minimum_rows: Count = Field(description="Rows below which shares do not count; counts always do")
    max_create_share: Share = Field(description="Creations, as a share of what is desired")
    max_update_share: Share = Field(description="Updates, as a share of what was acknowledged")
    max_remove_share: Share = Field(description="Removals, as a share of what was acknowledged")
    max_shrink_share: Share = Field(description="How much less is desired than before, as a share of that")
    max_create_count: Count | None = Field(default=None, description="Creations outright; null: any number")
    max_update_count: Count | None = Field(default=None, description="Updates outright; null: any number")
    max_remove_count: Count | None = Field(default=None, description="Removals outright; null: any number")


class FieldGuard(Part):
    """How many of a field's values one plan may move."""

    max_moved_share: Share = Field(description="Values moved, as a share of the records acknowledged")
    moved_by_over: Amount | None = Field(
        default=None, description="A number counts as moved beyond this difference; null: any other value does"
    )


class SyncGuard(Budget):
    """What one plan may do to a destination, to each of its audiences, and to each of its fields."""

    first_sync: Literal["approve", "send"] = Field(
        description="Where nothing is acknowledged yet: a person is asked, or it goes by itself"
    )
    each_audience: Budget = Field(description="Budget of each single audience")
    audiences: dict[Name, Budget] = Field(default={}, description="What differs for an audience of this name")
    fields: dict[CrmField, FieldGuard | None] = Field(default={}, description="Fields watched; null: not watched")

    @model_validator(mode="before")
    @classmethod
    def _lay_audiences_over(cls, given: Any) -> Any:
        return _laid_over(given, "each_audience", "audiences")


class Guards(Part):
    """Change budgets. An empty input always holds, whatever stands here."""

    release: ReleaseGuard = Field(description="Budget of a release")
    default: SyncGuard = Field(description="Budget of a plan whose destination is not named below")
    destinations: dict[Identifier, SyncGuard] = Field(
        default={}, description="What differs from the default for a destination's plan"
    )

    @model_validator(mode="before")
    @classmethod
    def _lay_destinations_over(cls, given: Any) -> Any:
        return _laid_over(given, "default", "destinations")

    def of(self, destination: str) -> SyncGuard:
        """Return the destination's guard, whole."""
        return self.destinations.get(destination, self.default)


def _laid_over(given: Any, base: str, named: str) -> Any:
    """Complete each named entry by what the base says; what is no mapping is left for validation to refuse."""
    if not isinstance(given, dict) or not isinstance(given.get(named), dict):
        return given
    if not isinstance(given.get(base), dict):
        return {**given, named: {}}  # nothing can be laid over it: its own fault is told
    whole = {name: overlay(given[base], own) if isinstance(own, dict) else own for name, own in given[named].items()}
    return {**given, named: whole}
