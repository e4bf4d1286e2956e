"""Who may ask, and how often: bearer token, rolling and daily limits, their headers, a correlation id on every answer.

https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders

from abm_sandbox.credentials import HUBSPOT_TOKEN
from abm_sandbox.hubspot.errors import ApiError, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROLLING_REQUESTS, ROLLING_SECONDS = 190, 10.0
SEARCHES_A_SECOND = 5
DAILY_REQUESTS, DAY_SECONDS = 650_000, 86400.0


@dataclass
class Window:
    """At most `most` requests in any `seconds`."""

    most: int
    seconds: float
    sent: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> bool:
        while self.sent and now - self.sent[0] >= self.seconds:
            self.sent.popleft()
        if len(self.sent) >= self.most:
            return False
        self.sent.append(now)
        return True

    @property
    def remaining(self) -> int:
        return self.most - len(self.sent)


@dataclass
class Limits:
    """A Professional account's limits: 190 in 10 seconds, 5 searches a second, 650,000 a day."""

    clock: Callable[[], float] = time.monotonic
    rolling: Window = field(default_factory=lambda: Window(ROLLING_REQUESTS, ROLLING_SECONDS))
    searches: Window = field(default_factory=lambda: Window(SEARCHES_A_SECOND, 1.0))
    daily: Window = field(default_factory=lambda: Window(DAILY_REQUESTS, DAY_SECONDS))

    def refuse(self, *, is_search: bool) -> dict[str, Any] | None:
        """Count a request; return the members of the 429 body where it is one too many."""
        now = self.clock()
        if not self.daily.take(now):
            return _refusal("You have reached your daily limit.", "DAILY")
        if is_search and not self.searches.take(now):
            return _refusal("You have reached your secondly limit.", "SECONDLY")
        if not is_search and not self.rolling.take(now):
            return _refusal("You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING")
        return None

    def headers(self, *, is_search: bool) -> dict[str, str]:
        """Return the limit headers; answers to searches carry the daily pair only."""
        daily = {
            "X-HubSpot-RateLimit-Daily": str(self.daily.most),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self.daily.remaining),
        }
        if is_search:
            return daily
        return daily | {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(self.rolling.seconds * 1000)),
            "X-HubSpot-RateLimit-Max": str(self.rolling.most),
            "X-HubSpot-RateLimit-Remaining": str(self.rolling.remaining),
        }


class Gate:
    """ASGI middleware: authenticate, count, and stamp each answer."""

    def __init__(self, app: ASGIApp, limits: Limits | None, token: str = HUBSPOT_TOKEN) -> None:
        self.app = app
        self.limits = limits
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["correlation_id"] = str(uuid.uuid4())
        is_search = scope["path"].endswith("/search")

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-HubSpot-Correlation-Id"] = scope["correlation_id"]
                headers.update(self.limits.headers(is_search=is_search) if self.limits else {})
            await send(message)

        await (self._refusal(scope, is_search=is_search) or self.app)(scope, receive, stamped)

    def _refusal(self, scope: Scope, *, is_search: bool) -> ASGIApp | None:
        correlation_id = scope["correlation_id"]
        if Headers(scope=scope).get("authorization") != f"Bearer {self.token}":
            return json_response(_UNAUTHENTICATED.body(correlation_id), 401)
        refused = self.limits.refuse(is_search=is_search) if self.limits else None
        return json_response({**refused, "correlationId": correlation_id}, 429) if refused else None


_UNAUTHENTICATED = ApiError(
    401,
    "INVALID_AUTHENTICATION",
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details "
    "at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
)


def _refusal(message: str, policy: str) -> dict[str, Any]:
    # Both the recorded member (category) and the documented ones (errorType, policyName), as seen in the wild.
    return {
        "status": "error",
        "message": message,
        "category": "RATE_LIMITS",
        "errorType": "RATE_LIMIT",
        "policyName": policy,
    }
