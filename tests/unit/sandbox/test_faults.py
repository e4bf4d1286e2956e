"""Faults come as often as told, and a lost answer does not undo the work."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from abm_sandbox.faults import Fault, FaultInjection
from abm_sandbox.serving import serve


@pytest.fixture
def counting():
    """An app that counts its calls, its URL, and the list of faults."""
    calls = []

    async def count(request):
        calls.append(request.url.path)
        return JSONResponse(len(calls))

    app = Starlette(routes=[Route("/count", count)], middleware=[Middleware(FaultInjection)])
    app.state.faults = []
    with serve(app) as url:
        yield url, app.state.faults, calls


def test_fault_is_used_up_after_its_times(counting):
    url, faults, _ = counting
    faults.append(Fault(path="/count", times=2, status=503, body={"message": "busy"}))
    assert [httpx.get(f"{url}/count").status_code for _ in range(3)] == [503, 503, 200]


def test_skipped_requests_go_well_before_the_fault(counting):
    url, faults, _ = counting
    faults.append(Fault(skip=1, status=429, headers={"Retry-After": "7"}))
    assert httpx.get(f"{url}/count").status_code == 200
    assert httpx.get(f"{url}/count").headers["Retry-After"] == "7"


def test_other_method_or_path_is_not_touched(counting):
    url, faults, _ = counting
    faults += [Fault(method="POST", status=500), Fault(path="/elsewhere", status=500)]
    assert httpx.get(f"{url}/count").status_code == 200


def test_dropped_answer_is_a_transport_error(counting):
    url, faults, calls = counting
    faults.append(Fault(drop=True))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/count")
    assert calls == []


def test_answer_lost_after_applying_leaves_the_work_done(counting):
    url, faults, calls = counting
    faults.append(Fault(drop=True, after_applying=True))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/count")
    assert calls == ["/count"]


def test_delay_alone_changes_nothing_else(counting):
    url, faults, _ = counting
    faults.append(Fault(delay=0.001))
    assert httpx.get(f"{url}/count").json() == 1
