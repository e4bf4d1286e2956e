"""Custom fields by the Tooling API. A new one stays hidden until field permissions grant it, as in a real org.

https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.errors import SalesforceError
from abm_sandbox.salesforce.schema import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Org

_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c")
_TYPES = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Date": "date",
    "DateTime": "datetime",
    "Checkbox": "boolean",
    "Picklist": "picklist",
    "Url": "url",
    "Email": "email",
    "Phone": "phone",
}
_LONGEST_TEXT, _LONGEST_NAME = 255, 43
_DEFAULT_LENGTH = {"textarea": 255, "picklist": 255, "url": 255, "email": 80, "phone": 40}


async def create_custom_field(request: Request) -> Json:
    """Answer POST /tooling/sobjects/CustomField."""
    org: Org = request.app.state.org
    body = await read_json(request)
    object_name, _, name = str(body.get("FullName", "")).partition(".")
    object_name = org.object_name(object_name)
    if _NAME.fullmatch(name) is None or len(name) > _LONGEST_NAME:
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", f"Invalid field name: {name}", ("FullName",))
    field = _field(name, body.get("Metadata") or {})
    if org.has_field(object_name, name):
        message = f"There is already a field named {name.removesuffix('__c')} on {object_name}."
        raise SalesforceError(400, "DUPLICATE_DEVELOPER_NAME", message)
    org.add_field(object_name, field)
    return Json({"id": org.next_ids("00N", 1)[0], "success": True, "errors": [], "warnings": [], "infos": []}, 201)


def _field(name: str, metadata: Mapping[str, Any]) -> Field:
    if not metadata.get("label"):
        raise _integrity("Field label must be specified", "label")
    if (type_ := _TYPES.get(str(metadata.get("type")))) is None:
        raise _integrity(f"Field type not supported: {metadata.get('type')}", "type")
    values = tuple(
        str(value["fullName"])
        for value in (metadata.get("valueSet") or {}).get("valueSetDefinition", {}).get("value", [])
    )
    return Field(
        name=name,
        type=type_,
        length=_length(type_, metadata),
        precision=_whole(metadata, "precision") if type_ in {"double", "currency", "percent"} else 0,
        scale=_whole(metadata, "scale") if type_ in {"double", "currency", "percent"} else 0,
        label=str(metadata["label"]),
        values=values,
        restricted=bool((metadata.get("valueSet") or {}).get("restricted")),
        required=bool(metadata.get("required")),
        external_id=bool(metadata.get("externalId")),
        unique=bool(metadata.get("unique")),
        custom=True,
        secured=not metadata.get("required"),
    )


def _length(type_: str, metadata: Mapping[str, Any]) -> int:
    if type_ == "string":
        length = _whole(metadata, "length")
        if not 0 < length <= _LONGEST_TEXT:
            raise _integrity(f"Can not specify a length of {length}; it must be between 1 and 255", "length")
        return length
    return int(metadata.get("length") or _DEFAULT_LENGTH.get(type_, 0))


def _whole(metadata: Mapping[str, Any], name: str) -> int:
    if not isinstance(value := metadata.get(name), int):
        raise _integrity(f"Must specify '{name}' for a CustomField of type {metadata.get('type')}", name)
    return value


def _integrity(message: str, field: str) -> SalesforceError:
    return SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, (field,))
