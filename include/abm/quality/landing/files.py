"""What files deliver when they and their mapping are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.quality.landing.columns import formatted, mostly_filled, not_negative
from abm.quality.landing.salesforce import MAIL

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.limits import Checks

_NEEDED = {
    "accounts": ("account_name",),
    "contacts": ("account_id",),
    "opportunities": ("account_id", "is_closed"),
    "activities": ("activity_type", "occurred_at"),
    "owners": ("owner_name",),
    "spend": ("amount",),
}
_AMOUNTS = {
    "accounts": ("annual_revenue", "employees"),
    "opportunities": ("amount",),
    "activities": ("minutes",),
    "spend": ("amount",),
}


def expectations(entity: Entity, limits: Checks) -> list[Any]:
    expected = [mostly_filled(column, limits) for column in _NEEDED.get(entity.name, ())]
    expected += [not_negative(column) for column in _AMOUNTS.get(entity.name, ())]
    if entity.name == "contacts":
        expected.append(formatted("email", MAIL, share=0.9, what="a mail address"))
    return expected
