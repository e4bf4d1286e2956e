"""Look at everything a night needs, and tell each fault with its remedy. Changes nothing on any platform."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from abm.activation import target_names
from abm.destinations import REGISTRY, open_destination
from abm.errors import AbmError, ConfigurationError, Fault
from abm.policy.load import load_policy
from abm.settings import find_connection
from abm.sources import SOURCES
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
_LEAST_POSTGRES = 150000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, or the fault."""

    subject: str
    seen: str = ""
    fault: Fault | None = None

    @property
    def told(self) -> str:
        return f"{self.fault.problem}. {self.fault.remedy}" if self.fault else self.seen


def examine(settings: Settings) -> list[Finding]:
    """Return a finding for each part, sound or not; one fault never hides another."""
    parts: list[Callable[[Settings], Iterator[Finding]]] = [
        _python,
        _packages,
        _home,
        _policy,
        _warehouse,
        _connections,
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
    if not os.access(existing, os.W_OK):
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
        with open_warehouse(settings) as url, connect(url) as connection:
            number = connection.info.server_version
            if number < _LEAST_POSTGRES:
                yield _faulty("warehouse", f"PostgreSQL {number // 10000} is too old", "Use PostgreSQL 15 or later")
            else:
                kind = "yours" if settings.warehouse_url else "embedded"
                yield Finding("warehouse", f"PostgreSQL {number // 10000}, {kind}, migrated")
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
    if not configured:
        yield _faulty(
            "connections",
            "no platform is configured",
            "Add one (docs/connections.md), or try 'abm up' with the sandbox",
        )


def _platform(platform: str, subject: str, settings: Settings) -> Iterator[Finding]:
    """Ask the destination of that name what its fields or audiences lack; that needs its credentials to work."""
    if platform not in REGISTRY:
        yield Finding(subject, "configured")
        return
    try:
        missing = _missing(platform, settings)
    except AbmError as error:
        yield from _told(subject, error)
        return
    yield Finding(subject, "answers, credentials accepted")
    yield from (Finding(fault.where, fault=fault) for fault in missing)


def _missing(platform: str, settings: Settings) -> Sequence[Fault]:
    destination = open_destination(platform, find_connection(platform, settings))
    with contextlib.closing(destination):
        return destination.missing(target_names(load_policy(settings.policy), platform))


def _told(subject: str, error: AbmError) -> Iterator[Finding]:
    if isinstance(error, ConfigurationError):
        yield from (Finding(subject, fault=fault) for fault in error.faults)
    else:
        yield _faulty(subject, str(error), "See the message")


def _faulty(subject: str, problem: str, remedy: str) -> Finding:
    return Finding(subject, fault=Fault(subject, problem, remedy))
