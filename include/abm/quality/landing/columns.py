"""Expectations on single columns, as each source's module lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.quality.severities import severity

if TYPE_CHECKING:
    from abm.policy.limits import Checks


def mostly_filled(column: str, limits: Checks) -> Any:
    """Expect a column that everyone needs to be filled in enough rows."""
    import great_expectations.expectations as gxe  # noqa: PLC0415 (seconds of import)

    share = 1 - limits.landing_null_share.limit
    return gxe.ExpectColumnValuesToNotBeNull(
        column=column,
        mostly=share,
        severity=severity(limits.landing_null_share),
        description=f"{column} is filled in at least {share:.0%} of the rows",
    )


def formatted(column: str, pattern: str, *, share: float, what: str, stops: bool = False) -> Any:
    """Expect the filled values of a column to look as they should."""
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    return gxe.ExpectColumnValuesToMatchRegex(
        column=column,
        regex=pattern,
        mostly=share,
        severity="critical" if stops else "warning",
        description=f"{column} is {what} in at least {share:.0%} of the rows that have one",
    )


def not_negative(column: str) -> Any:
    import great_expectations.expectations as gxe  # noqa: PLC0415 (as above)

    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=0,
        mostly=0.99,
        severity="warning",
        description=f"{column} is not negative",
    )
