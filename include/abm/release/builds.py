"""Start of a build: its as-of date, release and policy version, written where every model reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from abm.errors import ConfigurationError, Fault, HeldError
from abm.policy.versions import store_policy
from abm.release.locks import lock_release, refuse_while_building
from abm.warehouse import connect

if TYPE_CHECKING:
    import psycopg

    from abm.policy.schema import Policy

_INSERT_RELEASE = """
insert into ops.releases (release_id, as_of_date, policy_version, status, is_review)
values (%(release_id)s, %(as_of)s, %(policy_version)s, 'building', %(is_review)s)
on conflict (release_id) do update
set
    as_of_date = excluded.as_of_date, policy_version = excluded.policy_version, status = 'building',
    is_review = excluded.is_review, started_at = now(), decided_at = null, decided_by = null, reason = null,
    accounts = null, accounts_changed = null, digest = null
where releases.published_at is null
returning true
"""
_SUPERSEDE_BUILDS = """
update ops.releases set status = 'superseded'
where status in ('building', 'held') and release_id <> %(release_id)s
"""
_REPLACE_CONTEXT = """
insert into ops.build_context (release_id, as_of_date, policy_version, is_review)
values (%(release_id)s, %(as_of)s, %(policy_version)s, %(is_review)s)
on conflict (only_row) do update
set
    release_id = excluded.release_id, as_of_date = excluded.as_of_date,
    policy_version = excluded.policy_version, is_review = excluded.is_review, started_at = now()
"""
_READ_CONTEXT = "select release_id, as_of_date as as_of, policy_version, is_review from ops.build_context"


@dataclass(frozen=True)
class BuildContext:
    """What the next build is for."""

    release_id: str
    as_of: dt.date
    policy_version: str
    is_review: bool = False


def start_build(url: str, *, as_of: dt.date, release_id: str, policy: Policy, is_review: bool = False) -> BuildContext:
    """Store the policy, open the release and point the models at it; unfinished earlier builds are superseded.

    In a review base styles may move; between reviews a night only proposes. A second call starts the same build again.
    Raises BusyError where another process builds, HeldError where the release is published already or the date lies
    before the live release's (the ledgers only grow forward), and ConfigurationError where it lies in the future, since
    no later night could follow.
    """
    _refuse_the_future(as_of)
    with connect(url) as connection:
        lock_release(connection)
        refuse_while_building(connection)
        _refuse_the_past(connection, as_of)
        version = store_policy(connection, policy)
        values = {"release_id": release_id, "as_of": as_of, "policy_version": version, "is_review": is_review}
        if connection.execute(_INSERT_RELEASE, values).fetchone() is None:
            raise HeldError(f"Release {release_id!r} is published already. Start the new build under another id.")
        connection.execute(_SUPERSEDE_BUILDS, values)
        connection.execute(_REPLACE_CONTEXT, values)
        # Every model joins this one row, which a planner without statistics takes for hundreds.
        connection.execute("analyze ops.build_context")
    return BuildContext(release_id, as_of, version, is_review)


def read_context(connection: psycopg.Connection) -> BuildContext:
    """Return what the candidate is built for; raises HeldError where no build was started."""
    with connection.cursor(row_factory=class_row(BuildContext)) as cursor:
        context = cursor.execute(_READ_CONTEXT).fetchone()
    if context is None:
        raise HeldError("No build was started, so there is no candidate. Run the model step first.")
    return context


def _refuse_the_future(as_of: dt.date) -> None:
    latest = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)  # it may be tomorrow already where the user is
    if as_of > latest:
        raise ConfigurationError(
            Fault("as-of date", f"{as_of} lies in the future", "Choose today or a day since the last release")
        )


def _refuse_the_past(connection: psycopg.Connection, as_of: dt.date) -> None:
    row = connection.execute("select release_id, as_of_date from ops.releases where status = 'published'").fetchone()
    if row is not None and as_of < row[1]:
        raise HeldError(
            f"A build as of {as_of} cannot follow release {row[0]!r} as of {row[1]}: the ledgers only grow "
            f"forward. Choose {row[1]} or later."
        )
