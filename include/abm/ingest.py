"""A source's night: stage what changed, then merge it whole or hold it back. Checks come in between."""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from abm import landing
from abm.activation.gone_records import follow_gone
from abm.errors import AbmError, ConfigurationError, Fault
from abm.identity.digests import refresh_digests
from abm.landing.tables import raw_table
from abm.rates import shared_rates
from abm.settings import Connection, connection_id, find_connection
from abm.sources import PARTIAL_SOURCES, SOURCES, PartialSource, entities, open_source
from abm.warehouse import connect

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from abm.entities import Entity
    from abm.landing import Counts, Staged
    from abm.settings import Settings
    from abm.sources import Source

_log = logging.getLogger(__name__)

_OVERLAP = timedelta(minutes=10)  # clocks differ, and a record can be committed after one with a later time
_LATE_OVERLAPS = {("hubspot", "email_event"): timedelta(days=7)}  # opens and clicks are reported late


def configured_sources(settings: Settings) -> list[str]:
    """Return the sources of `ABM_SOURCES`, or else every source that has a connection."""
    if settings.sources is None:
        return [source for source in SOURCES if find_connection(source, settings)]
    named = [name.strip() for name in settings.sources.split(",") if name.strip()]
    unknown = [
        Fault("ABM_SOURCES", f"names {name!r}, which is not known", f"Use some of {', '.join(SOURCES)}")
        for name in named
        if name not in SOURCES
    ]
    if unknown:
        raise ConfigurationError(*unknown)
    return named


def stage_source(url: str, source: str, connection: Connection, batch_id: str) -> list[Staged]:
    """Read what changed in every entity that the source has into its incoming tables; raw tables stay as they are."""
    landing.ensure_tables(url, [entity for name in SOURCES for entity in entities(name)])
    written = _written_fields(url, source)
    with shared_rates(url), contextlib.closing(open_source(source, connection)) as opened:
        if not isinstance(opened, PartialSource):
            return [_stage_entity(url, opened, entity.reading(written), batch_id) for entity in entities(source)]
        try:
            mapped = [entity for entity in entities(source) if opened.delivers(entity)]
            return [_stage_entity(url, opened, entity, batch_id) for entity in mapped]
        except BaseException:
            _abandon(url, source, batch_id)  # what is there of it does not tell that the rest is missing
            raise


def merge_source(url: str, source: str, batch_id: str) -> dict[str, Counts]:
    """Merge the staged batch of every entity that came, all or none, digest its people, and return the counts."""
    staged = _staged_entities(url, source, batch_id)
    merged = landing.merge_all(url, staged, batch_id)
    follow_gone(url, source)
    for name, counts in merged.items():
        _log.info(
            "Merged %s.%s: %d inserted, %d updated, %d deleted, %d unchanged",
            *(source, name, counts.inserted, counts.updated, counts.deleted, counts.unchanged),
        )
    _log.info("Digested %d person records of %s", refresh_digests(url, staged), source)
    return merged


def catch_up(url: str) -> None:
    """Digest the people of merges that ended before that was done; finds nothing after whole ones, safe to repeat.

    A model begins with it: of digests that lag behind their records nothing is built.
    """
    with connect(url) as connection:
        landed = [entity for source in SOURCES for entity in entities(source) if _has_landed(connection, entity)]
    if records := refresh_digests(url, landed):
        _log.info("Digested %d person records that were merged before", records)


def _has_landed(connection: psycopg.Connection, entity: Entity) -> bool:
    return connection.execute("select to_regclass(%s) is not null", [raw_table(entity)]).fetchone() == (True,)


def _abandon(url: str, source: str, batch_id: str) -> None:
    with connect(url) as connection:
        connection.execute(
            "update ops.landing_batches set status = 'abandoned', reason = 'the rest could not be read'"
            " where batch_id = %s and source = %s and status = 'staged'",
            [batch_id, source],
        )


def _staged_entities(url: str, source: str, batch_id: str) -> list[Entity]:
    """Return the entities that the batch must have: all, or of a source that may have only some those that came."""
    if source not in PARTIAL_SOURCES:
        return list(entities(source))
    with connect(url) as connection:
        staged = connection.execute(
            "select entity from ops.landing_batches where batch_id = %s and source = %s", [batch_id, source]
        ).fetchall()
    names = {name for (name,) in staged}
    return [entity for entity in entities(source) if entity.name in names or not names]


def hold_source(url: str, source: str, batch_id: str, reason: str) -> None:
    """Keep the staged batch out of the raw tables; the cursor stays, so the next stage reads the same window again."""
    with connect(url) as connection:
        connection.execute(
            """
            update ops.landing_batches set status = 'held', reason = %s
            where batch_id = %s and source = %s and status = 'staged'
            """,
            [reason, batch_id, source],
        )
    _log.warning("Held batch %s of %s", batch_id, source)


def merged_sources(url: str, batch_id: str) -> list[str]:
    """Return the sources that merged this batch; raises AbmError where none did, with what became of each."""
    with connect(url) as connection:
        rows = connection.execute(
            "select source, status, count(*) from ops.landing_batches where batch_id = %s group by 1, 2 order by 1, 2",
            [batch_id],
        ).fetchall()
    merged = sorted({source for source, status, _ in rows if status == "merged"})
    if not merged:
        found = ", ".join(f"{source}: {count} {status}" for source, status, count in rows) or "nothing was staged"
        raise AbmError(
            f"No source landed in batch {batch_id!r} ({found}). See the failed steps of each source; "
            "where none is configured, add a connection ('abm doctor' lists them)."
        )
    return merged


def files_connection(folder: Path, mapping: Path) -> Connection:
    """Return the connection that reads a folder by a mapping; raises ConfigurationError where it is no folder."""
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise ConfigurationError(Fault(f"folder {folder}", what, "Name the folder that holds the CSV or Parquet files"))
    return Connection(connection_id("files"), extra={"path": str(folder), "mapping": str(mapping)})


def _stage_entity(url: str, source: Source, entity: Entity, batch_id: str) -> Staged:
    cursor = _find_cursor(url, entity)
    staged = landing.stage(
        url,
        entity,
        source.extract(entity, cursor),
        batch_id=batch_id,
        is_full=cursor is None,
        cursor_from=cursor,
    )
    _log.info("Staged %s.%s: %d rows since %s", entity.source, entity.name, staged.rows, cursor or "the beginning")
    return staged


def _written_fields(url: str, source: str) -> dict[str, str]:
    """Return the platform fields that the live release writes, by our name of each."""
    with connect(url) as connection:
        return dict(
            connection.execute(
                "select fields.field, fields.platform_field from ops.policy_fields as fields"
                " inner join ops.releases as live using (policy_version)"
                " where live.status = 'published' and fields.destination = %s",
                [source],
            ).fetchall()
        )


def _find_cursor(url: str, entity: Entity) -> str | None:
    """Return from when on to read, an overlap before the last change seen, or None for a full load."""
    with connect(url) as connection:
        row = connection.execute(
            "select cursor_value from ops.source_cursors where source = %s and entity = %s",
            [entity.source, entity.name],
        ).fetchone()
    if row is None or entity.cursor is None:
        return None
    overlap = _LATE_OVERLAPS.get((entity.source, entity.name), _OVERLAP)
    return (datetime.fromisoformat(row[0]) - overlap).isoformat(timespec="microseconds")
