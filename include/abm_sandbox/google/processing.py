"""What becomes of a request once Google works on it: members taken or not, one by one, and the status it tells."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm_sandbox.google.members import denied, identifiers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from sqlite3 import Row

    from abm_sandbox.google.ads_account import AdsAccount

_DAY = 86_400.0
_MATCHED_PERCENT = 90
_FEWEST_FOR_A_RATE = 100
_PREFIX = "PROCESSING_ERROR_REASON_"
_ADD = (
    "insert into members values (?, ?, ?, ?, ?) on conflict (list_id, identifier)"
    " do update set expires = excluded.expires, person = excluded.person"
)


@dataclass(frozen=True)
class Processing:
    """One request, at the moment it is due."""

    account: AdsAccount
    now: float

    def carry_out(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        do = {"ingest": self._ingest, "remove": self._remove, "removeAll": self._remove_all}[kind]
        return {
            "requestStatusPerDestination": [
                {"destination": destination, **do(destination, body)} for destination in body["destinations"]
            ]
        }

    def _ingest(self, destination: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        user_list = self.account.user_list(destination["productDestinationId"])
        members = _addressed(destination, body)
        errors = {
            place: reason for place, member in members if (reason := self._refusal(member, body, user_list)) is not None
        }
        taken = [identifiers_of(member) for place, member in members if place not in errors]
        if user_list is not None:
            self._add(user_list, taken)
        status = {
            "recordCount": str(len(taken)),
            "userIdentifierCount": str(sum(map(len, taken))),
            "uploadMatchRateRange": match_rate_range(taken),
        }
        return _told(errors, len(members)) | {"audienceMembersIngestionStatus": {"userDataIngestionStatus": status}}

    def _remove(self, destination: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        user_list = self.account.user_list(destination["productDestinationId"])
        members = _addressed(destination, body)
        errors = {
            place: reason for place, member in members if (reason := self._refusal(member, {}, user_list)) is not None
        }
        taken = [identifiers_of(member) for place, member in members if place not in errors]
        if user_list is not None:
            self._drop(user_list["id"], list(dict.fromkeys(one for each in taken for one in each)))
        status = {"recordCount": str(len(taken)), "userIdentifierCount": str(sum(map(len, taken)))}
        return _told(errors, len(members)) | {"audienceMembersRemovalStatus": {"userDataRemovalStatus": status}}

    def _remove_all(self, destination: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        rows = self.account.store.execute(
            "select identifier from members where cast(list_id as text) = ? and added < ?",
            [destination["productDestinationId"], body["before"]],
        )
        self._drop(int(destination["productDestinationId"]), [row["identifier"] for row in rows])
        return {"requestStatus": "SUCCESS", "removeAllAudienceMembersStatus": {}}

    def _refusal(self, member: Mapping[str, Any], body: Mapping[str, Any], user_list: Row | None) -> str | None:
        if user_list is None:
            return f"{_PREFIX}INVALID_FORMAT"
        if "encryptionInfo" in body:
            return f"{_PREFIX}DEK_DECRYPTION_ERROR"  # the sandbox holds no keys
        if "termsOfService" in body and user_list["created"] + self.account.fresh_seconds > self.now:
            return f"{_PREFIX}DESTINATION_TOO_RECENTLY_CREATED"
        if "termsOfService" in body and (reason := denied(member, body)):
            return _PREFIX + reason
        told = self.account.processing_errors
        return next(
            (told[one.partition("=")[2]] for one in identifiers_of(member) if one.partition("=")[2] in told), None
        )

    def _add(self, user_list: Row, people: Sequence[Sequence[str]]) -> None:
        list_id, expires = user_list["id"], self.now + user_list["membershipDays"] * _DAY
        held = self.account.held(list_id, list(dict.fromkeys(one for each in people for one in each)))
        writes, rows = [], []
        for identifiers in people:
            for identifier in identifiers:
                writes.append((list_id, identifier, "ADD", self.now, identifier not in held))
                rows.append((list_id, identifier, identifiers[0], self.now, expires))
                held.add(identifier)
        self.account.store.execute_many("insert into _writes values (?, ?, ?, ?, ?)", writes)
        self.account.store.execute_many(_ADD, rows)

    def _drop(self, list_id: int, identifiers: Sequence[str]) -> None:
        held = self.account.held(list_id, identifiers)
        self.account.store.execute_many(
            "insert into _writes values (?, ?, ?, ?, ?)",
            [(list_id, identifier, "REMOVE", self.now, identifier in held) for identifier in identifiers],
        )
        self.account.store.execute_many(
            "delete from members where list_id = ? and identifier = ?", [(list_id, one) for one in identifiers]
        )


def is_matched(identifier: str) -> bool:
    """Tell whether Google knows the person: nine of ten, always the same."""
    number = int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=6).digest(), "big")
    return number % 100 < _MATCHED_PERCENT


def match_rate_range(people: Sequence[Sequence[str]]) -> str:
    """Return the range as the API names it."""
    if len(people) < _FEWEST_FOR_A_RATE:
        return "MATCH_RATE_RANGE_NOT_ELIGIBLE"
    percent = round(100 * sum(any(map(is_matched, each)) for each in people) / len(people))
    if percent < 20:  # noqa: PLR2004 (the API's lowest range)
        return "MATCH_RATE_RANGE_LESS_THAN_20"
    if percent <= 30:  # noqa: PLR2004 (its second range is the only one that starts at a round number)
        return "MATCH_RATE_RANGE_20_TO_30"
    tens = (percent - 1) // 10 * 10
    return f"MATCH_RATE_RANGE_{tens + 1}_TO_{tens + 10}"


def _addressed(destination: Mapping[str, Any], body: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Return a destination's members, each with its place in the request; those that name no destination go to all."""
    reference = destination.get("reference")
    return [
        (place, member)
        for place, member in enumerate(body["audienceMembers"])
        if not member.get("destinationReferences") or reference in member["destinationReferences"]
    ]


def _told(errors: Mapping[int, str], members: int) -> dict[str, Any]:
    if not errors:
        return {"requestStatus": "SUCCESS"}
    by_reason = defaultdict(list)
    for place, reason in errors.items():
        by_reason[reason].append(place)
    counts = [
        {"reason": reason, "recordCount": str(len(places)), "recordIndices": places}
        for reason, places in by_reason.items()
    ]
    status = "FAILED" if len(errors) == members else "PARTIAL_SUCCESS"
    return {"requestStatus": status, "errorInfo": {"errorCounts": counts}}
