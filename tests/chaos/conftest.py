"""The warehouse, the processes and the platforms of the chaos, made once for all examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.candidates import make_ledger_marts
from tests.unit.activation.conftest import CANDIDATE, DAY

from abm import release
from abm.policy.load import load_policy
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
    with connect(url, autocommit=True) as connection:
        # Processes are killed here, never the server, so its disk need not be waited for.
        connection.execute(
            "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$"
        )
    policy = load_policy(None).model_copy(update={"audience_minimums": {}})
    release.start_build(url, as_of=DAY, release_id="r1", policy=policy)
    with connect(url) as connection:
        connection.execute(CANDIDATE)
        make_ledger_marts(connection)
    release.publish(url, "r1", "guard")
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
