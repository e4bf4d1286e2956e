"""Search: filter groups as SQL, one sort, 200 a page, never beyond 10,000 results.

https://developers.hubspot.com/docs/api-reference/search/guide
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm_sandbox.hubspot.errors import ApiError, invalid, json_response
from abm_sandbox.hubspot.portal import Portal, portal_of
from abm_sandbox.hubspot.records import member, paging, read_json, texts, to_api
from abm_sandbox.hubspot.values import ValueProblem, comparable
from abm_sandbox.store import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.hubspot.catalogue import ObjectType, Property

DEFAULT_PAGE, LARGEST_PAGE = 10, 200
MAX_RESULTS = 10_000
MAX_GROUPS, MAX_FILTERS, MAX_FILTERS_IN_ALL = 5, 6, 18
MAX_BODY = 3000
_COMPARISONS = {"EQ": "=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_PROBLEM = "There was a problem with the request."

Condition = tuple[str, list[Any]]


async def search(request: Request) -> Response:
    portal, kind = portal_of(request), portal_of(request).kind(request)
    if len(await request.body()) > MAX_BODY:
        raise invalid(f"The request body must not be longer than {MAX_BODY} characters")
    body = await read_json(request)
    size, offset = _page(body)
    names = portal.known(kind, texts(body, "properties"))
    where, values = _where(portal, kind, body)
    total = portal.store.execute(f"select count(*) as n from {kind.name} where {where}", values)[0]["n"]
    order = _order(portal, kind, member(body, "sorts", list, []))
    rows = portal.rows(kind, names, f"{where} order by {order} limit ? offset ?", [*values, size, offset])
    answer: dict[str, Any] = {"total": total, "results": [to_api(kind, row, names) for row in rows]}
    if offset + size < total:
        answer["paging"] = paging(request, str(offset + size))
    return json_response(answer)


def _page(body: dict[str, Any]) -> tuple[int, int]:
    size = member(body, "limit", int, DEFAULT_PAGE)
    if not 0 < size <= LARGEST_PAGE:
        raise invalid(f"limit must be between 1 and {LARGEST_PAGE}")
    after = str(body.get("after") or "0")
    if not after.isdecimal() or int(after) >= MAX_RESULTS:
        raise invalid(f"{_PROBLEM} Paging beyond {MAX_RESULTS} results is not possible")
    return size, int(after)


def _where(portal: Portal, kind: ObjectType, body: dict[str, Any]) -> Condition:
    groups = [_filters(group) for group in member(body, "filterGroups", list, [])]
    if len(groups) > MAX_GROUPS or sum(map(len, groups)) > MAX_FILTERS_IN_ALL:
        raise invalid(f"{_PROBLEM} At most {MAX_GROUPS} filter groups and {MAX_FILTERS_IN_ALL} filters are allowed")
    alternatives = [_all_of([_condition(portal, kind, item) for item in group]) for group in groups]
    conditions: list[Condition] = [("archived = 0", [])]
    if alternatives:
        conditions.append(_join(alternatives, " or "))
    if text := member(body, "query", str, ""):
        columns = " or ".join(f"{quoted(name)} like ?" for name in kind.searchable)
        conditions.append((f"({columns})", [f"%{text}%"] * len(kind.searchable)))
    return _all_of(conditions)


def _filters(group: Any) -> list[dict[str, Any]]:
    filters = member(group if isinstance(group, dict) else {}, "filters", list)
    if len(filters) > MAX_FILTERS or not all(isinstance(item, dict) for item in filters):
        raise invalid(f"{_PROBLEM} At most {MAX_FILTERS} filters a group are allowed")
    return list(filters)


def _all_of(conditions: Sequence[Condition]) -> Condition:
    return _join(conditions, " and ") if conditions else ("true", [])


def _join(conditions: Sequence[Condition], word: str) -> Condition:
    return f"({word.join(text for text, _ in conditions)})", [value for _, values in conditions for value in values]


def _condition(portal: Portal, kind: ObjectType, item: dict[str, Any]) -> Condition:
    operator, definition = member(item, "operator", str), _definition(portal, kind, member(item, "propertyName", str))
    column = _comparable_column(kind, definition)
    try:
        return _operation(operator, column, definition, item)
    except ValueProblem as problem:
        raise _filter_problem(definition.name, problem.code, problem.message) from None


def _operation(operator: str, column: str, definition: Property, item: dict[str, Any]) -> Condition:
    if operator in _COMPARISONS:
        return f"{column} {_COMPARISONS[operator]} ?", [_value(definition, item, "value")]
    if operator == "NEQ":
        return f"{column} is not ?", [_value(definition, item, "value")]
    if operator == "BETWEEN":
        return f"{column} between ? and ?", [_value(definition, item, "value"), _value(definition, item, "highValue")]
    if operator in {"IN", "NOT_IN"}:
        return _membership(operator, column, definition, texts(item, "values"))
    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return f"{column} is {'not ' if operator == 'HAS_PROPERTY' else ''}null", []
    if operator in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        return _token(operator, column, str(_value(definition, item, "value")))
    raise invalid(f"Invalid input JSON: '{operator}' is not a filter operator")


def _membership(operator: str, column: str, definition: Property, values: Sequence[str]) -> Condition:
    if not values:
        raise _filter_problem(definition.name, "MISSING_VALUES", "operator needs a list of values")
    places = ", ".join("?" * len(values))
    # Text is compared in lower case on the record's side only: values in capitals find nothing, as in HubSpot.
    sent = [
        value if definition.type in {"string", "enumeration"} else comparable(definition, value) for value in values
    ]
    if operator == "IN":
        return f"{column} in ({places})", sent
    return f"({column} is null or {column} not in ({places}))", sent


def _token(operator: str, column: str, value: str) -> Condition:
    words = column
    for separator in "@.-_,/":
        words = f"replace({words}, '{separator}', ' ')"
    spaced = value.translate(str.maketrans("@.-_,/", "      ")).replace("%", "").replace("*", "%")
    found = f"(' ' || {words} || ' ') like ?"
    pattern = [f"% {spaced} %"]
    return (found, pattern) if operator == "CONTAINS_TOKEN" else (f"({column} is null or not {found})", pattern)


def _value(definition: Property, item: dict[str, Any], name: str) -> str | float:
    if item.get(name) is None:
        raise _filter_problem(definition.name, "MISSING_VALUE", f"operator needs '{name}'")
    return comparable(definition, item[name])


def _comparable_column(kind: ObjectType, definition: Property) -> str:
    """Return the expression compared: numbers as numbers, text in lower case, ids as text (as connectors report)."""
    column = quoted(kind.columns.get(definition.name, definition.name))
    if definition.name in kind.columns or definition.type in {"date", "datetime"}:
        return column
    return f"cast({column} as real)" if definition.type == "number" else f"lower({column})"


def _definition(portal: Portal, kind: ObjectType, name: str) -> Property:
    definition = portal.properties[kind.name].get(name)
    if definition is None:
        raise _filter_problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    return definition


def _filter_problem(name: str, code: str, message: str) -> ApiError:
    return ApiError(
        400,
        "VALIDATION_ERROR",
        _PROBLEM,
        errors=[{"message": message, "code": code, "context": {"propertyName": [name]}}],
    )


def _order(portal: Portal, kind: ObjectType, sorts: Sequence[Any]) -> str:
    """Read the one sort HubSpot takes: an object, or the short form `name` or `-name` of its schema."""
    if len(sorts) > 1:
        raise invalid(f"{_PROBLEM} Only one sort is allowed")
    if not sorts:
        return "createdAt, id"
    sort = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0])}
    name = member(sort, "propertyName", str)
    descending = sort.get("direction") == "DESCENDING" or name.startswith("-")
    column = _comparable_column(kind, _definition(portal, kind, name.removeprefix("-")))
    return f"{column} {'desc' if descending else 'asc'}, id"
