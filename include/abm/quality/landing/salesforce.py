"""What Salesforce deliveries look like when they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.quality.landing.columns import formatted, mostly_filled, not_negative

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.limits import Checks

RECORD_ID = "^[a-zA-Z0-9]{18}$"
MAIL = "^[^@[:space:]]+@[^@[:space:]]+$"
_NEEDED = {
    "account": ("name",),
    "contact": ("account_id", "email"),
    "lead": ("company",),
    "opportunity": ("account_id", "stage_name", "close_date"),
    "campaign_member": ("campaign_id",),
    "user": ("name",),
}
_MAILS = frozenset({"contact", "lead"})
_AMOUNTS = {"opportunity": ("amount",), "account": ("annual_revenue", "number_of_employees")}


def expectations(entity: Entity, limits: Checks) -> list[Any]:
    expected = [formatted("id", RECORD_ID, share=1.0, what="an 18-character record id", stops=True)]
    expected += [mostly_filled(column, limits) for column in _NEEDED.get(entity.name, ())]
    expected += [not_negative(column) for column in _AMOUNTS.get(entity.name, ())]
    if entity.name in _MAILS:
        expected.append(formatted("email", MAIL, share=0.9, what="a mail address"))
    return expected
