"""What holds for every delivery of every source: volume against history, freshness, keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from abm.quality.severities import severity

if TYPE_CHECKING:
    from abm.entities import Entity
    from abm.policy.limits import Checks

# Entities without which nothing can be decided: a first load of none of them is a broken source, not a new company.
INDISPENSABLE = frozenset({("salesforce", "account"), ("hubspot", "company"), ("files", "accounts")})
_CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class Delivery:
    """What was staged, and what past deliveries of the same entity looked like."""

    rows: int
    is_full: bool
    last_full_rows: int | None = None
    usual_rows: float | None = None
    checked_at: datetime | None = None


def delivery_expectations(entity: Entity, delivery: Delivery, limits: Checks) -> list[Any]:
    expected = [_volume(entity, delivery, limits)]
    if delivery.rows:
        expected += _keys(entity)
        expected += _plausible_dates(entity, delivery)
    return expected


def _volume(entity: Entity, delivery: Delivery, limits: Checks) -> Any:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (seconds of import)

    least = least_rows(entity, delivery, limits)
    against = "the last complete load" if delivery.is_full else "the changes of the last nights"
    return gxe.ExpectTableRowCountToBeBetween(
        min_value=least,
        # A night without any change is odd where others had many, but it happens; a complete load that shrank does not.
        severity=severity(limits.landing_volume_drop) if delivery.is_full else "warning",
        description=f"At least {least:,} rows arrive, against {against}",
    )


def least_rows(entity: Entity, delivery: Delivery, limits: Checks) -> int:
    """Return the fewest rows that are believable, from what past deliveries brought."""
    if not delivery.is_full:
        return 1 if (delivery.usual_rows or 0) >= limits.minimum_rows else 0
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


def _plausible_dates(entity: Entity, delivery: Delivery) -> list[Any]:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    if entity.cursor is None:
        return []
    latest = (delivery.checked_at or datetime.now(UTC)) + _CLOCK_SKEW
    return [
        gxe.ExpectColumnMaxToBeBetween(
            column=entity.cursor,
            max_value=latest.isoformat(),
            severity="warning",
            description="No change is dated in the future",
        )
    ]


def freshness(limits: Checks) -> Any:
    """Expect that something changed lately anywhere in the source; single tables may rest for weeks."""
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    limit = limits.landing_freshness_days
    return gxe.ExpectColumnMaxToBeBetween(
        column="days_since_last_change",
        max_value=limit.limit,
        severity=severity(limit),
        description=f"The newest change anywhere in the source is at most {limit.limit:g} days old",
    )
