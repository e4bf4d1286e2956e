"""The Data Manager API for one Google Ads account: user lists, members in and out, the status of a request."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from abm.destinations import Audience
from abm.errors import ContractError, RefusedError
from abm.platforms.google import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.http import PlatformClient

MEMBERS_A_REQUEST = 10_000
CONTACT_ID = "CONTACT_ID"
DAY_SECONDS = 86_400
_JSON = {"Content-Type": "application/json"}
_NAMES = ("givenName", "familyName")


@dataclass(frozen=True)
class UserList:
    """One user list as Google tells it."""

    list_id: str
    key_types: Sequence[str]
    status: str
    size: int | None = None
    match_rate: float | None = None

    def audience(self, name: str) -> Audience:
        return Audience(name, self.list_id, self.status, self.size, match_rate=self.match_rate)


@dataclass(frozen=True)
class GoogleClient:
    """Requests for one account, by credentials on it or, with `login_account`, on a manager above it."""

    http: PlatformClient
    account: str
    login_account: str = ""
    membership_days: int = 540
    encoding: str = "HEX"
    validate_only: bool = False

    def find(self, name: str) -> UserList | None:
        """Return the list of exactly that display name, which is unique in an account."""
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        query: dict[str, str] = {"filter": f'display_name = "{escaped}"', "pageSize": "100"}
        while True:
            body = body_of(self.http.request("GET", self._lists, params=query, headers=self._login))
            try:
                found = [_user_list(one) for one in body.get("userLists", []) if one.get("displayName") == name]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise ContractError("Google listed user lists in a form its documentation does not have.") from error
            if found or not body.get("nextPageToken"):
                return found[0] if found else None
            query["pageToken"] = str(body["nextPageToken"])

    def find_or_create(self, name: str) -> UserList:
        """Return the audience's list; a creation whose answer was lost is found by its name."""
        found = self.find(name)
        if found is not None:
            return found
        try:
            return self._create(name)
        except RefusedError as error:
            created = self.find(name) if error.code in {"DISPLAY_NAME_ALREADY_USED", "ALREADY_EXISTS"} else None
            if created is None:
                raise
            return created

    def check(self) -> None:
        """Ask for one list, so that credentials and account are tried though no audience is wanted."""
        self.http.request("GET", self._lists, params={"pageSize": "1"}, headers=self._login)

    def ingest(self, list_id: str, members: Sequence[Mapping[str, Any]]) -> str:
        """Hand over at most 10,000 members and return the request's id; Google works on it for hours."""
        terms = {"termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"}}
        return self._members("ingest", list_id, members, terms)

    def remove(self, list_id: str, members: Sequence[Mapping[str, Any]]) -> str:
        return self._members("remove", list_id, members, {})

    def status(self, request_id: str) -> Mapping[str, Any]:
        return body_of(self.http.request("GET", "/v1/requestStatus:retrieve", params={"requestId": request_id}))

    def close(self) -> None:
        self.http.close()

    @property
    def _lists(self) -> str:
        return f"/v1/accountTypes/GOOGLE_ADS/accounts/{self.account}/userLists"

    @property
    def _login(self) -> Mapping[str, str]:
        login = f"accountTypes/GOOGLE_ADS/accounts/{self.login_account}"
        return {"login-account": login} if self.login_account else {}

    def _create(self, name: str) -> UserList:
        body = {
            "displayName": name,
            "membershipDuration": f"{self.membership_days * DAY_SECONDS}s",
            "ingestedUserListInfo": {
                "uploadKeyTypes": [CONTACT_ID],
                "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
            },
        }
        created = body_of(self.http.request("POST", self._lists, json=body, headers=self._login))
        try:
            return _user_list(created)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ContractError("Google created a user list without telling its id. The next run finds it.") from error

    def _members(self, method: str, list_id: str, members: Sequence[Mapping[str, Any]], more: Mapping[str, Any]) -> str:
        body = {
            "destinations": [self._destination(list_id)],
            "audienceMembers": [_encoded(member) for member in members] if self.encoding == "BASE64" else members,
            "encoding": self.encoding,
            "validateOnly": self.validate_only,
            **more,
        }
        path = f"/v1/audienceMembers:{method}"
        answer = body_of(self.http.request("POST", path, content=orjson.dumps(body), headers=_JSON))
        if not isinstance(answer.get("requestId"), str):
            raise ContractError("Google took members without telling the request's id. The next run sends them again.")
        return str(answer["requestId"])

    def _destination(self, list_id: str) -> Mapping[str, Any]:
        login = {"loginAccount": _ads_account(self.login_account)} if self.login_account else {}
        return {"operatingAccount": _ads_account(self.account), **login, "productDestinationId": list_id}


def _ads_account(account: str) -> Mapping[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": account}


def _encoded(member: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write the digests of a member in Base64."""
    identifiers = [
        {kind: _base64_names(value) if kind == "address" else _base64(value) for kind, value in identifier.items()}
        for identifier in member["userData"]["userIdentifiers"]
    ]
    return {**member, "userData": {"userIdentifiers": identifiers}}


def _base64_names(address: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _base64(value) if name in _NAMES else value for name, value in address.items()}


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


def _user_list(told: Mapping[str, Any]) -> UserList:
    sizes = [int(count) for count in told.get("sizeInfo", {}).values()]
    percent = told["ingestedUserListInfo"].get("contactIdInfo", {}).get("matchRatePercentage")
    is_usable = told.get("accountAccessStatus") != "DISABLED" and not told.get("readOnly")
    return UserList(
        str(told["id"]),
        told["ingestedUserListInfo"]["uploadKeyTypes"],
        str(told.get("membershipStatus", "OPEN")) if is_usable else "DISABLED",
        max(sizes, default=None),
        None if percent is None else int(percent) / 100,
    )
