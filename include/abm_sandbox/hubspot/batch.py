"""Batch endpoints: up to 100 inputs; 207 where some failed and each input carries its own objectWriteTraceId."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from abm_sandbox.hubspot import writing
from abm_sandbox.hubspot.errors import OBJECT_NOT_FOUND, ApiError, invalid, json_response
from abm_sandbox.hubspot.portal import Portal, portal_of
from abm_sandbox.hubspot.records import member, read_json, texts, to_api
from abm_sandbox.hubspot.writing import Write
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from abm_sandbox.hubspot.catalogue import ObjectType

MAX_INPUTS = 100
_TEXT_MEMBERS = {"id", "idProperty", "objectWriteTraceId"}


async def read(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    body = await read_json(request)
    inputs = read_inputs(body)
    archived = request.query_params.get("archived") == "true"
    names = portal.known(kind, texts(body, "properties"))
    wanted = [member(item, "id", str) for item in inputs]
    column = _id_column(portal, kind, member(body, "idProperty", str, ""))
    if column == "id":
        wanted = [portal.current_id(kind, record) for record in wanted]
    rows = portal.rows(
        kind,
        [*names, column],
        f"archived = ? and {quoted(column)} in ({', '.join('?' * len(wanted))})",
        [int(archived), *wanted],
    )
    missing = sorted(set(wanted) - {row[column] for row in rows})
    errors = [_not_found(kind, missing).in_batch()] if missing else []
    return batch_response(portal, [to_api(kind, row, names) for row in rows], errors)


async def update(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    inputs = read_inputs(await read_json(request))
    _reject_duplicates(inputs)
    started = portal.now()
    writes, errors = _checked(portal, kind, inputs)
    faulty = [write for write in writes if portal.row_faults.get(write.id)]
    errors += [portal.row_faults[write.id].pop(0).in_batch(write.trace_id, write.id) for write in faulty]
    writes = [write for write in writes if write not in faulty]
    absent = _resolve(portal, kind, inputs, writes)
    records, gone = writing.update(portal, kind, [write for write in writes if write not in absent])
    lost = [*absent, *gone]
    if _is_traced(inputs):
        errors += [_not_found(kind, [write.id]).in_batch(write.trace_id, write.id) for write in lost]
    elif lost:
        errors.append(_not_found(kind, [write.id for write in lost]).in_batch())
    return batch_response(portal, list(records.values()), errors, started=started)


async def create(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    inputs = read_inputs(await read_json(request))
    writes, errors = _checked(portal, kind, inputs)
    taken = writing.taken(portal, kind, writes)
    if taken and not _is_traced(inputs):
        raise next(iter(taken.values()))
    errors += [taken[write.position].in_batch(write.trace_id) for write in writes if write.position in taken]
    records = writing.create(portal, kind, [write for write in writes if write.position not in taken])
    return batch_response(portal, records, errors, status=201)


async def upsert(request: Request) -> Response:
    """Update the records found by their unique property, create the others."""
    portal, kind = portal_of(request), portal_of(request).kind(request)
    inputs = read_inputs(await read_json(request))
    _reject_duplicates(inputs)
    writes, errors = _checked(portal, kind, inputs)
    absent = _resolve(portal, kind, inputs, writes)
    records, gone = writing.update(portal, kind, [write for write in writes if write not in absent])
    if gone:
        raise _not_found(kind, [write.id for write in gone])
    for write in absent:
        write.values[str(inputs[write.position]["idProperty"])] = write.id
    created = writing.create(portal, kind, absent)
    results = [{**record, "new": False} for record in records.values()] + [
        {**record, "new": True} for record in created
    ]
    return batch_response(portal, results, errors)


async def archive(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    inputs = read_inputs(await read_json(request))
    writing.archive(portal, kind, [member(item, "id", str) for item in inputs])
    return Response(status_code=204)


def read_inputs(body: dict[str, Any], most: int = MAX_INPUTS) -> list[dict[str, Any]]:
    inputs = member(body, "inputs", list)
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}")
    if not all(isinstance(item, dict) for item in inputs):
        raise invalid("Invalid input JSON: each input must be an object")
    for item in inputs:
        for name in _TEXT_MEMBERS & item.keys():
            if not isinstance(item[name], str | None):
                raise invalid(f"Invalid input JSON: '{name}' must be of type str")
    return list(inputs)


def batch_response(
    portal: Portal,
    results: Sequence[Any],
    errors: Sequence[Any] = (),
    *,
    status: int = 200,
    started: str | None = None,
) -> Response:
    now = portal.now()
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": started or now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return json_response(body, 207 if errors else status)


def _checked(
    portal: Portal, kind: ObjectType, inputs: Sequence[dict[str, Any]]
) -> tuple[list[Write], list[dict[str, Any]]]:
    """Return the inputs that may be written, and the errors of the others; without trace ids one error fails all."""
    traced = _is_traced(inputs)
    writes, errors = [], []
    for position, item in enumerate(inputs):
        properties = member(item, "properties", dict)
        trace_id = item.get("objectWriteTraceId")
        try:
            values = writing.check_values(portal, kind, properties)
        except ApiError as error:
            if not traced:
                raise
            errors.append(error.in_batch(trace_id))
        else:
            writes.append(Write(str(item.get("id", "")), values, trace_id, position))
    return writes, errors


def _is_traced(inputs: Sequence[dict[str, Any]]) -> bool:
    traces = {item.get("objectWriteTraceId") for item in inputs}
    return len(traces) == len(inputs) and None not in traces


def _reject_duplicates(inputs: Sequence[dict[str, Any]]) -> None:
    seen: set[tuple[str, str]] = set()
    twice: dict[str, None] = {}
    for item in inputs:
        key = (str(item.get("idProperty", "")), member(item, "id", str))
        if key in seen:
            twice[key[1]] = None
        seen.add(key)
    if twice:
        ids = list(twice)
        raise invalid(f"Duplicate IDs found in batch input: [{', '.join(ids)}]. IDs must be unique", ids=ids)


def _resolve(
    portal: Portal, kind: ObjectType, inputs: Sequence[dict[str, Any]], writes: Sequence[Write]
) -> list[Write]:
    """Replace values of unique properties by record ids; return the writes that no record answers to."""
    absent: list[Write] = []
    named = {inputs[write.position].get("idProperty") for write in writes}
    for name in named:
        column = _id_column(portal, kind, name)
        if column == "id":
            for write in writes:
                write.id = portal.current_id(kind, write.id)
            continue
        keyed = [write for write in writes if inputs[write.position].get("idProperty") == name]
        ids = writing.ids_by_unique(portal, kind, column, [write.id for write in keyed])
        absent += [write for write in keyed if write.id not in ids]
        for write in keyed:
            write.id = ids.get(write.id, write.id)
    return absent


def _id_column(portal: Portal, kind: ObjectType, name: str | None) -> str:
    if name in {None, "", "hs_object_id"}:
        return "id"
    definition = portal.properties[kind.name].get(str(name))
    if definition is None or not definition.is_unique:
        raise invalid(f"Property '{name}' does not have unique values and cannot be used as idProperty")
    return definition.name


def _not_found(kind: ObjectType, ids: list[str]) -> ApiError:
    return ApiError(
        404,
        OBJECT_NOT_FOUND,
        f"Could not get some {kind.singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        context={"ids": ids},
    )
