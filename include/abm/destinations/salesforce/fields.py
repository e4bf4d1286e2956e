"""The fields this product owns on Account: their types, their creation, and the permission to write them.

A field made by the Tooling API is hidden from everyone until field permissions grant it, so a permission set of ours
holds them: https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.errors import ConfigurationError, ContractError, Fault, RefusedError
from abm.platforms.salesforce import DATA_PATH, ClientCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.http import PlatformClient

OBJECT = "Account"
PERMISSION_SET = "ABM_Spectrum"
_OWN_FIELD = re.compile(r"ABM_\w+__c", re.IGNORECASE)
_EXISTS = frozenset({"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"})
_LONG_TEXTS = ("_Reason__c", "_Micro_Segment__c")
_SHORT, _LONG = 80, 255
_HOLDS = {  # what describe may call a field that takes our values
    "Number": frozenset({"double", "currency", "percent"}),
    "Date": frozenset({"date"}),
    "Text": frozenset({"string", "textarea", "picklist", "combobox"}),
}


@dataclass
class AccountFields:
    """The fields of Account as the integration user sees them."""

    client: PlatformClient

    def ensure(self, names: Sequence[str]) -> None:
        """Create what is missing and grant it to the integration user; raise every fault at once."""
        seen = self._visible()
        absent = [name for name in names if name.lower() not in seen and _OWN_FIELD.fullmatch(name)]
        faults = {name: fault for name in absent if (fault := self._create(name)) is not None}
        if created := [name for name in absent if name not in faults]:
            faults |= self._grant(created)
            seen = self._visible()
        remaining = [faults.get(name) or _fault(name, seen) for name in names]
        if told := [fault for fault in remaining if fault is not None]:
            raise ConfigurationError(*told)

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        """Tell which fields are not there, hidden, or not writable, and change nothing."""
        seen = self._visible()
        return [fault for name in names if (fault := _fault(name, seen)) is not None]

    def _visible(self) -> Mapping[str, Mapping[str, Any]]:
        body = self.client.request("GET", f"{DATA_PATH}/sobjects/{OBJECT}/describe").json()
        try:
            return {str(field["name"]).lower(): field for field in body["fields"]}
        except (KeyError, TypeError) as error:
            raise ContractError(f"Salesforce described {OBJECT} without its fields.") from error

    def _create(self, name: str) -> Fault | None:
        try:
            self.client.request(
                "POST",
                f"{DATA_PATH}/tooling/sobjects/CustomField",
                json={"FullName": f"{OBJECT}.{name}", "Metadata": metadata(name)},
            )
        except RefusedError as error:
            return None if error.code in _EXISTS else _not_created(name, error.code)
        except ConfigurationError:
            return _not_created(name, "INSUFFICIENT_ACCESS")
        return None

    def _grant(self, names: Sequence[str]) -> Mapping[str, Fault]:
        """Put the fields into our permission set and the integration user under it; return what could not be done."""
        try:
            self._grant_all(names)
        except (ConfigurationError, RefusedError) as error:
            code = error.code if isinstance(error, RefusedError) else "INSUFFICIENT_ACCESS"
            return {name: _not_granted(name, code) for name in names}
        return {}

    def _grant_all(self, names: Sequence[str]) -> None:
        set_id = self._find_or_create("PermissionSet", {"Name": PERMISSION_SET, "Label": "ABM Spectrum fields"}, "Name")
        if user_id := _user_id(self.client):
            assignment = {"AssigneeId": user_id, "PermissionSetId": set_id}
            self._find_or_create("PermissionSetAssignment", assignment, *assignment)
        for name in names:
            permission = {"ParentId": set_id, "SobjectType": OBJECT, "Field": f"{OBJECT}.{name}"}
            rights = {"PermissionsRead": True, "PermissionsEdit": True}
            self._find_or_create("FieldPermissions", {**permission, **rights}, *permission)

    def _find_or_create(self, object_name: str, record: Mapping[str, Any], *key: str) -> str:
        condition = " AND ".join(f"{name} = '{record[name]}'" for name in key)
        query = f"SELECT Id FROM {object_name} WHERE {condition}"
        for _ in range(2):
            if found := self.client.request("GET", f"{DATA_PATH}/query", params={"q": query}).json()["records"]:
                return str(found[0]["Id"])
            try:
                path = f"{DATA_PATH}/sobjects/{object_name}"
                return str(self.client.request("POST", path, json=dict(record)).json()["id"])
            except RefusedError as error:
                if error.code not in _EXISTS:  # another run, or the lost answer of our own first try, made it
                    raise
        raise ContractError(f"Salesforce says that the {object_name} is there, and does not find it.")


def metadata(name: str) -> Mapping[str, Any]:
    """Return what the Tooling API needs to make the field; its type follows from its name."""
    label = name.removesuffix("__c").replace("_", " ")
    about = {"label": label, "description": "Written by ABM Spectrum, explained in its policy.", "required": False}
    if name.endswith("_Score__c"):
        return {**about, "type": "Number", "precision": 5, "scale": 2}
    if name.endswith(("_Since__c", "_Ends__c")):
        return {**about, "type": "Date"}
    return {**about, "type": "Text", "length": _LONG if name.endswith(_LONG_TEXTS) else _SHORT}


def _user_id(client: PlatformClient) -> str | None:
    credentials = client.authentication
    return credentials.user_id if isinstance(credentials, ClientCredentials) else None


def _fault(name: str, seen: Mapping[str, Mapping[str, Any]]) -> Fault | None:
    where = f"Salesforce field '{OBJECT}.{name}'"
    field = seen.get(name.lower())
    if field is None and not _OWN_FIELD.fullmatch(name):
        return Fault(where, "is not there or hidden", "Create it, grant it, or correct the policy's field map")
    if field is None:
        return Fault(where, "is not there or hidden", "The first run creates it and grants it to the integration user")
    if not field.get("updateable"):
        return Fault(where, "cannot be written", "Grant edit access to the integration user; a formula cannot be used")
    wanted = str(metadata(name)["type"])
    if _OWN_FIELD.fullmatch(name) and field.get("type") not in _HOLDS[wanted]:
        return Fault(where, f"is of type {field.get('type')}", f"Make it {wanted}, or map another field in the policy")
    return None


def _not_granted(name: str, code: str) -> Fault:
    return Fault(
        f"Salesforce field '{OBJECT}.{name}'",
        f"exists, but could not be granted ({code})",
        "Give the integration user 'Manage Profiles and Permission Sets', or grant it read and edit access by hand",
    )


def _not_created(name: str, code: str) -> Fault:
    wanted = metadata(name)
    kind = f"{wanted['type']} {wanted.get('length') or wanted.get('precision', '')}".strip()
    return Fault(
        f"Salesforce field '{OBJECT}.{name}'",
        f"could not be created ({code})",
        f"Give the integration user 'Customize Application', or create it by hand as {kind}",
    )
