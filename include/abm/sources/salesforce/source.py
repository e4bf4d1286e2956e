"""Read Salesforce: what changed since the cursor, deletions included; REST pages for few rows, else Bulk API 2.0."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from abm.errors import ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.platforms.salesforce import DATA_PATH, open_client
from abm.platforms.salesforce_bulk import BulkJobs
from abm.sources.salesforce import soql
from abm.sources.salesforce.batches import from_csv, from_records
from abm.sources.salesforce.fields import is_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from abm.entities import Column, Entity
    from abm.http import PlatformClient
    from abm.settings import Connection

_log = logging.getLogger(__name__)

PAGE_ROWS = 2000
BULK_FROM_ROWS = 10 * PAGE_ROWS  # a bulk job costs about eight calls and some waiting
BULK_PART_ROWS = 50_000
_LAST_PART = "null"  # the literal text in Sforce-Locator
_PAGE = ("records", "done")


def connect(connection: Connection, transport: httpx.BaseTransport | None = None) -> SalesforceSource:
    """Return the org as a source; extra `bulk_from_rows` moves the point from which Bulk API 2.0 is used."""
    bulk_from = int(connection.extra.get("bulk_from_rows", BULK_FROM_ROWS))
    return SalesforceSource(open_client(connection, transport), bulk_from_rows=bulk_from)


@dataclass
class SalesforceSource:
    """One org, for one run."""

    client: PlatformClient
    bulk_from_rows: int = BULK_FROM_ROWS
    sleep: Callable[[float], None] = time.sleep

    def extract(self, entity: Entity, cursor: str | None) -> Iterator[pa.RecordBatch]:
        """Yield the rows page by page, so that memory stays flat at any size."""
        present = self._visible(entity)
        if not present:
            return
        query = soql.select(entity, present, cursor)
        if self._is_large(soql.count(entity, cursor)):
            yield from self._bulk(entity, present, query)
        else:
            yield from self._pages(entity, present, query)

    def close(self) -> None:
        self.client.close()

    def _visible(self, entity: Entity) -> Sequence[Column]:
        """Return the entity's columns that the integration user can read; none of an optional object the org lacks."""
        try:
            described = self._json("GET", f"{DATA_PATH}/sobjects/{entity.object}/describe", "fields")
        except RefusedError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            if entity.is_optional:
                _log.info("Salesforce has no %s, or hides it: nothing is read of it", entity.object)
                return []
            raise ConfigurationError(_cannot_read(f"Salesforce object '{entity.object}'")) from error
        visible = {field["name"]: str(field["type"]) for field in described["fields"]}
        required = {*entity.key, *filter(None, (entity.cursor, entity.deleted))}
        hidden = [column for column in entity.columns if column.name in required and column.field not in visible]
        if hidden:
            raise ConfigurationError(
                *(_cannot_read(f"Salesforce field '{entity.object}.{column.field}'") for column in hidden)
            )
        return [
            column
            for column in entity.columns
            if column.field in visible and is_readable(entity, column, visible[column.field])
        ]

    def _is_large(self, count: str) -> bool:
        try:
            answer = self._json("GET", f"{DATA_PATH}/queryAll", "totalSize", params={"q": count})
        except RefusedError as error:
            if error.code != "QUERY_TIMEOUT":
                raise
            return True  # too many rows to count in two minutes
        return int(answer["totalSize"]) >= self.bulk_from_rows

    def _pages(self, entity: Entity, present: Sequence[Column], query: str) -> Iterator[pa.RecordBatch]:
        headers = {"Sforce-Query-Options": f"batchSize={PAGE_ROWS}"}
        page = self._json("GET", f"{DATA_PATH}/queryAll", *_PAGE, params={"q": query}, headers=headers)
        while True:
            if page["records"]:
                yield from_records(entity, present, page["records"])
            if page["done"]:
                return
            page = self._next_page(entity, str(page.get("nextRecordsUrl")), headers)

    def _next_page(self, entity: Entity, path: str, headers: dict[str, str]) -> dict[str, Any]:
        if not path.startswith("/services/"):  # the token goes to no other place
            raise ContractError(f"Salesforce named no next page of '{entity.object}', though there is one.")
        try:
            return self._json("GET", path, *_PAGE, headers=headers)
        except RefusedError as error:
            if error.code != "INVALID_QUERY_LOCATOR":
                raise
            raise RetryableError(
                f"Salesforce closed the query of '{entity.object}' before its last page. Nothing was landed; the step "
                "can be repeated.",
                code=error.code,
            ) from error

    def _bulk(self, entity: Entity, present: Sequence[Column], query: str) -> Iterator[pa.RecordBatch]:
        jobs = BulkJobs(self.client, "query", self.sleep)
        job_id = jobs.create({"operation": "queryAll", "query": query})
        facts = jobs.wait(job_id)
        if facts["state"] != "JobComplete":
            raise RetryableError(
                f"Salesforce's bulk query of '{entity.object}' ended as {facts['state']} "
                f"({facts.get('errorMessage', 'no message')}). The step can be repeated.",
                code="BULK_QUERY_FAILED",
            )
        locator: str | None = None
        while locator != _LAST_PART:
            params = {"maxRecords": BULK_PART_ROWS} | ({"locator": locator} if locator else {})
            part = self.client.request("GET", jobs.path(job_id, "results"), params=params)
            yield from from_csv(entity, present, part.content)
            locator = part.headers.get("Sforce-Locator") or _LAST_PART

    def _json(self, method: str, path: str, *members: str, **options: Any) -> dict[str, Any]:
        """Return the answer's object, which must have the members."""
        content = self.client.request(method, path, **options).content
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise ContractError("Salesforce answered a query with something that is not JSON.") from error
        if not isinstance(body, dict) or not body.keys() >= set(members):
            raise ContractError(f"Salesforce answered a query without {', '.join(members)}.")
        return body


def _cannot_read(what: str) -> Fault:
    return Fault(what, "is not there or hidden from the integration user", "Grant read access by a permission set")
