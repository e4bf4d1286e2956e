"""A whole night without Airflow: the same functions, in the same order, one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm import activation, ingest, quality, release, transform
from abm.destinations import REGISTRY
from abm.errors import AbmError, ConfigurationError, HeldError
from abm.policy.load import load_policy
from abm.settings import find_connection, missing_connection, require_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from abm.landing import Counts
    from abm.settings import Connection, Settings


@dataclass(frozen=True)
class Failure:
    """One step that did not end well; the others went on."""

    step: str
    error: AbmError


@dataclass(frozen=True)
class Night:
    """What a night did: the release it published, if any, and every step that failed."""

    release_id: str | None
    failures: Sequence[Failure]


def run_night(
    url: str,
    settings: Settings,
    *,
    now: datetime,
    as_of: date | None = None,
    dry_run: bool = False,
    destinations: Sequence[str] = (),
    tell: Callable[[str], None],
) -> Night:
    """Ingest every configured source, model, publish, and activate every configured destination.

    A source or destination that fails is told and left for the next night. Raises AbmError where no source landed
    or the candidate was not published; yesterday's release then stays as it was.
    """
    key = f"{now:%Y%m%dT%H%M%S}"
    failures = ingest_sources(url, settings, key, tell)
    release_id = model(url, settings, as_of or now.date(), f"r{key}", tell)
    failures += activate(url, settings, key, dry_run=dry_run, only=destinations, tell=tell)
    return Night(release_id, failures)


def ingest_sources(url: str, settings: Settings, batch_id: str, tell: Callable[[str], None]) -> list[Failure]:
    """Stage, check and merge each configured source alone; raises the first error where none of them landed."""
    sources = ingest.configured_sources(settings)
    failures: list[Failure] = []
    for source in sources:
        tell(f"Reading {source}")
        try:
            land_source(url, source, require_connection(source, settings), batch_id)
        except AbmError as error:
            failures.append(Failure(f"source {source}", error))
    if not sources:
        raise ConfigurationError(missing_connection("salesforce"))
    if len(failures) == len(sources):
        raise failures[0].error
    return failures


def land_source(url: str, source: str, connection: Connection, batch_id: str) -> dict[str, Counts]:
    """Stage what changed in a source and merge it if its checks pass; hold it otherwise and raise HeldError."""
    ingest.stage_source(url, source, connection, batch_id)
    report = quality.check_landing(url, source, batch_id)
    if report.stops:
        ingest.hold_source(url, source, batch_id, report.summary)
    report.raise_if_stopped()
    return ingest.merge_source(url, source, batch_id)


def model(url: str, settings: Settings, as_of: date, release_id: str, tell: Callable[[str], None]) -> str:
    """Build, check, compare and publish; past the change budget the release is held, since nobody can be asked here."""
    tell(f"Building the candidate as of {as_of}")
    release.start_build(url, as_of=as_of, release_id=release_id, policy=load_policy(settings.policy))
    transform.build(url)
    tell("Checking the candidate")
    report = quality.check_candidate(url, release_id)
    if report.stops:
        release.hold(url, release_id, report.summary)
    report.raise_if_stopped()
    comparison = release.compare(url)
    if comparison.verdict != "publish":
        release.hold(url, release_id, comparison.summary)
        raise HeldError(f"{comparison.summary} Approve it in Airflow (abm_model), or change the guard in the policy.")
    release.publish(url, release_id, "abm run")
    return release_id


def activate(
    url: str, settings: Settings, key: str, *, dry_run: bool, only: Sequence[str], tell: Callable[[str], None]
) -> list[Failure]:
    """Plan, guard, send and account for each configured destination alone."""
    failures: list[Failure] = []
    for destination in configured_destinations(settings):
        if only and destination not in only:
            continue
        tell(f"{'Planning' if dry_run else 'Sending to'} {destination}")
        try:
            activate_one(url, settings, destination, f"{destination}-{key}", dry_run=dry_run)
        except AbmError as error:
            failures.append(Failure(f"destination {destination}", error))
    return failures


def activate_one(url: str, settings: Settings, destination: str, run_id: str, *, dry_run: bool) -> None:
    """Send what differs; a plan past its guard is held and told."""
    connection = find_connection(destination, settings)
    activation.plan(url, destination, run_id=run_id, dry_run=dry_run)
    if dry_run:
        return
    verdict = activation.guard(url, run_id, load_policy(settings.policy))
    if not verdict.is_within_budget:
        activation.hold(url, run_id, verdict.summary)
        raise HeldError(f"{verdict.summary} Approve it in Airflow (abm_activate_{destination}).")
    activation.send(url, run_id, connection)
    activation.account(url, run_id, connection)


def configured_destinations(settings: Settings) -> list[str]:
    """List the destinations to send to: those named in ABM_DESTINATIONS, or all that need no connection or have one."""
    if settings.destinations:
        return [name.strip() for name in settings.destinations.split(",") if name.strip()]
    return [
        name
        for name, registered in REGISTRY.items()
        if not registered.needs_connection or find_connection(name, settings)
    ]
