"""What every call to /rest passes: token, version, protocol, and the rate of the streaming resources."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from abm_sandbox.linkedin.errors import ApiError, Json, invalid

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from abm_sandbox.linkedin.ad_account import AdAccount

OLDEST_VERSION, NEWEST_VERSION = "202512", "202608"
STREAMING_REQUESTS = {"users": 600, "companies": 300}  # a minute and member
MINUTE = 60.0
_VERSION = re.compile(r"20\d\d(0[1-9]|1[0-2])(\.\d\d)?")


@dataclass
class Minute:
    """At most `most` requests in any minute."""

    most: int
    sent: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> bool:
        while self.sent and now - self.sent[0] >= MINUTE:
            self.sent.popleft()
        if len(self.sent) >= self.most:
            return False
        self.sent.append(now)
        return True


class Gate:
    """ASGI middleware before /rest."""

    def __init__(self, app: ASGIApp, *, limits: bool) -> None:
        self.app = app
        self.minutes = {name: Minute(most) for name, most in STREAMING_REQUESTS.items()} if limits else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http" and scope["path"].startswith("/rest/"):
            try:
                self._admit(scope["app"].state.ad_account, scope["path"], Headers(scope=scope))
            except ApiError as error:
                answer = Json(error.body(), error.status)
        await answer(scope, receive, send)

    def _admit(self, account: AdAccount, path: str, headers: Headers) -> None:
        account.check_token(headers.get("authorization", "").removeprefix("Bearer").strip())
        _check_version(headers.get("linkedin-version"))
        if headers.get("x-restli-protocol-version") != "2.0.0":
            raise invalid("X-Restli-Protocol-Version must be 2.0.0 for this resource", "INVALID_PROTOCOL_VERSION")
        minute = self.minutes.get(path.rpartition("/")[2])
        if minute is not None and not minute.take(account.clock()):
            raise ApiError(
                429,
                "TOO_MANY_REQUESTS",
                "Resource level throttle limit for calls to this resource is reached.",
                101,
            )


def _check_version(version: str | None) -> None:
    if not version:
        raise ApiError(
            400,
            "VERSION_MISSING",
            "A version must be present. Please specify a version by adding the LinkedIn-Version header.",
        )
    if not _VERSION.fullmatch(version) or version[:6] > NEWEST_VERSION:
        raise ApiError(400, "INVALID_VERSION", f"Requested version {version} is not a version of this API")
    if version[:6] < OLDEST_VERSION:
        raise ApiError(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
