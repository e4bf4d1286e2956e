"""Property definitions and their groups."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from abm_sandbox.hubspot.batch import batch_response, read_inputs
from abm_sandbox.hubspot.catalogue import BOOLEAN_OPTIONS, ObjectType, Property
from abm_sandbox.hubspot.errors import CONFLICT, ApiError, invalid, json_response, not_found
from abm_sandbox.hubspot.portal import RECORD_COLUMNS, Portal, portal_of
from abm_sandbox.hubspot.records import member, read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Row

    from starlette.requests import Request

FIELD_TYPES = {
    "string": {"text", "textarea", "file", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
}
MAX_NAME = 100
_NAME = re.compile(r"[a-z][a-z0-9_]*")


async def list_all(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    return json_response({"results": [_to_api(item) for item in portal.properties[kind.name].values()]})


async def read(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    return json_response(_to_api(_find(portal, kind, request.path_params["name"])))


async def create(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    definition = _definition(portal, kind, await read_json(request))
    portal.add_property(kind, definition)
    return json_response(_to_api(definition), 201)


async def batch_create(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    results, errors = [], []
    for item in read_inputs(await read_json(request)):
        try:
            definition = _definition(portal, kind, item)
        except ApiError as error:
            errors.append(error.in_batch())
            continue
        portal.add_property(kind, definition)
        results.append(_to_api(definition))
    return batch_response(portal, results, errors, status=201)


async def batch_read(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    names = [member(item, "name", str) for item in read_inputs(await read_json(request))]
    definitions = portal.properties[kind.name]
    missing = [name for name in names if name not in definitions]
    errors = [not_found("Could not find the properties", name=missing).in_batch()] if missing else []
    return batch_response(portal, [_to_api(definitions[name]) for name in names if name in definitions], errors)


async def update(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    definition = _find(portal, kind, request.path_params["name"])
    body = await read_json(request)
    changed = replace(
        definition,
        label=member(body, "label", str, definition.label),
        description=member(body, "description", str, definition.description),
        group=_group(portal, kind, member(body, "groupName", str, definition.group)),
        options=_options(member(body, "options", list, list(definition.options))),
    )
    portal.add_property(kind, changed)
    return json_response(_to_api(changed))


async def archive(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    definition = _find(portal, kind, request.path_params["name"])
    if definition.is_hubspot_defined:
        raise invalid(f"Property '{definition.name}' is defined by HubSpot and cannot be archived")
    portal.remove_property(kind, definition.name)
    return Response(status_code=204)


async def list_groups(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    rows = portal.store.execute("select * from _groups where object = ? order by name", [kind.name])
    return json_response({"results": [_group_to_api(row) for row in rows]})


async def read_group(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    return json_response(_group_to_api(_find_group(portal, kind, request.path_params["name"])))


async def create_group(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    body = await read_json(request)
    name, label = _name(member(body, "name", str)), member(body, "label", str)
    if _groups_named(portal, kind, name):
        raise ApiError(409, CONFLICT, f"Property group '{name}' already exists")
    order = member(body, "displayOrder", int, -1)
    portal.store.execute("insert into _groups values (?, ?, ?, ?)", [kind.name, name, label, order])
    return json_response(_group_to_api(_find_group(portal, kind, name)), 201)


def _definition(portal: Portal, kind: ObjectType, body: dict[str, Any]) -> Property:
    """Check a definition as HubSpot does: name free, type and field type in agreement, options where they are due."""
    name, label = _name(member(body, "name", str)), member(body, "label", str)
    if name in portal.properties[kind.name]:
        raise ApiError(409, CONFLICT, f"A property named '{name}' already exists")
    value_type, field_type = member(body, "type", str), member(body, "fieldType", str)
    if field_type not in FIELD_TYPES.get(value_type, ()):
        raise invalid(f"Field type '{field_type}' does not go with property type '{value_type}'")
    choices = _options(member(body, "options", list, []))
    if value_type == "enumeration" and not choices and not body.get("externalOptions"):
        raise invalid(f"Property '{name}' is an enumeration and needs options")
    if value_type == "bool" and {choice["value"] for choice in choices or BOOLEAN_OPTIONS} != {"true", "false"}:
        raise invalid("Boolean properties must have exactly two options, 'true' and 'false'")
    return Property(
        name=name,
        label=label,
        type=value_type,
        field_type=field_type,
        group=_group(portal, kind, member(body, "groupName", str)),
        description=member(body, "description", str, ""),
        options=choices or (BOOLEAN_OPTIONS if value_type == "bool" else ()),
        is_unique=member(body, "hasUniqueValue", bool, False),  # noqa: FBT003 (the default of a JSON member)
        created_at=portal.now(),
    )


def _name(name: str) -> str:
    reserved = {column.lower() for column in RECORD_COLUMNS}
    if len(name) > MAX_NAME or not _NAME.fullmatch(name) or name in reserved:
        raise invalid(f"'{name}' is not a valid name: lower-case letters, numbers and underscores, a letter first")
    return name


def _options(sent: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    for option in sent:
        if not isinstance(option, dict):
            raise invalid("Each option must be an object")
    return tuple(
        {
            "label": member(option, "label", str),
            "value": member(option, "value", str),
            "displayOrder": member(option, "displayOrder", int, order),
            "hidden": member(option, "hidden", bool, False),  # noqa: FBT003 (the default of a JSON member)
        }
        for order, option in enumerate(sent)
    )


def _group(portal: Portal, kind: ObjectType, name: str) -> str:
    if not _groups_named(portal, kind, name):
        raise invalid(f"Property group '{name}' does not exist")
    return name


def _groups_named(portal: Portal, kind: ObjectType, name: str) -> list[Row]:
    return portal.store.execute("select * from _groups where object = ? and name = ?", [kind.name, name])


def _find_group(portal: Portal, kind: ObjectType, name: str) -> Row:
    rows = _groups_named(portal, kind, name)
    if not rows:
        raise not_found()
    return rows[0]


def _find(portal: Portal, kind: ObjectType, name: str) -> Property:
    definition = portal.properties[kind.name].get(name)
    if definition is None:
        raise not_found()
    return definition


def _to_api(definition: Property) -> dict[str, Any]:
    return {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "groupName": definition.group,
        "description": definition.description,
        "options": list(definition.options),
        "displayOrder": -1,
        "hasUniqueValue": definition.is_unique,
        "hidden": False,
        "formField": False,
        "calculated": False,
        "externalOptions": False,
        "archived": False,
        "hubspotDefined": definition.is_hubspot_defined,
        "createdAt": definition.created_at,
        "updatedAt": definition.created_at,
        "modificationMetadata": {
            "archivable": not definition.is_hubspot_defined,
            "readOnlyDefinition": definition.is_hubspot_defined,
            "readOnlyValue": definition.is_read_only,
        },
    }


def _group_to_api(row: Row) -> dict[str, Any]:
    return {"name": row["name"], "label": row["label"], "displayOrder": row["displayOrder"], "archived": False}
