"""What holds for every delivery of every source: volume against history, freshness, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from abm.quality.severities import severity

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.schema import Checks

# Entities without which nothing can be decided: a first load of none of them is a broken source, not a new company.
INDISPENSABLE = frozenset({("salesforce", "account"), ("hubspot", "company"), ("files", "accounts")})
_CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class Delivery:
    """What was staged, and what past deliveries of the same entity looked like."""

    rows: int
    is_full: bool
    last_full_rows: int | None = None
    checked_at: datetime | None = None


def delivery_expectations(entity: Entity, delivery: Delivery, limits: Checks) -> list[Any]:
    expected = [_volume(entity, delivery, limits)]
    if delivery.rows:
        expected += _keys(entity)
        expected += _freshness(entity, delivery, limits)
    return expected


def _volume(entity: Entity, delivery: Delivery, limits: Checks) -> Any:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (seconds of import)

    least = least_rows(entity, delivery, limits)
    return gxe.ExpectTableRowCountToBeBetween(
        min_value=least,
        severity=severity(limits.landing_volume_drop),
        description=f"At least {least:,} rows arrive, against the last complete load",
    )


def least_rows(entity: Entity, delivery: Delivery, limits: Checks) -> int:
    """Return the fewest rows that are believable: a quiet night may bring none, a complete load may not shrink much."""
    if not delivery.is_full:
        return 0
    if delivery.last_full_rows is None:
        return 1 if (entity.source, entity.name) in INDISPENSABLE else 0
    if delivery.last_full_rows < limits.minimum_rows:
        return 1 if delivery.last_full_rows else 0
    return ceil(delivery.last_full_rows * (1 - limits.landing_volume_drop.limit))


def _keys(entity: Entity) -> list[Any]:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column, severity="critical", description=f"Every row has its key {column}"
        )
        for column in entity.key
    ]


def _freshness(entity: Entity, delivery: Delivery, limits: Checks) -> list[Any]:
    """Expect the newest change to be recent on a complete load, and never from the future."""
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    if entity.cursor is None:
        return []
    now = delivery.checked_at or datetime.now(UTC)
    newest = gxe.ExpectColumnMaxToBeBetween(
        column=entity.cursor,
        max_value=(now + _CLOCK_SKEW).isoformat(),
        severity="warning",
        description="No change is dated in the future",
    )
    if not delivery.is_full:
        return [newest]
    oldest = now - timedelta(days=limits.landing_freshness_days.limit)
    recent = gxe.ExpectColumnMaxToBeBetween(
        column=entity.cursor,
        min_value=oldest.isoformat(),
        severity=severity(limits.landing_freshness_days),
        description=f"The newest change is at most {limits.landing_freshness_days.limit:g} days old",
    )
    return [newest, recent]
