"""One batch of rows: 10,000 members a request, handed over together, and what Google made of each row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations import Result
from abm.destinations.google import identifiers
from abm.destinations.google.client import MEMBERS_A_REQUEST, GoogleClient
from abm.destinations.google.uploads import Accepted, Rhythm, verdicts
from abm.destinations.verdicts import Verdict, failed
from abm.errors import AbmError, ConfigurationError, RefusedError, RetryableError
from abm.platforms.google import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from abm.destinations import Change, Outcome

MOST_RESENDS = 20  # of one request, each without the members that Google named as wrong
_ENDS: Mapping[str, Outcome] = {"create": "created", "update": "updated", "remove": "removed"}
_GRAVITY = ("accepted", "held", "refused", "failed")  # of several verdicts on one row the gravest counts


@dataclass(frozen=True)
class Entry:
    """One member of a request for a row; a row whose identifiers changed has two or more."""

    row: Change
    is_added: bool
    person: identifiers.Person

    @property
    def member(self) -> Mapping[str, Any]:
        consent = {"consent": dict(self.person.consent)} if self.person.consent else {}
        return {"userData": {"userIdentifiers": list(self.person.identifiers)}, **consent}


@dataclass
class Sending:
    """One call of `send`; `list_id` gives the user list of an audience."""

    client: GoogleClient
    list_id: Callable[[str], str]
    rhythm: Rhythm
    _verdicts: dict[str, Verdict] = field(default_factory=dict)
    _unheard: list[AbmError] = field(default_factory=list)
    _is_answered: bool = False

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        entries = [entry for row in changes for entry in self._entries(row)]
        at_once, after = _in_turn(entries)
        self._deliver(at_once)
        self._deliver([entry for entry in after if not self._has_failed(entry.row)])
        if not self._is_answered:
            self._raise_if_unheard()
        return [self._result(row) for row in changes]

    def _entries(self, row: Change) -> list[Entry]:
        """Return what to send for a row; one that cannot be sent gets its verdict here."""
        held = _held(row)
        if row.operation == "remove":
            return _leaving(row, held)
        try:
            wanted = identifiers.person(row.payload)
        except RefusedError as error:
            self._judge(row, Verdict("refused", error.code, str(error)))
            # Who took back consent is not only left out: what Google has by our records leaves.
            is_withdrawn = error.code in {"CONSENT_DENIED", "NO_CONSENT"}
            return _leaving(row, held) if is_withdrawn else []
        gone = [one for one in held if identifiers.token(one) not in wanted.tokens]
        return [*_leaving(row, gone), Entry(row, is_added=True, person=wanted)]

    def _deliver(self, entries: Iterable[Entry]) -> None:
        """Hand over everything, then wait for all of it together."""
        grouped: dict[tuple[bool, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            grouped[entry.is_added, entry.row.audience].append(entry)
        accepted: list[tuple[Accepted, Sequence[Entry]]] = []
        for members in (grouped[key] for key in sorted(grouped)):
            for start in range(0, len(members), MEMBERS_A_REQUEST):
                accepted += self._request(members[start : start + MEMBERS_A_REQUEST])
        told = verdicts(self.client, [request for request, _ in accepted], self.rhythm)
        for request, sent in accepted:
            for entry, verdict in zip(sent, told[request.request_id], strict=True):
                self._judge(entry.row, verdict)

    def _request(self, entries: Sequence[Entry]) -> list[tuple[Accepted, Sequence[Entry]]]:
        """Send one request, again without the members that Google calls wrong; it refuses all for the fault of one."""
        for _ in range(MOST_RESENDS):
            if not entries:
                return []
            try:
                request_id = self._call(entries)
            except InvalidRequestError as error:
                self._is_answered = True
                sound = self._refuse_named(entries, error)
                if len(sound) == len(entries):
                    return self._fail(entries, error)
                entries = sound
            except AbmError as error:
                self._unheard.append(error)
                return self._fail(entries, error)
            else:
                self._is_answered = True
                return [(Accepted(request_id, len(entries)), entries)]
        told = "Google found ever more wrong members beside it; the next run sends it again"
        return self._fail(entries, RetryableError(told, code="TOO_MANY_WRONG_MEMBERS"))

    def _call(self, entries: Sequence[Entry]) -> str:
        method = self.client.ingest if entries[0].is_added else self.client.remove
        return method(self.list_id(entries[0].row.audience), [entry.member for entry in entries])

    def _refuse_named(self, entries: Sequence[Entry], error: InvalidRequestError) -> Sequence[Entry]:
        named = {violation.member: violation for violation in error.violations}
        for place, entry in enumerate(entries):
            if place in named:
                told = f"Google refused it: {named[place].reason} {named[place].description}".strip()
                self._judge(entry.row, Verdict("refused", named[place].reason or error.code, told))
        return [entry for place, entry in enumerate(entries) if place not in named]

    def _fail(self, entries: Sequence[Entry], error: AbmError) -> list[tuple[Accepted, Sequence[Entry]]]:
        for entry in entries:
            self._judge(entry.row, failed(error))
        return []

    def _raise_if_unheard(self) -> None:
        errors = sorted(self._unheard, key=lambda error: not isinstance(error, ConfigurationError))
        if errors and isinstance(errors[0], ConfigurationError | RetryableError):
            raise errors[0]

    def _has_failed(self, row: Change) -> bool:
        verdict = self._verdicts.get(row.object_key)
        return verdict is not None and verdict.outcome == "failed"

    def _judge(self, row: Change, verdict: Verdict) -> None:
        known = self._verdicts.get(row.object_key)
        if known is None or _GRAVITY.index(verdict.outcome) > _GRAVITY.index(known.outcome):
            self._verdicts[row.object_key] = verdict

    def _result(self, row: Change) -> Result:
        verdict = self._verdicts.get(row.object_key)
        if verdict is None:
            return Result(row.object_key, "unchanged", "NO_IDENTIFIER", "by our records nothing was ever added for it")
        if verdict.outcome == "accepted":
            return Result(row.object_key, _ENDS[row.operation], remote_id=self.list_id(row.audience))
        return Result(row.object_key, verdict.outcome, verdict.code, verdict.reason)


def _held(row: Change) -> Sequence[Mapping[str, Any]]:
    """Return every identifier that Google has of the person by our records, or may have."""
    known = {
        identifiers.token(one): one
        for payload in (row.acknowledged, *row.doubtful)
        for one in identifiers.acknowledged_identifiers(payload)
    }
    return list(known.values())


def _leaving(row: Change, held: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return the members by which the identifiers leave; after doubts they may be more than one takes."""
    most = identifiers.MOST_IDENTIFIERS
    portions = [held[start : start + most] for start in range(0, len(held), most)]
    return [Entry(row, is_added=False, person=identifiers.Person(portion, {})) for portion in portions]


def _in_turn(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Part what can go at once from additions of identifiers that another row of their audience gives up.

    Google promises no order among requests, so an addition never runs beside a removal that touches it.
    """
    gone = {(entry.row.audience, one) for entry in entries if not entry.is_added for one in entry.person.tokens}
    at_once: list[Entry] = []
    after: list[Entry] = []
    for entry in entries:
        is_touched = gone and any((entry.row.audience, one) in gone for one in entry.person.tokens)
        (after if entry.is_added and is_touched else at_once).append(entry)
    return at_once, after
