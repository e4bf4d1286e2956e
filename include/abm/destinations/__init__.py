"""Destinations by name. Adding one: a folder with `destination.py` and a README, and a line in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.settings import Connection

Kind = Literal["records", "audiences"]
Operation = Literal["create", "update", "remove"]
Outcome = Literal["created", "updated", "removed", "unchanged", "refused", "failed", "held"]


@dataclass(frozen=True)
class Registered:
    """What a destination takes: fields of CRM records, or members of audiences; and whether it needs a connection."""

    kind: Kind
    needs_connection: bool = True


REGISTRY: dict[str, Registered] = {
    "salesforce": Registered("records"),
    "hubspot": Registered("records"),
    "linkedin": Registered("audiences"),
    "lists": Registered("audiences", needs_connection=False),
}


@dataclass(frozen=True)
class Change:
    """One planned row. `payload` holds platform field names and JSON values; it is empty for a removal of a member."""

    object_key: str
    operation: Operation
    payload: Mapping[str, Any]

    @property
    def audience(self) -> str:
        """For audiences: the part of the key before the first slash."""
        return self.object_key.partition("/")[0]


@dataclass(frozen=True)
class Result:
    """How one planned row ended; `reason` is in the platform's words, without personal data."""

    object_key: str
    outcome: Outcome
    reason_code: str | None = None
    reason: str | None = None
    remote_id: str | None = None


@dataclass(frozen=True)
class Audience:
    """An audience as the platform counts it; members cannot be read back, sizes and status can."""

    name: str
    remote_id: str | None
    status: str | None = None
    audience_size: int | None = None
    matched_count: int | None = None


class Destination(Protocol):
    """A connected destination, for one run. Constructors store arguments; requests start in `prepare`."""

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Create or check what must exist before rows are sent: the custom fields, or the audiences, of these names.

        Safe to repeat. Raises ConfigurationError with every fault at once where a person must act.
        """
        ...

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        """Tell, without changing anything, which fields or audiences `prepare` would create or cannot find."""
        ...

    def batch_rows(self, planned: int) -> int:
        """How many rows one call of `send` takes best when so many are planned."""
        ...

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Send one batch and return exactly one result for each row, in any order.

        A row the platform will not take is `refused`; one that may pass later is `failed`. Raises RetryableError or
        ConfigurationError only where nothing can be said of any row; sending the same batch again is then safe.
        """
        ...

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read size and status of the audiences of these names; empty for destinations of records."""
        ...

    def close(self) -> None: ...


def open_destination(name: str, connection: Connection | None) -> Destination:
    """Return the named destination; raises ConfigurationError for a name not registered."""
    if name not in REGISTRY:
        raise ConfigurationError(Fault(f"destination {name!r}", "is not known", f"Use one of {', '.join(REGISTRY)}"))
    destination: Destination = import_module(f"abm.destinations.{name}.destination").connect(connection)
    return destination
