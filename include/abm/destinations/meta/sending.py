"""One batch of rows: removals first, 10,000 people a request, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.destinations import Result
from abm.destinations.meta import identifiers
from abm.destinations.meta.answers import (
    ACCEPTED,
    MALFORMED,
    NOT_NAMED,
    Verdict,
    failed,
    is_of_audience,
    refused,
    sampled,
)
from abm.destinations.meta.client import ROWS_A_REQUEST, AudienceClient
from abm.errors import AbmError, ConfigurationError, RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.destinations import Change, Outcome
    from abm.destinations.meta.client import Action

MOST_SPLITS = 40  # requests spent in one batch on finding the rows that Meta does not take
_ENDS: Mapping[str, Outcome] = {"create": "created", "update": "updated", "remove": "removed"}


@dataclass(frozen=True)
class Entry:
    """One person to add or remove for a row; an update to other identifiers has two."""

    row: Change
    action: Action
    person: Mapping[str, str] = field(repr=False)


@dataclass
class Sending:
    """One call of `send`; `audience_id` gives the id of an audience."""

    client: AudienceClient
    audience_id: Callable[[str], str]
    _results: dict[str, Result] = field(default_factory=dict)
    _unheard: dict[str, AbmError] = field(default_factory=dict)
    _closed: dict[tuple[str, Action], Verdict] = field(default_factory=dict)
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
        held = identifiers.acknowledged_person(row.acknowledged)
        if row.operation == "remove":
            if held is None:
                self._end(row, "unchanged", "NO_IDENTIFIER", "by our records nothing was ever added for it")
                return []
            return [Entry(row, "REMOVE", held)]
        try:
            wanted = identifiers.person(row.payload)
        except RefusedError as error:
            self._end(row, "refused", error.code, str(error))
            return []
        if held is None or identifiers.is_same_person(held, wanted):
            return [Entry(row, "ADD", wanted)]
        return [Entry(row, "REMOVE", held), Entry(row, "ADD", wanted)]

    def _leave(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._write("REMOVE", entries):
            # An update goes on to add: what Meta calls malformed it never took.
            if entry.row.operation == "remove" or verdict.outcome == "failed":
                self._judge(entry.row, verdict)

    def _join(self, entries: Sequence[Entry]) -> None:
        for entry, verdict in self._write("ADD", entries):
            self._judge(entry.row, verdict)

    def _write(self, action: Action, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        by_audience: dict[str, list[Entry]] = {}
        for entry in entries:
            by_audience.setdefault(entry.row.audience, []).append(entry)
        return [
            pair
            for audience, members in by_audience.items()
            for start in range(0, len(members), ROWS_A_REQUEST)
            for pair in self._deliver(audience, action, members[start : start + ROWS_A_REQUEST])
        ]

    def _deliver(self, audience: str, action: Action, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        """Send one request's worth; an audience that once did not answer is left alone for the rest of the batch."""
        if audience not in self._unheard:
            try:
                return self._request(self.audience_id(audience), action, entries)
            except AbmError as error:
                self._unheard[audience] = error
        return [(entry, failed(self._unheard[audience])) for entry in entries]

    def _request(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> list[tuple[Entry, Verdict]]:
        if closed := self._closed.get((audience_id, action)):
            return [(entry, closed) for entry in entries]
        people = [entry.person for entry in entries]
        try:
            received = self.client.write(audience_id, action, people)
        except RefusedError as error:
            self._is_answered = True
            return self._refusal(audience_id, action, entries, error)
        self._is_answered = True
        if not received.invalid:
            return [(entry, ACCEPTED) for entry in entries]
        named = sampled(people, received)
        malformed = [(entry, MALFORMED) for entry, is_named in zip(entries, named, strict=True) if is_named]
        others = [entry for entry, is_named in zip(entries, named, strict=True) if not is_named]
        if len(malformed) >= received.invalid:
            return [*malformed, *((entry, ACCEPTED) for entry in others)]
        if not malformed:
            return self._halved(audience_id, action, others, alone=MALFORMED, unfound=NOT_NAMED)
        return malformed + self._again(audience_id, action, others, NOT_NAMED)

    def _refusal(
        self, audience_id: str, action: Action, entries: Sequence[Entry], error: RefusedError
    ) -> list[tuple[Entry, Verdict]]:
        if is_of_audience(error):
            verdict = self._closed[audience_id, action] = failed(error)
            return [(entry, verdict) for entry in entries]
        # Who is refused is not sent again; who cannot be removed must be.
        alone = refused(error) if action == "ADD" else failed(error)
        return self._halved(audience_id, action, entries, alone=alone, unfound=failed(error))

    def _halved(
        self, audience_id: str, action: Action, entries: Sequence[Entry], *, alone: Verdict, unfound: Verdict
    ) -> list[tuple[Entry, Verdict]]:
        """Send both halves until the faulty row stands alone: adding and removing again are without effect."""
        if len(entries) == 1:
            return [(entries[0], alone)]
        middle = len(entries) // 2
        if self._splits >= MOST_SPLITS:
            return [(entry, unfound) for entry in entries]
        return [
            pair
            for half in (entries[:middle], entries[middle:])
            for pair in self._again(audience_id, action, half, unfound)
        ]

    def _again(
        self, audience_id: str, action: Action, entries: Sequence[Entry], unfound: Verdict
    ) -> list[tuple[Entry, Verdict]]:
        """Send part of a request once more; what is known of the rest must not be lost with it."""
        if self._splits >= MOST_SPLITS:
            return [(entry, unfound) for entry in entries]
        self._splits += 1
        try:
            return self._request(audience_id, action, entries)
        except AbmError as error:
            return [(entry, failed(error)) for entry in entries]

    def _raise_if_unheard(self) -> None:
        errors = sorted(self._unheard.values(), key=lambda error: not isinstance(error, ConfigurationError))
        if errors and isinstance(errors[0], ConfigurationError | RetryableError):
            raise errors[0]

    def _judge(self, row: Change, verdict: Verdict) -> None:
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
