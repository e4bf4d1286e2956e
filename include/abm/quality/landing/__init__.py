"""Expectations on what a source delivered, before it is merged: one module a source, and what holds for all."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from abm.quality.landing.deliveries import delivery_expectations

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.limits import Checks
    from abm.quality.landing.deliveries import Delivery


def landing_expectations(entity: Entity, delivery: Delivery, limits: Checks) -> list[Any]:
    """Return what is expected of one delivered table: volume, freshness, keys, then the source's own formats."""
    expected = delivery_expectations(entity, delivery, limits)
    if delivery.rows == 0:
        return expected  # nothing else can be said of no rows
    own: list[Any] = import_module(f"abm.quality.landing.{entity.source}").expectations(entity, limits)
    return expected + own
