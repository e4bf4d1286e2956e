"""HubSpot's read endpoints, page by page.

Limits: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from abm.errors import ContractError, RefusedError
from abm.platforms.hubspot import Paths, body_of, code_and_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abm.http import PlatformClient

LIST_PAGE = 100  # most a list page holds
SEARCH_PAGE = 200  # most a search page holds
OWNERS_PAGE = 500
EVENTS_PAGE = 1000
ASSOCIATION_INPUTS = 1000  # most ids one batch read of associations takes
_JSON = {"Content-Type": "application/json"}
_EVENTS_PATH = "/email/public/v1/events"

Row = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """Records of one object changed from `since` to `until`, both in milliseconds and included."""

    modified: str
    since: int
    until: int


@dataclass(frozen=True)
class ReadClient:
    """One account's read endpoints; each method yields pages as they come, so memory stays flat."""

    http: PlatformClient
    paths: Paths

    def list_objects(self, object_type: str, properties: Sequence[str], *, archived: bool) -> Iterator[list[Row]]:
        """Yield every record; pages may be short or empty before the last."""
        params = {"limit": LIST_PAGE, "archived": _flag(archived), "properties": ",".join(properties)}
        return self._pages(self.paths.objects(object_type), params)

    def list_owners(self, *, archived: bool) -> Iterator[list[Row]]:
        return self._pages(self.paths.owners, {"limit": OWNERS_PAGE, "archived": _flag(archived)})

    def search_changed(self, object_type: str, properties: Sequence[str], window: Window) -> Iterator[list[Row]]:
        """Yield the records changed in the window, by id.

        Each page is a query of its own for ids beyond the last one seen: a search ends at 10,000 results, and pages
        counted from the start would shift when a record changes meanwhile.
        """
        last_id, after = "", None
        while True:
            page = self._search(object_type, _changed_query(properties, window, last_id, after))
            results: list[Row] = page["results"]
            yield results
            following = _after(page)
            if following is None:
                return
            if not results:
                after = following
                continue
            if results[-1]["id"] == last_id:
                raise _stuck(object_type)
            last_id, after = results[-1]["id"], None

    def read_associations(self, from_type: str, to_type: str, ids: Iterable[str]) -> Iterator[list[Row]]:
        """Yield what up to 1,000 records are associated with; a record with none has no row."""
        inputs: list[dict[str, str]] = [{"id": record} for record in ids]
        path = f"{self.paths.associations(from_type, to_type)}/batch/read"
        while inputs:
            body = body_of(self.http.request("POST", path, content=orjson.dumps({"inputs": inputs}), headers=_JSON))
            _raise_other_than_none_found(body.get("errors") or ())
            yield body["results"]
            following = [{"id": row["from"]["id"], "after": after} for row in body["results"] if (after := _after(row))]
            if following == inputs:
                raise _stuck(f"{from_type}/{to_type}")
            inputs = following

    def list_email_events(self, since: int | None) -> Iterator[list[Row]]:
        """Yield e-mail events created at or after the moment, in milliseconds."""
        params: dict[str, Any] = {"limit": EVENTS_PAGE}
        if since is not None:
            params["startTimestamp"] = since
        while True:
            page = body_of(self.http.request("GET", _EVENTS_PATH, params=params))
            yield page["events"]
            if not page.get("hasMore"):
                return
            if page.get("offset") in {None, params.get("offset")}:
                raise _stuck("e-mail events")
            params["offset"] = page["offset"]

    def _pages(self, path: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        after = None
        while True:
            page = body_of(self.http.request("GET", path, params={**params, **({"after": after} if after else {})}))
            yield page["results"]
            following = _after(page)
            if following is None:
                return
            if following == after:
                raise _stuck(path)
            after = following

    def _search(self, object_type: str, query: Row) -> Row:
        path = f"{self.paths.objects(object_type)}/search"
        return body_of(self.http.request("POST", path, content=orjson.dumps(query), headers=_JSON))


def _changed_query(properties: Sequence[str], window: Window, last_id: str, after: str | None) -> Row:
    filters = [
        {"propertyName": window.modified, "operator": "GTE", "value": str(window.since)},
        {"propertyName": window.modified, "operator": "LTE", "value": str(window.until)},
    ]
    if last_id:
        filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": last_id})
    query: Row = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": SEARCH_PAGE,
    }
    return {**query, "after": after} if after else query


def _after(page: Mapping[str, Any]) -> str | None:
    following = ((page.get("paging") or {}).get("next") or {}).get("after")
    return None if following is None else str(following)


def _raise_other_than_none_found(errors: Iterable[Mapping[str, Any]]) -> None:
    for error in errors:
        code, reason = code_and_reason(error)
        if code != "OBJECT_NOT_FOUND":
            raise RefusedError(f"HubSpot refused to read associations: {code}, {reason}", code=code)


def _stuck(what: str) -> ContractError:
    return ContractError(f"HubSpot gave the same page of {what} twice. Nothing was landed; run the source again.")


def _flag(value: bool) -> str:
    return "true" if value else "false"
