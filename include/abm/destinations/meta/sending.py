"""One batch of people, 10,000 a request: Meta says how many it calls malformed, but only some of which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations.members import Action, Entry, MemberSending, Verdicts
from abm.destinations.meta import identifiers
from abm.destinations.meta.answers import MALFORMED, NOT_NAMED, is_of_audience, of_audience, sampled
from abm.destinations.meta.client import ROWS_A_REQUEST, AudienceClient
from abm.destinations.verdicts import ACCEPTED, Verdict, failed, refused
from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SPLITS = 40  # requests spent in one batch on finding the rows that Meta does not take


@dataclass
class Sending(MemberSending):
    """One call of `send` to the Custom Audiences of an ad account."""

    members_a_request = ROWS_A_REQUEST

    client: AudienceClient
    _closed: dict[tuple[str, Action], RefusedError] = field(default_factory=dict, init=False)
    _splits: int = field(default=0, init=False)

    def wanted(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return identifiers.person(payload)

    def held(self, acknowledged: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return identifiers.acknowledged_person(acknowledged)

    def is_same(self, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return identifiers.is_same_person(held, wanted)

    def request(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        if closed := self._closed.get((audience_id, action)):
            return [(entry, of_audience(entry, closed)) for entry in entries]
        people = [entry.member for entry in entries]
        try:
            received = self.client.write(audience_id, action, people)
        except RefusedError as error:
            self.heard()
            return self._refusal(audience_id, action, entries, error)
        self.heard()
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

    def _refusal(self, audience_id: str, action: Action, entries: Sequence[Entry], error: RefusedError) -> Verdicts:
        if is_of_audience(error):
            self._closed[audience_id, action] = error
            return [(entry, of_audience(entry, error)) for entry in entries]
        # Who is refused is not sent again; who cannot be removed must be.
        alone = refused(error) if action == "ADD" else failed(error)
        return self._halved(audience_id, action, entries, alone=alone, unfound=failed(error))

    def _halved(
        self, audience_id: str, action: Action, entries: Sequence[Entry], *, alone: Verdict, unfound: Verdict
    ) -> Verdicts:
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

    def _again(self, audience_id: str, action: Action, entries: Sequence[Entry], unfound: Verdict) -> Verdicts:
        if self._splits >= MOST_SPLITS:
            return [(entry, unfound) for entry in entries]
        self._splits += 1
        return self.request_part(audience_id, action, entries)
