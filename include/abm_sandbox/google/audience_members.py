"""/v1/audienceMembers: ingest, remove, removeAll. A request is taken whole or refused whole, and worked on later.

https://developers.google.com/data-manager/api/reference/rest/v1/audienceMembers
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from abm_sandbox.google.bodies import account_of, read_object
from abm_sandbox.google.errors import Json, Violation, invalid, refused
from abm_sandbox.google.members import faults, in_hex
from abm_sandbox.google.schema import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.google.ads_account import AdsAccount

MOST_MEMBERS = 10_000
MOST_DESTINATIONS = 10
MOST_VIOLATIONS = 100


async def ingest(request: Request) -> Response:
    body = read(await read_object(request), "IngestAudienceMembersRequest")
    account = account_of(request)
    _check_destinations(account, body)
    account.check_signed()
    status = body.get("termsOfService", {}).get("customerMatchTermsOfServiceStatus")
    if status != "ACCEPTED":
        field = "termsOfService.customerMatchTermsOfServiceStatus"
        raise invalid(field, "TERMS_AND_CONDITIONS_NOT_SIGNED", "The Customer Match terms must be accepted.")
    return _accept(account, "ingest", _checked_members(body))


async def remove(request: Request) -> Response:
    body = read(await read_object(request), "RemoveAudienceMembersRequest")
    account = account_of(request)
    _check_destinations(account, body)
    return _accept(account, "remove", _checked_members(body))


async def remove_all(request: Request) -> Response:
    """Take everyone off the lists who was added before the time given, or before now."""
    body = read(await read_object(request), "RemoveAllAudienceMembersRequest")
    account = account_of(request)
    _check_destinations(account, body)
    return _accept(account, "removeAll", body | {"before": _time(body.get("removeAsOfTime"), account.clock())})


def _accept(account: AdsAccount, kind: str, body: dict[str, Any]) -> Response:
    # What was only validated is not kept, so its id leads nowhere.
    is_kept = not body.get("validateOnly")
    return Json({"requestId": account.accept(kind, body) if is_kept else secrets.token_urlsafe(18)})


def _check_destinations(account: AdsAccount, body: Mapping[str, Any]) -> None:
    destinations = body.get("destinations", [])
    if not destinations:
        raise invalid("destinations", "REQUIRED_FIELD_MISSING", "At least one destination is required.")
    if len(destinations) > MOST_DESTINATIONS:
        raise invalid("destinations", "TOO_MANY_DESTINATIONS", f"At most {MOST_DESTINATIONS} may be given.")
    references = [one["reference"] for one in destinations if "reference" in one]
    if len(set(references)) < len(references):
        raise invalid("destinations", "DUPLICATE_DESTINATION_REFERENCE", "References must be unique.")
    for place, destination in enumerate(destinations):
        _check_destination(account, destination, f"destinations[{place}]")


def _check_destination(account: AdsAccount, destination: Mapping[str, Any], path: str) -> None:
    operating, login = destination.get("operatingAccount", {}), destination.get("loginAccount", {})
    # `product` is the older name of the account's type.
    kinds = {one.get("accountType") or one.get("product") for one in (operating, login or operating)}
    if not operating.get("accountId"):
        raise invalid(f"{path}.operatingAccount", "REQUIRED_FIELD_MISSING", "The operating account is required.")
    if kinds != {"GOOGLE_ADS"}:
        raise invalid(f"{path}.operatingAccount", "DESTINATION_ACCOUNT_TYPE_MISMATCH", "Not a Google Ads account.")
    account.check_account(operating["accountId"], login.get("accountId"), writes=True)
    user_list = account.user_list(destination.get("productDestinationId", ""))
    if user_list is None:
        raise invalid(f"{path}.productDestinationId", "INVALID_USER_LIST_ID", "The user list does not exist.")
    if user_list["uploadKeyType"] != "CONTACT_ID":
        raise invalid(f"{path}.productDestinationId", "INVALID_USER_LIST_TYPE", "The list takes no contact data.")


def _checked_members(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with digests in hex; raises ApiError for anything structurally wrong in any member."""
    members = body.get("audienceMembers", [])
    if not members:
        raise invalid("audienceMembers", "REQUIRED_FIELD_MISSING", "At least one audience member is required.")
    if len(members) > MOST_MEMBERS:
        raise invalid("audienceMembers", "TOO_MANY_AUDIENCE_MEMBERS", f"At most {MOST_MEMBERS} may be given.")
    encoding = None if "encryptionInfo" in body else body.get("encoding", "ENCODING_UNSPECIFIED")
    if encoding == "ENCODING_UNSPECIFIED":
        raise invalid("encoding", "REQUIRED_FIELD_MISSING", "The encoding of the identifiers is required.")
    violations = list(_member_faults(body, encoding))
    if violations:
        raise refused(violations[:MOST_VIOLATIONS])
    return body | {"audienceMembers": [_in_hex(member, encoding) for member in members]}


def _member_faults(body: Mapping[str, Any], encoding: str | None) -> Iterator[Violation]:
    references = {one.get("reference") for one in body["destinations"]}
    for place, member in enumerate(body["audienceMembers"]):
        path = f"audienceMembers[{place}]"
        if not references.issuperset(member.get("destinationReferences", [])):
            yield Violation(f"{path}.destinationReferences", "INVALID_DESTINATION", "The reference is unknown.")
        yield from faults(member, path, encoding)


def _in_hex(member: dict[str, Any], encoding: str | None) -> dict[str, Any]:
    identifiers = [_identifier_in_hex(one, encoding) for one in member["userData"]["userIdentifiers"]]
    return member | {"userData": {"userIdentifiers": identifiers}}


def _identifier_in_hex(identifier: dict[str, Any], encoding: str | None) -> dict[str, Any]:
    if encoding is None:
        return identifier
    ((kind, value),) = identifier.items()
    if kind != "address":
        return {kind: in_hex(value, encoding)}
    return {kind: value | {name: in_hex(value[name], encoding) for name in ("givenName", "familyName")}}


def _time(text: str | None, now: float) -> float:
    if text is None:
        return now
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise invalid("removeAsOfTime", "INVALID_REMOVE_AS_OF_TIME", "The time cannot be read.") from None
