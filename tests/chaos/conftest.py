"""The warehouse, the processes and the platforms of the chaos, made once for all examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.candidates import publish_candidate
from tests.unit.activation.conftest import CANDIDATE, DAY

from abm.warehouse import connect
from abm_sandbox.serving import serve

pytest.register_assert_rewrite("tests.chaos.cases", "tests.chaos.stage")  # before they are imported

from .sandboxes import SANDBOXES  # noqa: E402
from .stage import Processes, Stage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.close()


@pytest.fixture(scope="session")
def warehouse_of_chaos(new_database: Callable[[], str]) -> str:
    url = new_database()
    publish_candidate(url, CANDIDATE, DAY)
    return url


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest,
    warehouse_of_chaos: str,
    processes: Processes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The platform that the test file names as DESTINATION."""
    name = request.module.DESTINATION
    server: dict[str, Any] = {}

    async def platform(scope: Any, receive: Any, send: Any) -> None:
        await server["app"](scope, receive, send)

    with serve(platform) as url, connect(warehouse_of_chaos, autocommit=True) as warehouse:
        sandbox = SANDBOXES[name](tmp_path_factory.mktemp(name), url)
        server["app"] = sandbox.app
        stage = Stage(warehouse_of_chaos, warehouse, sandbox, processes, server)
        if sandbox.of_records:  # its fields are made once
            stage.publish({1: (("one_to_one", "core"), 1)})
            stage.run(stage.job(stage.next_run()))
        yield stage
        stage.sandbox.close()
