"""A whole night without Airflow: the same functions, in the same order, one process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from abm import activation, alerts, ingest, quality, release, transform
from abm.activation.guards import how_to_approve
from abm.database_errors import database_errors_told
from abm.destinations import REGISTRY
from abm.errors import AbmError, ConfigurationError, Fault, HeldError
from abm.policy.load import load_policy
from abm.settings import find_connection, require_connection
from abm.sources import SOURCES
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from abm.activation import Verdict
    from abm.landing import Counts
    from abm.settings import Connection, Settings


@dataclass(frozen=True)
class Failure:
    """One step that did not end well; the others went on."""

    step: str
    error: AbmError


@dataclass(frozen=True)
class Review:
    """A review of base styles, and who approves what it moves; without a name it is shown and held."""

    approved_by: str | None = None


@dataclass(frozen=True)
class Approval:
    """Who approves the plan of this digest, as `abm plan` showed it."""

    plan: str
    approved_by: str


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
    review: Review | None = None,
    tell: Callable[[str], None],
    show: Callable[[Verdict], None] | None = None,
) -> Night:
    """Ingest every configured source, model, publish, and activate every configured destination.

    With a review base styles may move; it is published only with the name of who approves. `show` is given each plan
    of a dry run.
    A source or destination that fails is told and left for the next night. Raises AbmError where no source landed
    or the candidate was not published; yesterday's release then stays as it was. Faults of the configuration
    are raised before anything is read.
    """
    check_configuration(settings, as_of=as_of, today=now.date())
    key = f"{now:%Y%m%dT%H%M%S}"
    try:
        failures = ingest_sources(url, settings, key, tell)
        with database_errors_told():
            release_id = f"{'review' if review else 'run'}-{key}"
            model(url, settings, as_of or now.date(), release_id, review=review, tell=tell)
        failures += activate(url, settings, key, dry_run=dry_run, only=destinations, tell=tell, show=show)
        return Night(release_id, failures)
    finally:
        tell_alerts(url, settings, tell)


def check_configuration(settings: Settings, *, as_of: date | None, today: date) -> None:
    """Raise one ConfigurationError with every fault of policy, names, connections and date; nothing is opened."""
    checks: list[Callable[[], object]] = [
        lambda: load_policy(settings.policy),
        lambda: ingest.configured_sources(settings),
        lambda: configured_destinations(settings),
        *(partial(find_connection, platform, settings) for platform in dict.fromkeys((*SOURCES, *REGISTRY))),
    ]
    faults: list[Fault] = []
    for check in checks:
        try:
            check()
        except ConfigurationError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    if as_of is not None and as_of > today:
        faults.append(
            Fault(
                f"--as-of {as_of}", "lies in the future", f"Name a day up to {today}; styles and leases move by the day"
            )
        )
    if faults:
        raise ConfigurationError(*faults)


def ingest_sources(url: str, settings: Settings, batch_id: str, tell: Callable[[str], None]) -> list[Failure]:
    """Stage, check and merge each configured source alone; raises the first error where none of them landed.

    Without a configured source, what `abm load` brought is used.
    """
    sources = ingest.configured_sources(settings)
    if not sources:
        _require_loaded(url)
        tell("No source is connected; what was loaded before is used")
    failures: list[Failure] = []
    for source in sources:
        tell(f"Reading {source}")
        try:
            with database_errors_told():
                land_source(url, source, require_connection(source, settings), batch_id)
        except AbmError as error:
            failures.append(_failure(f"source {source}", error, tell))
    if sources and len(failures) == len(sources):
        raise failures[0].error
    return failures


def _require_loaded(url: str) -> None:
    with connect(url) as connection:
        if connection.execute("select 1 from ops.landing_batches where status = 'merged' limit 1").fetchone() is None:
            raise ConfigurationError(
                Fault(
                    "sources",
                    "none is connected and nothing was loaded",
                    "Add a connection (docs/connections.md), or load files: abm load DIR --mapping FILE",
                )
            )


def _failure(step: str, error: AbmError, tell: Callable[[str], None]) -> Failure:
    """Tell a failure when it happens: should the night end early, it is not lost."""
    tell(f"  {step} failed; the others go on")
    return Failure(step, error)


def land_source(url: str, source: str, connection: Connection, batch_id: str) -> dict[str, Counts]:
    """Stage what changed in a source and merge it if its checks pass; hold it otherwise and raise HeldError."""
    ingest.stage_source(url, source, connection, batch_id)
    report = quality.check_landing(url, source, batch_id)
    if report.stops:
        ingest.hold_source(url, source, batch_id, report.summary)
    report.raise_if_stopped()
    return ingest.merge_source(url, source, batch_id)


def model(
    url: str,
    settings: Settings,
    as_of: date,
    release_id: str,
    *,
    review: Review | None = None,
    tell: Callable[[str], None],
) -> None:
    """Build, check, compare and publish; what a person must decide is held, unless a review says who approves it."""
    tell(f"Building the candidate as of {as_of}")
    policy = load_policy(settings.policy)
    ingest.catch_up(url)
    release.start_build(url, as_of=as_of, release_id=release_id, policy=policy, is_review=review is not None)
    try:
        with release.lock_build(url):
            transform.build(url)
    except AbmError:
        release.hold_unfinished(url, release_id)
        raise
    tell("Checking the candidate")
    report = quality.check_candidate(url, release_id)
    if report.stops:
        release.hold(url, release_id, report.summary)
    report.raise_if_stopped()
    comparison = release.compare(url)
    if remedy := _what_is_missing(comparison, review):
        release.hold(url, release_id, comparison.summary)
        raise HeldError(f"{comparison.summary}\n{remedy}")
    if review is not None:
        tell(comparison.summary)
    release.publish(url, release_id, review.approved_by if review and review.approved_by else "abm run")


def _what_is_missing(comparison: release.Comparison, review: Review | None) -> str | None:
    """Tell what it takes to publish, or None where nothing is missing."""
    if comparison.verdict == "stop":
        return "It cannot be approved; see 'abm doctor' and the sources' checks."
    if review is not None:
        return (
            None if review.approved_by else "Approve it: abm run --review --approve-by NAME, or abm_review in Airflow."
        )
    if comparison.verdict == "approve":
        return "Approve it in Airflow (abm_model), or change the guard in the policy."
    return None


def activate(
    url: str,
    settings: Settings,
    key: str,
    *,
    dry_run: bool,
    only: Sequence[str],
    tell: Callable[[str], None],
    show: Callable[[Verdict], None] | None = None,
) -> list[Failure]:
    """Plan, guard, send and account for each configured destination alone; `show` is given each plan of a dry run."""
    failures: list[Failure] = []
    for destination in configured_destinations(settings):
        if only and destination not in only:
            continue
        tell(f"{'Planning' if dry_run else 'Sending to'} {destination}")
        try:
            with database_errors_told():
                verdict = activate_one(url, settings, destination, f"{destination}-{key}", dry_run=dry_run)
        except AbmError as error:
            failures.append(_failure(f"destination {destination}", error, tell))
        else:
            tell(f"  {verdict.counts}")
            if dry_run and show:
                show(verdict)
    return failures


def activate_one(
    url: str,
    settings: Settings,
    destination: str,
    run_id: str,
    *,
    dry_run: bool = False,
    approval: Approval | None = None,
) -> Verdict:
    """Send what differs and return the verdict on it.

    Members who opted out leave first, whatever the verdict.
    A plan past its budget is held and HeldError raised, unless the approval is of exactly this plan; so is every plan
    that is not the one approved.
    """
    connection = find_connection(destination, settings)
    if not dry_run and destination in REGISTRY and REGISTRY[destination].needs_connection:
        connection = require_connection(destination, settings)
    if not dry_run:
        activation.remove_opt_outs(url, destination, run_id, connection)
    activation.plan(url, destination, run_id=run_id, dry_run=dry_run)
    verdict = activation.guard(url, run_id, load_policy(settings.policy), connection)
    if dry_run:
        return verdict
    if remedy := _what_sending_lacks(verdict, approval):
        activation.hold(url, run_id, verdict.told)
        raise HeldError(f"{verdict.told}. Nothing was sent. {remedy}")
    if approval:
        activation.approve(url, run_id, verdict.digest, approval.approved_by)
    activation.send(url, run_id, connection)
    activation.account(url, run_id, connection)
    return verdict


def _what_sending_lacks(verdict: Verdict, approval: Approval | None) -> str | None:
    """Tell what it takes to send a plan, or None where nothing is missing."""
    if verdict.decision == "stop":
        return "It cannot be approved; look at what was published and at the sources' checks."
    if approval and approval.plan != verdict.digest:
        return (
            f"The plan is {verdict.digest} now, and {approval.plan} was approved. "
            f"Look at it: abm plan {verdict.destination}"
        )
    if verdict.decision == "approve" and not approval:
        return how_to_approve(verdict.destination, verdict.digest)
    return None


def tell_alerts(url: str, settings: Settings, tell: Callable[[str], None]) -> None:
    """Tell what changed, here and through every channel with a connection; who cannot be told fails nothing."""
    try:
        with database_errors_told():
            channels = alerts.open_channels(lambda name: find_connection(name, settings), tell)
            alerts.tell_changes(url, channels, tell)
    except AbmError as error:
        tell(f"Alerts were not told and come again: {error}")


def configured_destinations(settings: Settings) -> list[str]:
    """List the destinations to send to: those named in ABM_DESTINATIONS, or all that need no connection or have one."""
    if settings.destinations is None:
        return [
            name
            for name, registered in REGISTRY.items()
            if not registered.needs_connection or find_connection(name, settings)
        ]
    named = [name.strip() for name in settings.destinations.split(",") if name.strip()]
    unknown = [
        Fault("ABM_DESTINATIONS", f"names {name!r}, which is not known", f"Use some of {', '.join(REGISTRY)}")
        for name in named
        if name not in REGISTRY
    ]
    if unknown:
        raise ConfigurationError(*unknown)
    return named
