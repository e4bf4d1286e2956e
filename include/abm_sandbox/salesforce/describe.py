"""What the org tells of itself: versions, resources, objects and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.errors import NOT_FOUND
from abm_sandbox.salesforce.org import NEWEST_VERSION, OLDEST_VERSION, Org
from abm_sandbox.salesforce.schema import LENGTH_OF_REFERENCE, NUMERIC, STANDARD, TEXTUAL, Field

if TYPE_CHECKING:
    from starlette.requests import Request

_RESOURCES = ("tooling", "composite", "query", "queryAll", "sobjects", "limits", "jobs")
_NOT_CREATABLE = frozenset({"User"})


def versions(_request: Request) -> Json:
    return Json(
        [
            {"label": f"Release {number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST_VERSION, NEWEST_VERSION + 1)
        ]
    )


async def resources(request: Request) -> Json:
    base = _base(request)
    return Json({name: f"{base}/{name}" for name in _RESOURCES})


async def all_objects(request: Request) -> Json:
    objects = [_about(request, name) for name in STANDARD]
    return Json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})


async def basic_information(request: Request) -> Json:
    return Json({"objectDescribe": _about(request, object_in_path(request)), "recentItems": []})


async def describe(request: Request) -> Json:
    name = object_in_path(request)
    org: Org = request.app.state.org
    fields = [describe_field(found) for found in org.fields(name).values()]
    return Json({**_about(request, name), "fields": fields, "childRelationships": [], "recordTypeInfos": []})


def object_in_path(request: Request) -> str:
    """Return the object of the address, in its own spelling, or answer 404."""
    org: Org = request.app.state.org
    return org.object_name(request.path_params["object"], status=NOT_FOUND, code="NOT_FOUND")


def describe_field(field: Field) -> dict[str, Any]:
    is_text = field.type in TEXTUAL
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "length": (field.length or LENGTH_OF_REFERENCE) if is_text else 0,
        "precision": field.precision if field.type in NUMERIC else 0,
        "scale": field.scale,
        "custom": field.custom,
        "externalId": field.external_id,
        "idLookup": field.external_id or field.type in {"id", "email"},
        "unique": field.unique,
        "nillable": not field.required and field.type != "boolean",
        "createable": not field.readonly,
        "updateable": not field.readonly,
        "calculated": False,
        "defaultedOnCreate": field.type == "boolean",
        "restrictedPicklist": field.restricted,
        "picklistValues": [{"active": True, "label": value, "value": value} for value in field.values],
        "referenceTo": list(field.references),
        "relationshipName": field.name.removesuffix("Id") if field.references else None,
        "filterable": True,
        "sortable": True,
    }


def _about(request: Request, name: str) -> dict[str, Any]:
    address = f"{_base(request)}/sobjects/{name}"
    return {
        "name": name,
        "label": name,
        "labelPlural": f"{name}s",
        "keyPrefix": STANDARD[name].prefix,
        "custom": False,
        "createable": name not in _NOT_CREATABLE,
        "updateable": True,
        "deletable": name not in _NOT_CREATABLE,
        "queryable": True,
        "urls": {"sobject": address, "describe": f"{address}/describe", "rowTemplate": f"{address}/{{ID}}"},
    }


def _base(request: Request) -> str:
    return f"/services/data/{request.path_params['version']}"
