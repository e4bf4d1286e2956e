"""One batch of members, 5,000 a request: LinkedIn answers for each, or refuses the request whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations.linkedin import identifiers, users
from abm.destinations.linkedin.answers import read_element
from abm.destinations.linkedin.client import COMPANY, ELEMENTS_A_REQUEST, USER, SegmentClient
from abm.destinations.members import Action, Entry, MemberSending, Verdicts
from abm.destinations.verdicts import ACCEPTED, Verdict, failed, refused
from abm.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_SPLITS = 40  # spent in one batch on finding the rows that make LinkedIn refuse a whole request
_WRONG_KIND = {
    COMPANY: Verdict("refused", "WRONG_KIND", "it names a person, and its audience is a segment of companies"),
    USER: Verdict("refused", "WRONG_KIND", "it names a company, and its audience is a segment of users"),
}


@dataclass
class Sending(MemberSending):
    """One call of `send` to the segments of an ad account; `kind_of` tells what an audience holds."""

    members_a_request = ELEMENTS_A_REQUEST

    client: SegmentClient
    kind_of: Callable[[str], str]
    _splits: int = field(default=0, init=False)

    def wanted(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return users.user(payload) if users.is_user(payload) else identifiers.company(payload)

    def held(self, acknowledged: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if users.is_user(acknowledged):
            return users.acknowledged_user(acknowledged)
        return identifiers.acknowledged_company(acknowledged)

    def is_same(self, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        if _kind(held) == _kind(wanted) == USER:
            return held == wanted
        return _kind(held) == _kind(wanted) and identifiers.is_same_company(held, wanted)

    def request(self, audience_id: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send one request; what a segment of this kind does not take is refused here, or was never there."""
        kind = self.kind_of(entries[0].row.audience)
        others = [entry for entry in entries if _kind(entry.member) != kind]
        fitting = [entry for entry in entries if _kind(entry.member) == kind] if others else entries
        told = [(entry, ACCEPTED if action == "REMOVE" else _WRONG_KIND[kind]) for entry in others]
        return told + (self._request(audience_id, kind, action, fitting) if fitting else [])

    def _request(self, audience_id: str, kind: str, action: Action, entries: Sequence[Entry]) -> Verdicts:
        """Send one request; where LinkedIn refuses it whole, halve it until the faulty row stands alone."""
        try:
            answers = self.client.stream(audience_id, kind, [{"action": action, **entry.member} for entry in entries])
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


def _kind(member: Mapping[str, Any]) -> str:
    return USER if "userIds" in member else COMPANY
