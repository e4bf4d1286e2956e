"""One batch of rows: removals first, 5,000 companies a request, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations import Result
from abm.destinations.linkedin import identifiers
from abm.destinations.linkedin.answers import Verdict, failed, read_element, refused
from abm.destinations.linkedin.client import ELEMENTS_A_REQUEST, SegmentClient
from abm.errors import AbmError, ConfigurationError, RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.destinations import Change, Outcome

MOST_SPLITS = 40  # spent in one batch on finding the rows that make LinkedIn refuse a whole request
_ENDS: Mapping[str, Outcome] = {"create": "created", "update": "updated", "remove": "removed"}


@dataclass(frozen=True)
class Entry:
    """One element to send for a row; an update to another company has two."""

    row: Change
    action: str
    company: Mapping[str, Any]

    @property
    def element(self) -> dict[str, Any]:
        return {"action": self.action, **self.company}


@dataclass
class Sending:
    """One call of `send`; `segment_id` gives the segment of an audience."""

    client: SegmentClient
    segment_id: Callable[[str], str]
    _results: dict[str, Result] = field(default_factory=dict)
    _unheard: dict[str, AbmError] = field(default_factory=dict)
    _is_answered: bool = False
    _splits: int = 0

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        entries = [entry for row in changes for entry in self._entries(row)]
        self._leave([entry for entry in entries if entry.action == "REMOVE"])
        self._join([entry for entry in entries if entry.action == "ADD" and not self._has_failed(entry.row)])
        if not self._is_answered:
            self._raise_if_unheard()
        return list(self._results.values())

    def _entries(self, row: Change) -> list[Entry]:
        """Return what to send for a row; one that cannot be sent gets its result here."""
        held = identifiers.acknowledged_company(row.acknowledged)
        if row.operation == "remove":
            if held is None:
                self._end(row, "unchanged", "NO_IDENTIFIER", "by our records nothing was ever added for it")
                return []
            return [Entry(row, "REMOVE", held)]
        try:
            wanted = identifiers.company(row.payload)
        except RefusedError as error:
            self._end(row, "refused", error.code, str(error))
            return []
        if held is None or identifiers.is_same_company(held, wanted):
            return [Entry(row, "ADD", wanted)]
        return [Entry(row, "REMOVE", held), Entry(row, "ADD", wanted)]

    def _leave(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._stream(entries):
            # An update goes on to add: what LinkedIn refuses to remove, it never took.
            if entry.row.operation == "remove" or verdict.outcome == "failed":
                self._judge(entry.row, verdict)

    def _join(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._stream(entries):
            self._judge(entry.row, verdict)

    def _stream(self, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        by_audience: dict[str, list[Entry]] = {}
        for entry in entries:
            by_audience.setdefault(entry.row.audience, []).append(entry)
        return [
            pair
            for audience, members in by_audience.items()
            for start in range(0, len(members), ELEMENTS_A_REQUEST)
            for pair in self._deliver(audience, members[start : start + ELEMENTS_A_REQUEST])
        ]

    def _deliver(self, audience: str, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        """Send one request's worth; an audience that once did not answer is left alone for the rest of the batch."""
        if audience not in self._unheard:
            try:
                return self._request(self.segment_id(audience), entries)
            except AbmError as error:
                self._unheard[audience] = error
        return [(entry, failed(self._unheard[audience])) for entry in entries]

    def _request(self, segment_id: str, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        """Send one request; where LinkedIn refuses it whole, halve it until the faulty row stands alone."""
        try:
            answers = self.client.stream(segment_id, [entry.element for entry in entries])
        except RefusedError as error:
            self._is_answered = True
            if len(entries) == 1 or self._splits >= MOST_SPLITS:
                return [(entry, refused(error) if len(entries) == 1 else failed(error)) for entry in entries]
            self._splits += 1
            middle = len(entries) // 2
            return [pair for half in (entries[:middle], entries[middle:]) for pair in self._half(segment_id, half)]
        self._is_answered = True
        return [
            (entry, read_element(answer, is_removal=entry.action == "REMOVE"))
            for entry, answer in zip(entries, answers, strict=True)
        ]

    def _half(self, segment_id: str, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        """Send one half; what is known of the other must not be lost with it."""
        try:
            return self._request(segment_id, entries)
        except AbmError as error:
            return [(entry, failed(error)) for entry in entries]

    def _raise_if_unheard(self) -> None:
        errors = sorted(self._unheard.values(), key=lambda error: not isinstance(error, ConfigurationError))
        if errors and isinstance(errors[0], ConfigurationError | RetryableError):
            raise errors[0]

    def _judge(self, row: Change, verdict: Verdict) -> None:
        if verdict.outcome == "accepted":
            self._results[row.object_key] = Result(
                row.object_key, _ENDS[row.operation], remote_id=self.segment_id(row.audience)
            )
        else:
            self._end(row, verdict.outcome, verdict.code, verdict.reason)

    def _end(self, row: Change, outcome: Outcome, code: str | None, reason: str | None) -> None:
        self._results[row.object_key] = Result(row.object_key, outcome, code, reason)

    def _has_failed(self, row: Change) -> bool:
        result = self._results.get(row.object_key)
        return result is not None and result.outcome == "failed"
