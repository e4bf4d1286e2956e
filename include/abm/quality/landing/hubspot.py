"""What HubSpot deliveries look like when they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.quality.landing.columns import formatted, mostly_filled, not_negative
from abm.quality.landing.salesforce import MAIL

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.limits import Checks

OBJECT_ID = "^[0-9]+$"
_NEEDED = {
    "company": ("name", "domain"),
    "contact": ("email",),
    "deal": ("stage",),
    "email_event": ("type", "recipient"),
}
_NUMBERED = frozenset({"company", "contact", "deal", "owner"})
_MAILS = {"contact": "email", "email_event": "recipient"}
_AMOUNTS = {"deal": ("amount",), "company": ("annual_revenue", "number_of_employees")}


def expectations(entity: Entity, limits: Checks) -> list[Any]:
    expected = [mostly_filled(column, limits) for column in _NEEDED.get(entity.name, ())]
    expected += [not_negative(column) for column in _AMOUNTS.get(entity.name, ())]
    if entity.name in _NUMBERED:
        expected.append(formatted("id", OBJECT_ID, share=1.0, what="a numeric object id", stops=True))
    if entity.name in _MAILS:
        expected.append(formatted(_MAILS[entity.name], MAIL, share=0.9, what="a mail address"))
    return expected
