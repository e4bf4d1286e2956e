"""One batch of companies, 5,000 a request: LinkedIn answers for each, or refuses the request whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations.linkedin import identifiers
from abm.destinations.linkedin.answers import read_element
from abm.destinations.linkedin.client import ELEMENTS_A_REQUEST, SegmentClient
from abm.destinations.members import Action, Entry, MemberSending, Verdicts
from abm.destinations.verdicts import failed, refused
from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SPLITS = 40  # spent in one batch on finding the rows that make LinkedIn refuse a whole request


@dataclass
class Sending(MemberSending):
    """One call of `send` to the segments of an ad account."""

    members_a_request = ELEMENTS_A_REQUEST

    client: SegmentClient
    _splits: int = field(default=0, init=False)

    def wanted(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return identifiers.company(payload)

    def held(self, acknowledged: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return identifiers.acknowledged_company(acknowledged)

    def is_same(self, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return identifiers.is_same_company(held, wanted)

    def request(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send one request; where LinkedIn refuses it whole, halve it until the faulty row stands alone."""
        try:
            answers = self.client.stream(audience_id, [{"action": action, **entry.member} for entry in entries])
        except RefusedError as error:
            self.heard()
            if len(entries) == 1 or self._splits >= MOST_SPLITS:
                return [(entry, refused(error) if len(entries) == 1 else failed(error)) for entry in entries]
            self._splits += 1
            middle = len(entries) // 2
            halves = (entries[:middle], entries[middle:])
            return [pair for half in halves for pair in self.request_part(audience_id, action, half)]
        self.heard()
        return [
            (entry, read_element(answer, is_removal=action == "REMOVE"))
            for entry, answer in zip(entries, answers, strict=True)
        ]
