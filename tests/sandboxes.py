"""What tests against a sandbox share: a clock they move, a store, and one server whose app each test gives it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_790_000_000.0
DAY = 86_400.0


@dataclass
class Clock:
    """The time of a sandbox, moved by the test or by whoever waits for it."""

    now: float = START
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@contextmanager
def one_server() -> Iterator[tuple[str, dict[str, Any]]]:
    """Serve the app that stands under `app` of the mapping: stopping a server takes longer than most tests."""
    current: dict[str, Any] = {}

    async def account(scope: Any, receive: Any, send: Any) -> None:
        await current["app"](scope, receive, send)

    with serve(account) as url:
        yield url, current


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    with one_server() as served:
        yield served
