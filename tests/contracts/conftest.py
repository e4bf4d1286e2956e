"""What the contract tests of the platforms share."""

from __future__ import annotations

import pytest
from tests.sandboxes import Clock, one_server

from abm_sandbox.store import Store


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store():
    store = Store()
    yield store
    store.close()


@pytest.fixture(scope="session")
def server():
    with one_server() as served:
        yield served
