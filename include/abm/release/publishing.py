"""Publishing: the candidate tables take the place of the live ones, with ledgers and record, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from abm.errors import HeldError, RetryableError
from abm.release.builds import BuildContext, read_context
from abm.release.difference import count_changes, require_candidate
from abm.release.ledger import append_ledgers
from abm.release.locks import lock_release
from abm.release.swap import analyse, swap_schema
from abm.warehouse import connect

if TYPE_CHECKING:
    from abm.release.difference import Difference

SCHEMAS = {"candidate_marts": "marts", "candidate_activation": "activation"}
LOCK_SECONDS = 60  # a reader of the live tables may keep us waiting so long, and others behind us

_DIGEST = """
select md5(string_agg(md5((to_jsonb(styles) - 'release_id')::text), '' order by account_id collate "C", as_of_date))
from marts.fct_account_styles as styles
"""
_RECORD = """
update ops.releases
set
    status = 'published', decided_at = now(), published_at = now(), decided_by = %(decided_by)s, reason = null,
    accounts = %(accounts)s, accounts_changed = %(accounts_changed)s, digest = %(digest)s
where release_id = %(release_id)s
"""


@dataclass(frozen=True)
class Published:
    """A release that is live, with what its publication changed in accounts and in the ledger."""

    release_id: str
    accounts: int
    accounts_changed: int
    digest: str


def publish(url: str, release_id: str, decided_by: str) -> Published:
    """Make the candidate the live release, all of it or nothing; publishing it again changes nothing.

    Raises HeldError where the release was rejected or superseded, or the candidate is empty or another release's,
    BusyError where another process publishes, and RetryableError where a reader keeps the live tables too long.
    """
    with connect(url) as connection:
        lock_release(connection)
        if (published := _already_published(connection, release_id)) is not None:
            return published
        context = _require_publishable(connection, release_id)
        changes = count_changes(connection, context)
        if changes.is_empty:
            raise HeldError(f"Release {release_id!r} has no accounts, so it is not published. Look at the sources.")
        try:
            _swap(connection)
        except psycopg.errors.LockNotAvailable as error:
            raise RetryableError(
                f"Release {release_id!r} waited {LOCK_SECONDS} s for readers of the live tables. It is tried again.",
                code="LOCKED",
            ) from error
        published = _record(connection, context, changes, decided_by)
    analyse(url, SCHEMAS.values())
    return published


def _already_published(connection: psycopg.Connection, release_id: str) -> Published | None:
    with connection.cursor(row_factory=class_row(Published)) as cursor:
        return cursor.execute(
            "select release_id, accounts, accounts_changed, digest from ops.releases"
            " where release_id = %s and published_at is not null",
            [release_id],
        ).fetchone()


def _require_publishable(connection: psycopg.Connection, release_id: str) -> BuildContext:
    row = connection.execute("select status from ops.releases where release_id = %s", [release_id]).fetchone()
    if row is None or row[0] not in {"building", "held"}:
        raise HeldError(
            f"Release {release_id!r} is {row[0] if row else 'unknown'}, so it cannot be published. Build a new one."
        )
    context = read_context(connection)
    if context.release_id != release_id:
        raise HeldError(
            f"The candidate belongs to release {context.release_id!r}, not {release_id!r}. "
            "Publish that one, or build anew."
        )
    require_candidate(connection, context)
    return context


def _swap(connection: psycopg.Connection) -> None:
    connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(f"{LOCK_SECONDS}s")))
    for candidate, live in SCHEMAS.items():
        swap_schema(connection, candidate, live)


def _record(connection: psycopg.Connection, context: BuildContext, changes: Difference, decided_by: str) -> Published:
    append_ledgers(connection, context)
    (digest,) = connection.execute(_DIGEST).fetchone() or ("",)
    published = Published(context.release_id, changes.accounts, changes.accounts_changed, digest)
    connection.execute("update ops.releases set status = 'superseded' where status = 'published'")
    connection.execute(
        _RECORD,
        {
            "release_id": context.release_id,
            "decided_by": decided_by,
            "accounts": published.accounts,
            "accounts_changed": published.accounts_changed,
            "digest": digest,
        },
    )
    return published
