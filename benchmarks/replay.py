"""The floor of sending: the product's own requests, recorded once and sent again by a bare HTTP loop."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from abm.platforms.salesforce import DATA_PATH
from abm.platforms.salesforce_bulk import FIRST_WAIT, LONGEST_WAIT, WAIT_GROWTH

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT_HEADERS = ("authorization", "content-type", "x-restli-method", "x-restli-protocol-version", "linkedin-version")
_JOBS = f"{DATA_PATH}/jobs/ingest"
_TIMEOUT = 120.0


@dataclass(frozen=True)
class Sent:
    """One request as it went out."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes


class Recording(httpx.BaseTransport):
    """A transport that keeps a copy of every request."""

    def __init__(self) -> None:
        self._transport = httpx.HTTPTransport()
        self.requests: list[Sent] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        self.requests.append(Sent(request.method, request.url.raw_path.decode(), headers, request.read()))
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()

    def ending_in(self, path: str) -> list[Sent]:
        """Return the requests of one endpoint in the order they were sent."""
        return [sent for sent in self.requests if sent.path.endswith(path)]


def send_again(base_url: str, requests: Sequence[Sent], *, threads: int) -> None:
    """Send recorded requests, so many at a time, and read every answer."""
    with httpx.Client(base_url=base_url, timeout=_TIMEOUT) as client, ThreadPoolExecutor(threads) as pool:
        for answer in pool.map(lambda sent: _send(client, sent), requests):
            answer.raise_for_status()


def send_bulk_jobs_again(base_url: str, uploads: Sequence[Sent], description: Sent, *, threads: int) -> None:
    """Make a bulk job of each recorded upload, so many at a time; wait for its end as the product waits, and fetch."""
    with (
        httpx.Client(base_url=base_url, timeout=_TIMEOUT, headers=description.headers) as client,
        ThreadPoolExecutor(threads) as pool,
    ):
        for answer in pool.map(lambda upload: _send_job(client, upload, description), uploads):
            answer.raise_for_status()


def _send_job(client: httpx.Client, upload: Sent, description: Sent) -> httpx.Response:
    job = f"{_JOBS}/{client.post(_JOBS, content=description.content).json()['id']}"
    client.put(f"{job}/batches", content=upload.content, headers=upload.headers).raise_for_status()
    client.patch(job, json={"state": "UploadComplete"}).raise_for_status()
    _wait(client, job)
    return client.get(f"{job}/successfulResults", headers={"Accept": "text/csv"})


def _wait(client: httpx.Client, job: str) -> dict[str, Any]:
    pause = FIRST_WAIT
    while (facts := client.get(job).json())["state"] in {"UploadComplete", "InProgress"}:
        time.sleep(pause)
        pause = min(pause * WAIT_GROWTH, LONGEST_WAIT)
    done: dict[str, Any] = facts
    return done


def _send(client: httpx.Client, sent: Sent) -> httpx.Response:
    return client.request(sent.method, sent.path, content=sent.content, headers=sent.headers)
