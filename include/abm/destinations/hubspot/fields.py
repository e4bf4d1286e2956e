"""The company properties ABM writes: how each is created, and what an existing one must be able to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP, GROUP_LABEL = "abm", "Account-based marketing"
HUBSPOT_PREFIX = "hs_"  # names HubSpot keeps for itself: such properties can be written, never created
_DATE_ENDINGS = ("_since", "_ends", "_date", "_on")
_ACRONYMS = {"abm": "ABM", "cltv": "CLTV", "id": "ID"}
_STYLE_LABELS = {
    "one_to_one": "1:One",
    "one_to_few": "1:Few",
    "one_to_many": "1:Many",
    "targeted_demand_gen": "Targeted demand generation",
    "none": "None",
}
_SWITCH_LABELS = {"true": "Yes", "false": "No"}
_TIER_LABELS = {"tier_1": "Tier 1", "tier_2": "Tier 2", "tier_3": "Tier 3"}
# What an existing property may be, for values of each type: text takes everything.
_HOLDS = {
    "number": {"number", "string"},
    "date": {"date", "string"},
    "string": {"string", "enumeration", "bool"},
}


def definition(name: str) -> dict[str, Any]:
    """Return the body that creates the property.

    Scores are numbers, days are dates, styles and switches are chosen from a list, all else is text.
    """
    value_type = value_type_of(name)
    field_type = {"number": "number", "date": "date", "string": "text"}[value_type]
    if name.endswith("_reason"):
        field_type = "textarea"
    chosen: dict[str, Any] = {}
    if name.endswith("_style"):
        chosen = {"type": "enumeration", "fieldType": "select", "options": _options(_STYLE_LABELS)}
    elif name.endswith("_is_target_account"):
        chosen = {"type": "bool", "fieldType": "booleancheckbox", "options": _options(_SWITCH_LABELS)}
    elif name.endswith("_ideal_customer_profile"):
        chosen = {"type": "enumeration", "fieldType": "select", "options": _options(_TIER_LABELS)}
    return {
        "name": name,
        "label": label(name),
        "type": value_type,
        "fieldType": field_type,
        **chosen,
        "groupName": GROUP,
        "description": "Written every night by ABM Spectrum. Edits by hand are kept as long as the policy says.",
        "hasUniqueValue": False,
    }


def _options(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": told, "value": value, "displayOrder": order, "hidden": False}
        for order, (value, told) in enumerate(labels.items())
    ]


def value_type_of(name: str) -> str:
    if name.endswith("_score"):
        return "number"
    return "date" if name.endswith(_DATE_ENDINGS) else "string"


def label(name: str) -> str:
    """Return `ABM style since` for `abm_style_since`."""
    words = [_ACRONYMS.get(word, word) for word in name.split("_")]
    return " ".join([words[0] if words[0].isupper() else words[0].capitalize(), *words[1:]])


def faults(names: Sequence[str], existing: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """Return what a person must change: HubSpot's own properties that are absent, and those that cannot hold ours."""
    found = []
    for name in names:
        if name in existing:
            found += _unfit(name, existing[name])
        elif name.startswith(HUBSPOT_PREFIX):
            found.append(
                Fault(
                    f"HubSpot company property {name!r}",
                    "does not exist and cannot be created, its name is HubSpot's own",
                    "Switch the feature on in HubSpot, or take the field out of the policy's field map",
                )
            )
    return found


def _unfit(name: str, existing: Mapping[str, Any]) -> list[Fault]:
    where = f"HubSpot company property {name!r}"
    if (existing.get("modificationMetadata") or {}).get("readOnlyValue"):
        return [Fault(where, "is read-only", "Choose another property in the policy's field map")]
    expected = value_type_of(name)
    if existing.get("type") not in _HOLDS[expected]:
        problem = f"is of type {existing.get('type')}, which does not hold a {expected}"
        return [Fault(where, problem, "Choose another property in the policy's field map, or change its type")]
    return []
