"""The object types of the account and the properties HubSpot itself defines on them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

HUBSPOT_CREATED_AT = "2020-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Property:
    """A property's definition; `read_only` ones are set by HubSpot alone."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    description: str = ""
    options: tuple[dict[str, Any], ...] = ()
    is_unique: bool = False
    is_read_only: bool = False
    is_hubspot_defined: bool = False
    created_at: str = HUBSPOT_CREATED_AT

    @property
    def option_values(self) -> frozenset[str]:
        return frozenset(option["value"] for option in self.options)


@dataclass(frozen=True)
class ObjectType:
    """One CRM object: its names in paths, its number, what a read returns unless told otherwise."""

    name: str
    singular: str
    type_id: str
    modified: str
    defaults: tuple[str, ...]
    searchable: tuple[str, ...]
    properties: tuple[Property, ...] = field(repr=False)

    @property
    def group(self) -> str:
        return f"{self.singular}information"

    @property
    def columns(self) -> dict[str, str]:
        """Properties that live in the record's own columns."""
        return {"hs_object_id": "id", "createdate": "createdAt", self.modified: "updatedAt"}

    @property
    def always(self) -> tuple[str, ...]:
        return ("createdate", self.modified, "hs_object_id")


def options(*values: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"label": value.replace("_", " ").title(), "value": value, "displayOrder": order, "hidden": False}
        for order, value in enumerate(values)
    )


BOOLEAN_OPTIONS = (
    {"label": "Yes", "value": "true", "displayOrder": 0, "hidden": False},
    {"label": "No", "value": "false", "displayOrder": 1, "hidden": False},
)


def _text(*names: str) -> list[Property]:
    return [Property(name, name.replace("_", " ").title()) for name in names]


def _numbers(*names: str) -> list[Property]:
    return [Property(name, name.title(), "number", "number") for name in names]


def _switches(*names: str) -> list[Property]:
    return [Property(name, name, "bool", "booleancheckbox", options=BOOLEAN_OPTIONS) for name in names]


def _choice(name: str, *values: str) -> Property:
    return Property(name, name, "enumeration", "select", options=options(*values))


def _object_type(
    name: str,
    singular: str,
    type_id: str,
    *properties: Property,
    modified: str,
    defaults: tuple[str, ...],
    searchable: tuple[str, ...],
) -> ObjectType:
    system = [
        Property("hs_object_id", "Record ID", "number", "number", is_unique=True, is_read_only=True),
        Property("createdate", "Create Date", "datetime", "date", is_read_only=True),
        Property(modified, "Last Modified Date", "datetime", "date", is_read_only=True),
    ]
    group = f"{singular}information"
    defined = tuple(replace(p, group=group, is_hubspot_defined=True) for p in [*system, *properties])
    return ObjectType(name, singular, type_id, modified, defaults, searchable, defined)


_LIFECYCLE = _choice(
    "lifecyclestage",
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)

OBJECT_TYPES = (
    _object_type(
        "companies",
        "company",
        "0-2",
        *_text("name", "domain", "website", "country", "city", "phone", "hs_additional_domains", "description"),
        *_text("hs_parent_company_id", "hubspot_owner_id"),
        Property("hs_merged_object_ids", "Merged record IDs", is_read_only=True),
        *_numbers("numberofemployees", "annualrevenue"),
        *_switches("hs_is_target_account"),
        _choice("industry"),
        _LIFECYCLE,
        _choice("hs_lead_status", "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "CONNECTED"),
        _choice("hs_ideal_customer_profile", "tier_1", "tier_2", "tier_3"),
        modified="hs_lastmodifieddate",
        defaults=("domain", "name"),
        searchable=("website", "phone", "name", "domain"),
    ),
    _object_type(
        "contacts",
        "contact",
        "0-1",
        Property("email", "Email", is_unique=True),
        *_text("firstname", "lastname", "phone", "jobtitle", "country", "associatedcompanyid", "hubspot_owner_id"),
        *_switches("hs_email_optout"),
        _choice("hs_legal_basis"),
        _LIFECYCLE,
        _choice(
            "hs_buying_role",
            "BLOCKER",
            "BUDGET_HOLDER",
            "CHAMPION",
            "DECISION_MAKER",
            "END_USER",
            "EXECUTIVE_SPONSOR",
            "INFLUENCER",
            "LEGAL_AND_COMPLIANCE",
            "OTHER",
        ),
        modified="lastmodifieddate",
        defaults=("email", "firstname", "lastname"),
        searchable=("firstname", "lastname", "email", "phone"),
    ),
    _object_type(
        "deals",
        "deal",
        "0-3",
        *_text("dealname", "hubspot_owner_id", "description"),
        *_numbers("amount"),
        *_switches("hs_is_closed", "hs_is_closed_won"),
        Property("closedate", "Close Date", "datetime", "date"),
        _choice("pipeline", "default"),
        _choice(
            "dealstage",
            "appointmentscheduled",
            "qualifiedtobuy",
            "presentationscheduled",
            "decisionmakerboughtin",
            "contractsent",
            "closedwon",
            "closedlost",
        ),
        _choice("dealtype", "newbusiness", "existingbusiness"),
        _choice("deal_currency_code", "USD", "EUR", "GBP"),
        modified="hs_lastmodifieddate",
        defaults=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        searchable=("dealname", "pipeline", "dealstage"),
    ),
)

BY_NAME = {alias: kind for kind in OBJECT_TYPES for alias in (kind.name, kind.singular, kind.type_id)}
