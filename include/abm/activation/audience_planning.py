"""What a plan of audiences sends beside differences, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psycopg import sql

from abm.activation.audience_forecasts import forecast_audiences

if TYPE_CHECKING:
    import psycopg

    from abm.activation.desired import Desired, Release

# Counted from the member's last acknowledgement: whoever sends one again gives it its whole time anew.
_KEPT_DAYS = """
select
    cast(max(value_number) filter (where setting = 'audience_membership.days.' || %(destination)s) as integer)
        - cast(max(value_number) filter (where setting = 'audience_membership.refresh_margin_days') as integer)
from ops.policy_settings where policy_version = %(policy_version)s
"""


def plan_audiences(
    connection: psycopg.Connection, destination: str, run_id: str, release: Release, desired: Desired
) -> Desired:
    """Leave out audiences that are not worth sending, and bring in members whose time on the platform ends soon."""
    forecasts = forecast_audiences(connection, destination, run_id, release.policy_version)
    left_out = [forecast for forecast in forecasts if not forecast.is_sent]
    return replace(
        desired,
        is_wanted=sql.SQL("audience <> all({})").format([forecast.audience for forecast in left_out]),
        is_due=_is_due(connection, destination, release.policy_version),
        rows_left_out=sum(forecast.members for forecast in left_out),
    )


def _is_due(connection: psycopg.Connection, destination: str, policy_version: str) -> sql.Composable:
    (days,) = connection.execute(
        _KEPT_DAYS, {"destination": destination, "policy_version": policy_version}
    ).fetchone() or (None,)
    if days is None:
        return sql.SQL("false")
    return sql.SQL("acknowledged_at < now() - make_interval(days => {})").format(max(days, 0))
