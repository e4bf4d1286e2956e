"""Keep segments on LinkedIn equal to the published audiences, each row answered for."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations import MISSING, Audience
from abm.destinations.flights import batches_in_flight
from abm.destinations.linkedin.client import COMPANY, DIRECT_API, LIST_UPLOAD, USER, SegmentClient
from abm.destinations.linkedin.lists import LinkedInLists
from abm.destinations.linkedin.sending import Sending
from abm.errors import ConfigurationError, Fault
from abm.platforms.linkedin import open_client
from abm.policy.load import load_policy
from abm.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from abm.destinations import Change, Result
    from abm.destinations.linkedin.client import Segment
    from abm.settings import Connection

ROWS_A_SEND = 5000  # one full request, so that the next is read and the last recorded beside it
BATCHES_IN_FLIGHT = 4
_UNUSABLE = frozenset({"EXPIRED", "FAILED", "ERROR"})
_ACCOUNT_URN = re.compile(r"urn:li:sponsoredAccount:\d+")


def connect(
    connection: Connection | None, transport: httpx.BaseTransport | None = None
) -> LinkedInDestination | LinkedInLists:
    """Return the ad account as a destination; nothing is requested before `prepare`, `missing` or `read_back`.

    With extra `upload` at `list` its audiences are written whole, as CSV files; else members are streamed.
    """
    if connection is None:
        raise ConfigurationError(
            Fault(
                "destination 'linkedin'", "has no connection", "Add abm_linkedin; docs/connections.md lists its fields"
            )
        )
    account = str(connection.extra.get("account", ""))
    if not _ACCOUNT_URN.fullmatch(account):
        raise ConfigurationError(
            Fault(
                "connection abm_linkedin",
                "its extra 'account' is no sponsored account" if account else "its extra has no 'account'",
                "Set it to the ad account's URN, urn:li:sponsoredAccount:<number>",
            )
        )
    users = _user_audiences(connection.extra)
    if _is_list_upload(connection.extra):
        return LinkedInLists(SegmentClient(open_client(connection, transport), account, LIST_UPLOAD), users)
    source_platform = str(connection.extra.get("source_platform", DIRECT_API))
    client = SegmentClient(open_client(connection, transport), account, source_platform)
    flying = batches_in_flight(connection, BATCHES_IN_FLIGHT)
    return LinkedInDestination(client, users, batches_in_flight=flying)


class _Every(Container[str]):
    """Every audience, also one that the policy no longer names: its members must still leave it."""

    def __contains__(self, name: object) -> bool:
        return True


def _user_audiences(extra: Mapping[str, Any]) -> Container[str]:
    """Return the audiences that hold people: those that the connection names, or all where the policy says so."""
    given = extra.get("user_audiences")
    if given is None:
        holds = load_policy(load_settings().policy).audience_holds.get("linkedin")
        return _Every() if holds == "people" else frozenset()
    names = given.split(",") if isinstance(given, str) else given
    return frozenset(str(name).strip() for name in names)


def _is_list_upload(extra: Mapping[str, Any]) -> bool:
    how = str(extra.get("upload", "stream")).lower()
    if how not in {"stream", "list"}:
        raise ConfigurationError(
            Fault("connection abm_linkedin", "its extra 'upload' is not known", "Set it to stream or list")
        )
    return how == "list"


@dataclass
class LinkedInDestination:
    """The segments of one ad account: of users for the audiences named so, of companies for all others.

    Adding and removing are set operations, safe to repeat.
    """

    client: SegmentClient
    user_audiences: Container[str] = frozenset()
    batches_in_flight: int = BATCHES_IN_FLIGHT
    _segments: dict[str, Segment] = field(default_factory=dict, repr=False)

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Find or create one segment for each audience."""
        self.client.require_no_other(names)
        found = {name: self.client.find_or_create(name, self._kind(name)) for name in dict.fromkeys(names)}
        if faults := [
            fault for name, segment in found.items() for fault in _type_faults(name, segment, self._kind(name))
        ]:
            raise ConfigurationError(*faults)
        self._segments.update(found)
        return [segment.audience(name) for name, segment in found.items()]

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        return [
            fault for name in dict.fromkeys(names) for fault in _faults(name, self.client.find(name), self._kind(name))
        ]

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read sizes and statuses; an audience whose segment is gone has status MISSING."""
        found = ((name, self.client.find(name)) for name in dict.fromkeys(names))
        return [segment.audience(name) if segment else Audience(name, None, MISSING) for name, segment in found]

    def batch_rows(self, planned: int) -> int:
        return ROWS_A_SEND

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Remove, then add, each audience's members 5,000 a request.

        Raises RetryableError or ConfigurationError only where not one request was answered.
        """
        return Sending(self._segment_id, self.client, self._kind).send(changes)

    def close(self) -> None:
        self.client.close()

    def _kind(self, name: str) -> str:
        return USER if name in self.user_audiences else COMPANY

    def _segment_id(self, name: str) -> str:
        if name not in self._segments:
            self.prepare([name])
        return self._segments[name].segment_id


def _type_faults(name: str, segment: Segment, kind: str) -> list[Fault]:
    if segment.type == kind:
        return []
    return [
        Fault(
            f"LinkedIn audience {name!r}",
            f"segment {segment.segment_id} is of type {segment.type}, not {kind}",
            "Delete that segment in Campaign Manager, or give the audience another name in policy.yml",
        )
    ]


def _faults(name: str, segment: Segment | None, kind: str) -> list[Fault]:
    if segment is None:
        remedy = "The next run creates it; the token needs rw_dmp_segments and a role above VIEWER on the ad account"
        return [Fault(f"LinkedIn audience {name!r}", "does not exist", remedy)]
    if segment.status in _UNUSABLE:
        remedy = "Delete that segment in Campaign Manager; the next run creates it anew"
        return [Fault(f"LinkedIn audience {name!r}", f"cannot be used in campaigns ({segment.status})", remedy)]
    return _type_faults(name, segment, kind)
