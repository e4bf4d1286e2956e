"""What every call to /v1 passes: a token, and the project's quotas of a minute and a day.

https://developers.google.com/data-manager/api/devguides/limits
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from abm_sandbox.google.errors import ApiError, Json

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from abm_sandbox.google.ads_account import AdsAccount

MINUTE, DAY = 60.0, 86_400.0


@dataclass
class Quota:
    """At most `most` requests in any `seconds`."""

    name: str
    most: int
    seconds: float
    sent: deque[float] = field(default_factory=deque)

    def is_spent(self, now: float) -> bool:
        while self.sent and now - self.sent[0] >= self.seconds:
            self.sent.popleft()
        return len(self.sent) >= self.most


def quotas() -> dict[str, list[Quota]]:
    """Return fresh quotas by kind of call."""
    return {
        "mutate": [
            Quota("IngestionMutateRequestsPerMinutePerProject", 300, MINUTE),
            Quota("IngestionMutateRequestsPerDayPerProject", 100_000, DAY),
        ],
        "read": [
            Quota("IngestionReadRequestsPerMinutePerProject", 300, MINUTE),
            Quota("IngestionReadRequestsPerDayPerProject", 100_000, DAY),
        ],
        "other": [Quota("RequestsPerMinutePerProject", 300, MINUTE), Quota("RequestsPerDayPerProject", 50_000, DAY)],
    }


class Gate:
    """ASGI middleware before /v1; tests reach the quotas as `app.state.quotas`."""

    def __init__(self, app: ASGIApp, *, limits: bool) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            state = scope["app"].state
            try:
                _admit(state.ads_account, Headers(scope=scope))
                if self.limits:
                    _count(state.quotas[_kind(scope["path"])], state.ads_account.clock())
            except ApiError as error:
                answer = Json(error.body(), error.code)
        await answer(scope, receive, send)


def _admit(account: AdsAccount, headers: Headers) -> None:
    account.check_token(headers.get("authorization", "").removeprefix("Bearer").strip())


def _kind(path: str) -> str:
    if path.startswith("/v1/audienceMembers:"):
        return "mutate"
    return "read" if path.startswith("/v1/requestStatus") else "other"


def _count(kept: list[Quota], now: float) -> None:
    for quota in kept:
        if quota.is_spent(now):
            message = f"Quota exceeded for quota metric and limit '{quota.name}'."
            raise ApiError(429, message, reason="RESOURCE_EXHAUSTED", metadata={"quota_limit": quota.name})
    for quota in kept:
        quota.sent.append(now)
