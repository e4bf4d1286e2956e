"""Look at everything a night needs, and tell each fault with its remedy. Changes nothing on any platform."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import stamina

from abm.activation import target_names
from abm.alerts import CHANNELS
from abm.database_errors import database_errors_told
from abm.destinations import REGISTRY, open_destination
from abm.errors import AbmError, ConfigurationError, Fault
from abm.policy.load import load_policy
from abm.settings import connection_id, defined_connections, find_connection, require_connection
from abm.sources import SOURCES, entities, open_source
from abm.warehouse import connect, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from abm.settings import Settings

PACKAGES = (
    "apache-airflow",
    "astronomer-cosmos",
    "dbt-core",
    "dbt-postgres",
    "great-expectations",
    "pandas",
    "pyarrow",
)
SUPPORTED_PYTHON = ((3, 11), (3, 13))
_LEAST_FREE_GB = 2


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, or the fault."""

    subject: str
    seen: str = ""
    fault: Fault | None = None

    @property
    def told(self) -> str:
        if self.fault is None:
            return self.seen
        return f"{self.fault.problem}. {self.fault.remedy}" if self.fault.remedy else self.fault.problem


def examine(settings: Settings) -> list[Finding]:
    """Return a finding for each part, sound or not; one fault never hides another."""
    parts: list[Callable[[Settings], Iterator[Finding]]] = [
        _python,
        _packages,
        _home,
        _policy,
        _warehouse,
        _connections,
        _alerts,
    ]
    return [finding for part in parts for finding in part(settings)]


def _python(_settings: Settings) -> Iterator[Finding]:
    lowest, highest = SUPPORTED_PYTHON
    seen = ".".join(map(str, sys.version_info[:3]))
    if lowest <= sys.version_info[:2] <= highest:
        yield Finding("Python", seen)
    else:
        yield _faulty("Python", f"{seen} is not supported", "Use Python 3.11 to 3.13: make PYTHON=python3.11 setup")


def _packages(_settings: Settings) -> Iterator[Finding]:
    for package in PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield _faulty(package, "is not installed", "Run 'make setup'")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home_dir
    existing = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(existing).free / 2**30
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        yield _faulty("ABM_HOME", f"{home} cannot be written", "Set ABM_HOME to a folder of yours")
    elif free < _LEAST_FREE_GB:
        yield _faulty(
            "ABM_HOME",
            f"{home} has {free:.1f} GB left",
            f"Free at least {_LEAST_FREE_GB} GB, or set ABM_HOME elsewhere",
        )
    else:
        yield Finding("ABM_HOME", f"{home}, {free:.0f} GB free")


def _policy(settings: Settings) -> Iterator[Finding]:
    try:
        load_policy(settings.policy)
    except ConfigurationError as error:
        yield from (
            Finding("policy", fault=Fault("policy", f"{fault.where}: {fault.problem}", fault.remedy))
            for fault in error.faults
        )
    else:
        yield Finding("policy", str(settings.policy or "the rulebook's defaults"))


def _warehouse(settings: Settings) -> Iterator[Finding]:
    try:
        with database_errors_told(), open_warehouse(settings) as url, connect(url) as connection:
            kind = "yours" if settings.warehouse_url else "embedded"
            yield Finding("warehouse", f"PostgreSQL {connection.info.server_version // 10000}, {kind}, migrated")
    except AbmError as error:
        yield from _told("warehouse", error)


def _connections(settings: Settings) -> Iterator[Finding]:
    platforms = dict.fromkeys(
        (*SOURCES, *(name for name, registered in REGISTRY.items() if registered.needs_connection))
    )
    configured = 0
    for platform in platforms:
        subject = f"connection abm_{platform}"
        try:
            connection = find_connection(platform, settings)
        except ConfigurationError as error:
            yield from _told(subject, error)
            continue
        if connection is None:
            yield Finding(subject, "not configured")
            continue
        configured += 1
        yield from _platform(platform, subject, settings)
    if configured or _has_loaded(settings):
        return
    yield _faulty(
        "connections",
        "no platform is configured and nothing was loaded",
        "Add one (docs/connections.md), load files ('abm load DIR --mapping FILE'), or see 'make demo'",
    )


def _alerts(settings: Settings) -> Iterator[Finding]:
    for name, open_channel in CHANNELS.items():
        subject = f"connection {connection_id(name)}"
        try:
            connection = find_connection(name, settings)
            if connection is not None:
                open_channel(connection).close()
        except AbmError as error:
            yield from _told(subject, error)
        else:
            yield Finding(subject, "complete; no alert was sent to try it" if connection else "not configured")
    known = ", ".join(map(connection_id, CHANNELS))
    for name in sorted(defined_connections(settings) - CHANNELS.keys()):
        if name.startswith("alerts_"):
            remedy = f"Name it {known} (docs/alerts.md), or remove it"
            yield _faulty(f"connection {connection_id(name)}", "is no channel of alerts", remedy)


def _has_loaded(settings: Settings) -> bool:
    """Tell whether files were loaded by hand: 'abm run' works with them alone."""
    try:
        with open_warehouse(settings) as url, connect(url) as warehouse:
            merged = "select 1 from ops.landing_batches where status = 'merged' limit 1"
            return warehouse.execute(merged).fetchone() is not None
    except AbmError:
        return False  # told by the warehouse's own finding


def _platform(platform: str, subject: str, settings: Settings) -> Iterator[Finding]:
    """Ask the destination of that name what its fields or audiences lack; that needs its credentials to work."""
    try:
        with _no_retries(), database_errors_told():
            missing = _missing(platform, settings) if platform in REGISTRY else _readable(platform, settings)
    except AbmError as error:
        yield from _told(subject, error)
        return
    yield Finding(subject, "answers, credentials accepted" if platform in REGISTRY else "can be read")
    yield from (Finding(fault.where, fault=fault) for fault in missing)


def _missing(platform: str, settings: Settings) -> Sequence[Fault]:
    destination = open_destination(platform, find_connection(platform, settings))
    with contextlib.closing(destination):
        return destination.missing(target_names(load_policy(settings.policy), platform))


def _readable(platform: str, settings: Settings) -> Sequence[Fault]:
    """Read the first rows of a source that is not a destination too; raises what a night would raise."""
    with contextlib.closing(open_source(platform, require_connection(platform, settings))) as source:
        next(iter(source.extract(entities(platform)[0], None)), None)
    return ()


@contextlib.contextmanager
def _no_retries() -> Iterator[None]:
    """Ask once: who looks for faults wants them now, not after a minute of patience."""
    was_active = stamina.is_active()
    stamina.set_active(False)
    try:
        yield
    finally:
        stamina.set_active(was_active)


def _told(subject: str, error: AbmError) -> Iterator[Finding]:
    if isinstance(error, ConfigurationError):
        yield from (Finding(fault.where, fault=fault) for fault in error.faults)
    else:
        yield _faulty(subject, str(error), remedy="")  # these texts end with it


def _faulty(subject: str, problem: str, remedy: str) -> Finding:
    return Finding(subject, fault=Fault(subject, problem, remedy))
