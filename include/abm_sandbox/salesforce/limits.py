"""The org's allowances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.salesforce.answers import Json

if TYPE_CHECKING:
    from starlette.requests import Request

    from abm_sandbox.salesforce.org import Org

_UNTOUCHED = {"DailyBulkV2QueryJobs": 10_000, "DailyBulkV2QueryFileStorageMB": 976_562, "DailyBulkApiBatches": 15_000}


async def limits(request: Request) -> Json:
    org: Org = request.app.state.org
    remaining = max(org.daily_requests - org.requests_used, 0)
    return Json(
        {
            "DailyApiRequests": {"Max": org.daily_requests, "Remaining": remaining},
            **{name: {"Max": most, "Remaining": most} for name, most in _UNTOUCHED.items()},
        }
    )
