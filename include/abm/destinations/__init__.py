"""Destinations by name. Adding one: a folder with `destination.py` and a README, and a line in the registry.

A `destination.py` offers `connect(connection: Connection | None)`, which returns a Destination or a WholeAudiences.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast, runtime_checkable

import orjson

from abm.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abm.settings import Connection

Kind = Literal["records", "audiences"]
Operation = Literal["create", "update", "remove"]
Outcome = Literal["created", "updated", "removed", "unchanged", "refused", "failed", "held"]
Form = Literal["hashed", "plain"]


@dataclass(frozen=True)
class Registered:
    """What a destination takes: fields of CRM records, or members of audiences; and whether it needs a connection.

    Each of the `identifying` parts of a member's payload names a person by itself. Where a CRM's fields take text
    only, `are_texts`, its rows are planned as text: numbers and days as written, nothing as the empty text.
    """

    kind: Kind
    needs_connection: bool = True
    identifying: Sequence[str] = ()
    are_texts: bool = False


REGISTRY: dict[str, Registered] = {
    "salesforce": Registered("records"),
    "hubspot": Registered("records", are_texts=True),
    "linkedin": Registered("audiences", identifying=("SHA256_EMAIL", "SHA512_EMAIL")),
    "google": Registered("audiences", identifying=("hashedEmail", "hashedPhone")),
    "meta": Registered("audiences", identifying=("EMAIL", "PHONE", "EXTERN_ID")),
    "lists": Registered("audiences", needs_connection=False),
}


class Change(NamedTuple):
    """One planned row.

    `content` is what the platform shall have: platform field names and JSON values, or a member's identifiers. For
    a removal it is empty (a member), or names each field with None (a record). Rows wait as text, which takes a fifth
    of the memory: `json` is that text, `payload` what it says, parsed each time. `acknowledged` is what the platform
    has by our records: what a member was added by, and so can be removed by, less what another member of the audience
    has too; empty for a creation and for an update of a record. `doubtful` is what a member may have been added by
    too, where no answer came: it must leave as well.
    """

    object_key: str
    operation: Operation
    content: Mapping[str, Any] | str
    acknowledged: Mapping[str, Any] = MappingProxyType({})
    doubtful: Sequence[Mapping[str, Any]] = ()

    @property
    def payload(self) -> Mapping[str, Any]:
        content = self.content
        return cast("Mapping[str, Any]", orjson.loads(content)) if isinstance(content, str) else content

    @property
    def json(self) -> str:
        content = self.content
        return content if isinstance(content, str) else orjson.dumps(content).decode()

    @property
    def audience(self) -> str:
        """For audiences: the part of the key before the first slash."""
        return self.object_key.partition("/")[0]


class Result(NamedTuple):
    """How one planned row ended; `reason` is in the platform's words, without personal data.

    `remote_id` is the platform's own id, where the row's key is another.
    """

    object_key: str
    outcome: Outcome
    reason_code: str | None = None
    reason: str | None = None
    remote_id: str | None = None


MISSING = "MISSING"  # the status of an audience that the platform no longer has


@dataclass(frozen=True)
class Audience:
    """An audience as the platform counts it; members cannot be read back, sizes and status can.

    `match_rate` is the share of what was sent that the platform found (0 to 1), where it tells one.
    """

    name: str
    remote_id: str | None
    status: str | None = None
    audience_size: int | None = None
    matched_count: int | None = None
    match_rate: float | None = None


class Connected(Protocol):
    """What every connected destination does, for one run. Constructors store arguments; requests start in `prepare`."""

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Create or check what must exist before rows are sent: the custom fields, or the audiences, of these names.

        Safe to repeat. Raises ConfigurationError with every fault at once where a person must act.
        """
        ...

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        """Tell, without changing anything, which fields or audiences `prepare` would create or cannot find."""
        ...

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read size and status of the audiences of these names; empty for destinations of records."""
        ...

    def close(self) -> None: ...


class Destination(Connected, Protocol):
    """A destination that takes single changes, in batches; `send` is called by as many threads as batches may fly."""

    batches_in_flight: int

    def batch_rows(self, planned: int) -> int:
        """How many rows one call of `send` takes best when so many are planned."""
        ...

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Send one batch and return exactly one result for each row, in any order.

        A batch has removals only, or none: a run sends all its removals first.
        A row the platform will not take is `refused`; one that may pass later is `failed`. A creation or update may
        find the row there or gone already: after a crash the same row is sent again. Raises RetryableError or
        ConfigurationError only where nothing can be said of any row; sending the same batch again is then safe.
        RefusedError where the platform took none of the rows for the fault of one: the caller sends them in parts.
        """
        ...


@runtime_checkable
class WholeAudiences(Connected, Protocol):
    """A destination whose audiences are only ever written whole, as a file is.

    `people` says whether it takes them by digests, or by what these were made of under the digests' names.
    """

    @property
    def people(self) -> Form: ...

    def replace(self, audience: str, members: Iterable[Mapping[str, Any]], *, release_id: str | None) -> Audience:
        """Make the audience hold exactly these members, given by their identifiers; none: it is removed.

        A removed one says so by the status REMOVED; one that is as it was written reads back as READY. All or
        nothing, and safe to repeat. Raises RetryableError, RefusedError or ConfigurationError.
        """
        ...


def open_destination(name: str, connection: Connection | None) -> Destination | WholeAudiences:
    """Return the named destination; raises ConfigurationError for a name not registered."""
    if name not in REGISTRY:
        raise ConfigurationError(Fault(f"destination {name!r}", "is not known", f"Use one of {', '.join(REGISTRY)}"))
    destination: Destination | WholeAudiences = import_module(f"abm.destinations.{name}.destination").connect(
        connection
    )
    return destination
