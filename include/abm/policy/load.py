"""Load the policy: the rulebook's defaults with a file of the user's laid over them, all faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from abm.errors import ConfigurationError, Fault
from abm.policy.document import read_document
from abm.policy.faults import faults_of, shown
from abm.policy.overlay import overlay
from abm.policy.rules import broken_rules
from abm.policy.schema import Policy
from abm.policy.styles import canonical_style
from abm.policy.versions import policy_document

DEFAULT_POLICY = Path(__file__).with_name("default.yml")


@dataclass(frozen=True)
class Reading:
    """What a policy file says: the policy where it is whole, every fault where it is not, and doubts either way."""

    policy: Policy | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def load_policy(path: Path | None) -> Policy:
    """Return the policy of a file laid over the defaults (None: the defaults alone).

    Mappings merge key by key, lists and values replace. Raises ConfigurationError with every fault.
    """
    reading = read_policy_file(path)
    if reading.policy is None:
        raise ConfigurationError(*reading.faults)
    return reading.policy


def as_yaml(policy: Policy) -> str:
    """Return the whole policy as YAML that reads back as the same version."""
    return yaml.safe_dump(policy_document(policy), sort_keys=False, allow_unicode=True, width=120)


def read_policy_file(path: Path | None) -> Reading:
    """Return the policy with all its faults and warnings, raising nothing."""
    try:
        document, faults = _with_defaults(path)
        policy = Policy.model_validate(document)
    except ConfigurationError as error:
        return Reading(None, tuple(error.faults), ())
    except ValidationError as error:
        return Reading(None, (*faults, *faults_of(error)), ())
    faults = (*faults, *broken_rules(policy))
    return Reading(None if faults else policy, faults, policy.warnings)


def _with_defaults(path: Path | None) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Lay the file over the defaults, and say what can only be seen before they are one."""
    defaults = _defaults()
    if path is None:
        return defaults, ()
    faults: list[Fault] = []
    own = _with_canonical_styles(read_document(path), faults)
    currency = own.get("currency", defaults["currency"])
    if currency != defaults["currency"]:
        defaults = {**defaults, "rates": {}}  # the default rates are worth in another currency
        if not _has_own_edges(own):
            faults.append(_foreign_edges(currency, defaults["currency"]))
    return overlay(defaults, own), tuple(faults)


@cache
def _defaults() -> dict[str, Any]:
    """Return the shipped document; read once, never changed in place."""
    return read_document(DEFAULT_POLICY)


def _has_own_edges(own: dict[str, Any]) -> bool:
    styles = own.get("styles")
    given = styles.values() if isinstance(styles, dict) else ()
    return "scale_factor" in own or any(isinstance(style, dict) and "potential_from" in style for style in given)


def _foreign_edges(currency: Any, default: str) -> Fault:
    return Fault(
        "currency",
        f"{shown(currency)} is not the {default} of the default band edges",
        "Set scale_factor (1.0 keeps the numbers), or the styles' potential_from and potential_below",
    )


def _with_canonical_styles(document: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Read aliases (strategic, lite, programmatic) as the styles' own names where styles are keys."""
    if isinstance(styles := document.get("styles"), dict):
        document = document | {"styles": _renamed(styles, "styles", faults)}
    if isinstance(audiences := document.get("audiences"), dict):
        renamed = {
            destination: _renamed(names, f"audiences.{destination}", faults) if isinstance(names, dict) else names
            for destination, names in audiences.items()
        }
        document = document | {"audiences": renamed}
    return document


def _renamed(styles: dict[Any, Any], where: str, faults: list[Fault]) -> dict[Any, Any]:
    renamed: dict[Any, Any] = {}
    for name, value in styles.items():
        style = (canonical_style(name) if isinstance(name, str) else None) or name
        if style in renamed:
            faults.append(Fault(f"{where}.{name}", f"names the style '{style}' a second time", "Keep one of the two"))
        renamed[style] = value
    return renamed
