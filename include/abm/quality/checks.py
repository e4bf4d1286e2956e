"""The two checks of a night: on a source's landing, and on the candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from abm.landing import ensure_tables
from abm.policy.load import load_policy
from abm.quality.report import Report
from abm.quality.runner import Suite, run_suites
from abm.settings import load_settings
from abm.sources import entities
from abm.warehouse import connect

if TYPE_CHECKING:
    from abm.policy.schema import Policy
    from abm.quality.landing.deliveries import Delivery


def check_landing(url: str, source: str, batch_id: str, policy: Policy | None = None) -> Report:
    """Check every table that the source staged in this batch; results go to `ops.check_results` and the Data Docs."""
    from abm.quality.landing import landing_expectations  # noqa: PLC0415 (imports Great Expectations)
    from abm.quality.landing.deliveries import freshness  # noqa: PLC0415 (as above)

    limits = (policy or load_policy(load_settings().policy)).checks
    known = entities(source)
    ensure_tables(url, known)
    deliveries = _deliveries(url, source, batch_id)
    suites = [
        Suite(
            subject=f"{entity.raw_schema}.{entity.name}",
            expectations=landing_expectations(entity, deliveries[entity.name], limits),
            schema=entity.incoming_schema,
            table=entity.name,
        )
        for entity in known
        if entity.name in deliveries
    ]
    if any(entity.cursor and entity.name in deliveries for entity in known):
        suites.append(Suite(f"raw_{source}", [freshness(limits)], query=_newest_change(source, batch_id)))
    return run_suites(url, f"landing {source}", batch_id, suites) if suites else Report(f"landing {source}", [])


def check_candidate(url: str, run_id: str, policy: Policy | None = None) -> Report:
    """Check the candidate against seats, limits and the published release."""
    from abm.quality.candidate import candidate_suites  # noqa: PLC0415 (imports Great Expectations)

    limits = (policy or load_policy(load_settings().policy)).checks
    with connect(url) as connection:
        found = connection.execute("select to_regclass('marts.fct_account_styles') is not null").fetchone()
    return run_suites(url, "candidate", run_id, candidate_suites(limits, has_release=bool(found and found[0])))


def _deliveries(url: str, source: str, batch_id: str) -> dict[str, Delivery]:
    """Return what this batch staged, with the size of each entity's last complete load."""
    from abm.quality.landing.deliveries import Delivery  # noqa: PLC0415 (as above)

    with connect(url) as connection:
        rows = connection.execute(
            """
            select staged.entity, staged.rows_staged, staged.is_full, staged.staged_at, (
                select past.rows_staged
                from ops.landing_batches as past
                where past.source = staged.source and past.entity = staged.entity
                    and past.is_full and past.status = 'merged'
                order by past.merged_at desc
                limit 1
            ), (
                select avg(recent.rows_staged)
                from (
                    select past.rows_staged
                    from ops.landing_batches as past
                    where past.source = staged.source and past.entity = staged.entity
                        and not past.is_full and past.status = 'merged'
                    order by past.merged_at desc
                    limit 7
                ) as recent
            )
            from ops.landing_batches as staged
            where staged.batch_id = %s and staged.source = %s and staged.status = 'staged'
            """,
            [batch_id, source],
        ).fetchall()
    return {
        entity: Delivery(rows=staged, is_full=is_full, last_full_rows=last, usual_rows=usual, checked_at=staged_at)
        for entity, staged, is_full, staged_at, last, usual in rows
    }


def _newest_change(source: str, batch_id: str) -> str:
    """Return a query for the age in days of the newest change that this delivery or an earlier one brought."""
    query = sql.SQL(
        """
        select cast(
            coalesce(extract(epoch from now() - max(cast(newest as timestamptz))) / 86400, 0) as double precision
        ) as days_since_last_change
        from (
            select cursor_to as newest from ops.landing_batches where source = {source} and batch_id = {batch_id}
            union all
            select cursor_value from ops.source_cursors where source = {source}
        ) as cursors
        """
    )
    return query.format(source=sql.Literal(source), batch_id=sql.Literal(batch_id)).as_string()
