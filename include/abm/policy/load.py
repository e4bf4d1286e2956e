"""Load the policy: the rulebook's defaults with a file of the user's laid over them, all faults at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from abm.errors import ConfigurationError, Fault
from abm.policy.document import read_document
from abm.policy.doubts import doubts
from abm.policy.faults import faults_of
from abm.policy.rules import broken_rules
from abm.policy.schema import Policy
from abm.policy.styles import canonical_style

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def read_policy_file(path: Path | None) -> Reading:
    """Return the policy with all its faults and warnings, raising nothing."""
    try:
        policy = Policy.model_validate(_with_defaults(path))
    except ConfigurationError as error:
        return Reading(None, tuple(error.faults), ())
    except ValidationError as error:
        return Reading(None, tuple(faults_of(error)), ())
    faults = tuple(broken_rules(policy))
    default = policy if path is None else load_policy(None)
    return Reading(None if faults else policy, faults, tuple(doubts(policy, default)))


def _with_defaults(path: Path | None) -> dict[str, Any]:
    defaults = read_document(DEFAULT_POLICY)
    if path is None:
        return defaults
    own = _with_canonical_styles(read_document(path))
    if own.get("currency", defaults["currency"]) != defaults["currency"]:
        defaults["rates"] = {}  # they are the worth in another currency
    return overlay(defaults, own)


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another: mappings merge key by key, everything else replaces."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlay(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def _with_canonical_styles(document: dict[str, Any]) -> dict[str, Any]:
    """Read aliases (strategic, lite, programmatic) as the styles' own names where styles are keys."""
    faults: list[Fault] = []
    if isinstance(styles := document.get("styles"), dict):
        document = document | {"styles": _renamed(styles, "styles", faults)}
    if isinstance(audiences := document.get("audiences"), dict):
        renamed = {
            destination: _renamed(names, f"audiences.{destination}", faults) if isinstance(names, dict) else names
            for destination, names in audiences.items()
        }
        document = document | {"audiences": renamed}
    if faults:
        raise ConfigurationError(*faults)
    return document


def _renamed(styles: dict[Any, Any], where: str, faults: list[Fault]) -> dict[Any, Any]:
    renamed: dict[Any, Any] = {}
    for name, value in styles.items():
        style = (canonical_style(name) if isinstance(name, str) else None) or name
        if style in renamed:
            faults.append(Fault(f"{where}.{name}", f"names the style '{style}' a second time", "Keep one of the two"))
        renamed[style] = value
    return renamed
