"""Every error that Meta's contract lists, by name, with the usage that it tells of in headers.

https://developers.facebook.com/docs/marketing-api/error-reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from abm_sandbox.credentials import META_ACCOUNT
from abm_sandbox.faults import Answer
from abm_sandbox.meta.errors import ERRORS

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTES_TO_WAIT = 15
_USE_CASES = {
    "audience_limit": "custom_audience",
    "management_limit": "ads_management",
    "insights_limit": "ads_insights",
}


def _headers(name: str) -> Mapping[str, str]:
    """Return the usage of an account that has used up its calls; other answers go without."""
    if name not in _USE_CASES:
        return {}
    usage = {
        "type": _USE_CASES[name],
        "call_count": 100,
        "total_cputime": 25,
        "total_time": 33,
        "estimated_time_to_regain_access": MINUTES_TO_WAIT,
    }
    account = META_ACCOUNT.removeprefix("act_")
    return {"X-Business-Use-Case-Usage": orjson.dumps({account: [usage]}).decode()}


ANSWERS: Mapping[str, Answer] = {
    name: Answer(error.status, error.body(), _headers(name)) for name, error in ERRORS.items()
}
