"""One batch of an audience's members: removals first, so many a request, and what became of each row.

For platforms that answer each request at once. One of them says how its members are named and what a request's answer
means; leaving before joining, and that no row goes without a result, stand here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from abm.destinations import Result
from abm.destinations.verdicts import Verdict, failed
from abm.errors import AbmError, ConfigurationError, RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.destinations import Change, Outcome

Action = Literal["ADD", "REMOVE"]
Verdicts = list[tuple["Entry", Verdict]]
_ENDS: Mapping[str, Outcome] = {"create": "created", "update": "updated", "remove": "removed"}


@dataclass(frozen=True)
class Entry:
    """One member to add or remove for a row; an update to another member, or one in doubt, has several."""

    row: Change
    action: Action
    member: Mapping[str, Any] = field(repr=False)


@dataclass
class MemberSending(ABC):
    """One call of `send`; `audience_id` gives the platform's id of an audience."""

    members_a_request: ClassVar[int]

    audience_id: Callable[[str], str]
    _results: dict[str, Result] = field(default_factory=dict, init=False)
    _unheard: dict[str, AbmError] = field(default_factory=dict, init=False)
    _is_answered: bool = field(default=False, init=False)

    @abstractmethod
    def wanted(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return how the platform names the member; raises RefusedError where it cannot."""

    @abstractmethod
    def held(self, acknowledged: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return what the platform has by our records, None for nothing."""

    @abstractmethod
    def is_same(self, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        """Tell whether both name one member to the platform."""

    @abstractmethod
    def request(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send one request and return a verdict on each entry; raises what says nothing of any of them."""

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Send the rows; raises RetryableError or ConfigurationError only where not one request was answered."""
        entries = [entry for row in changes for entry in self._entries(row)]
        self._leave([entry for entry in entries if entry.action == "REMOVE"])
        self._join([entry for entry in entries if entry.action == "ADD" and not self._has_failed(entry.row)])
        if not self._is_answered:
            self._raise_if_unheard()
        return list(self._results.values())

    def request_part(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send part of a request once more; what is known of the rest must not be lost with it."""
        try:
            return self.request(audience_id, action, entries)
        except AbmError as error:
            return [(entry, failed(error)) for entry in entries]

    def heard(self) -> None:
        """Note that the platform answered at all."""
        self._is_answered = True

    def _entries(self, row: Change) -> list[Entry]:
        """Return what to send for a row; one that cannot be sent gets its result here."""
        sent = [payload for payload in (row.acknowledged, *row.doubtful) if payload]
        known = [held for payload in sent if (held := self.held(payload)) is not None]
        if row.operation == "remove":
            if not known:
                self._end(row, "unchanged", "NO_IDENTIFIER", "by our records nothing was ever added for it")
            return [Entry(row, "REMOVE", held) for held in known]
        try:
            wanted = self.wanted(row.payload)
        except RefusedError as error:
            self._end(row, "refused", error.code, str(error))
            return []
        others = [Entry(row, "REMOVE", held) for held in known if not self.is_same(held, wanted)]
        return [*others, Entry(row, "ADD", wanted)]

    def _leave(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._deliver_all("REMOVE", entries):
            # An update goes on to add: what the platform refuses to remove, it never took.
            if entry.row.operation == "remove" or verdict.outcome == "failed":
                self._judge(entry.row, verdict)

    def _join(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._deliver_all("ADD", entries):
            self._judge(entry.row, verdict)

    def _deliver_all(self, action: Action, entries: Sequence[Entry]) -> Verdicts:
        by_audience: dict[str, list[Entry]] = {}
        for entry in entries:
            by_audience.setdefault(entry.row.audience, []).append(entry)
        return [
            pair
            for audience, members in by_audience.items()
            for start in range(0, len(members), self.members_a_request)
            for pair in self._deliver(audience, action, members[start : start + self.members_a_request])
        ]

    def _deliver(self, audience: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send one request's worth; an audience that once did not answer is left alone for the rest of the batch."""
        if audience not in self._unheard:
            try:
                return self.request(self.audience_id(audience), action, entries)
            except AbmError as error:
                self._unheard[audience] = error
        return [(entry, failed(self._unheard[audience])) for entry in entries]

    def _raise_if_unheard(self) -> None:
        errors = sorted(self._unheard.values(), key=lambda error: not isinstance(error, ConfigurationError))
        if errors and isinstance(errors[0], ConfigurationError | RetryableError):
            raise errors[0]

    def _judge(self, row: Change, verdict: Verdict) -> None:
        """Note a verdict on one of the row's members; a removal is done only when every one of them has left."""
        known = self._results.get(row.object_key)
        if known is not None and known.outcome in {"failed", "refused"} and verdict.outcome != "failed":
            return
        if verdict.outcome == "accepted":
            self._results[row.object_key] = Result(
                row.object_key, _ENDS[row.operation], remote_id=self.audience_id(row.audience)
            )
        else:
            self._end(row, verdict.outcome, verdict.code, verdict.reason)

    def _end(self, row: Change, outcome: Outcome, code: str | None, reason: str | None) -> None:
        self._results[row.object_key] = Result(row.object_key, outcome, code, reason)

    def _has_failed(self, row: Change) -> bool:
        result = self._results.get(row.object_key)
        return result is not None and result.outcome == "failed"
