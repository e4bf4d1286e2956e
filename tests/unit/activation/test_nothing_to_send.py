"""A night on which nothing differs leaves every platform alone: nothing is written, and sending asks for nothing."""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import TYPE_CHECKING

import httpx
import pytest
import stamina
from tests.approvals import let

from abm import activation
from abm.destinations import REGISTRY
from abm.errors import AbmError
from abm.settings import Connection

if TYPE_CHECKING:
    from .conftest import World

HOST = "https://platform.example.com"
CONNECTIONS = {
    "salesforce": Connection("abm_salesforce", HOST, "key", "secret"),
    "hubspot": Connection("abm_hubspot", HOST, password="token"),
    "linkedin": Connection("abm_linkedin", HOST, password="token", extra={"account": "urn:li:sponsoredAccount:1"}),
    "google": Connection("abm_google", HOST, "id", "secret", {"account": "1234567890", "refresh_token": "t"}),
    "meta": Connection("abm_meta", HOST, password="token", extra={"account": "act_1"}),
}


@pytest.mark.parametrize("name", [name for name, registered in REGISTRY.items() if registered.needs_connection])
def test_a_run_with_nothing_to_send_makes_no_write_call(world: World, name: str) -> None:
    is_of_records = REGISTRY[name].kind == "records"
    if is_of_records:
        world.publish_records({"a": "one_to_one", "b": "one_to_few"}, name)
    else:
        world.publish_members({"core/a": {"companyName": "Acme"}, "core/b": {"companyName": "Bolt"}}, name)
    assert world.night(name).created == 2

    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path))
        return httpx.Response(200, json={"access_token": "t"} if "token" in request.url.path else {})

    def opening(destination: str, _connection: object) -> object:
        module = import_module(f"abm.destinations.{destination}.destination")
        return module.connect(CONNECTIONS[destination], httpx.MockTransport(answer))

    run = world.plan(name)
    assert (run.rows_planned, run.rows_unchanged) == (0, 2)
    let(world.url, run.run_id)
    activation.send(world.url, run.run_id, None, opening=opening)
    assert world.outcomes(run.run_id) == {}
    assert asked == []
    with stamina.set_testing(True, attempts=1), contextlib.suppress(AbmError):
        activation.account(world.url, run.run_id, CONNECTIONS[name], opening=opening)
    assert {method for method, path in asked if "token" not in path} <= {"GET"}
