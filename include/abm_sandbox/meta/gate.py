"""What every call passes: version, token, proof of the app, and the calls an hour that the account has."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import orjson
from starlette.datastructures import Headers, MutableHeaders

from abm_sandbox.credentials import META_APP_SECRET
from abm_sandbox.meta.errors import GraphError, Json, documented

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from abm_sandbox.meta.ad_account import AdAccount

OLDEST_VERSION, NEWEST_VERSION = 24, 26
CALLS_AN_HOUR, CALLS_AN_AUDIENCE = 5_000, 40  # of the tier with limited access
HOUR = 3600.0
_PATH = re.compile(r"/v(\d+)\.\d+/.*")


@dataclass
class Hour:
    """The calls of the last hour; `most` of them are allowed."""

    sent: deque[float] = field(default_factory=deque)

    def take(self, now: float, most: int) -> bool:
        while self.sent and now - self.sent[0] >= HOUR:
            self.sent.popleft()
        if len(self.sent) >= most:
            return False
        self.sent.append(now)
        return True

    def minutes_left(self, now: float) -> int:
        return int((HOUR - (now - self.sent[0])) / 60) + 1 if self.sent else 0


class Gate:
    """ASGI middleware before everything; writes the usage into every answer."""

    def __init__(self, app: ASGIApp, *, limits: bool) -> None:
        self.app = app
        self.limits = limits
        self.hour = Hour()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        account: AdAccount = scope["app"].state.ad_account
        answer: ASGIApp = self.app
        is_throttled = False
        try:
            _check_version(scope["path"])
            _check_credentials(account, scope)
            is_throttled = not self.hour.take(account.clock(), _allowance(account)) and self.limits
            if is_throttled:
                raise documented("audience_limit")
        except GraphError as error:
            answer = Json(error.body(), error.status)
        told = self._usage(account, is_throttled=is_throttled) if self.limits else {}

        async def with_usage(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await answer(scope, receive, with_usage)

    def _usage(self, account: AdAccount, *, is_throttled: bool) -> dict[str, str]:
        share = 100 if is_throttled else int(len(self.hour.sent) * 100 / _allowance(account))
        use_case = {
            "type": "custom_audience",
            "call_count": share,
            "total_cputime": share // 4,
            "total_time": share // 3,
            "estimated_time_to_regain_access": self.hour.minutes_left(account.clock()) if is_throttled else 0,
        }
        app = {"call_count": share // 10, "total_cputime": 1, "total_time": 1}
        tier = {"acc_id_util_pct": float(share), "reset_time_duration": 0, "ads_api_access_tier": "standard_access"}
        return {
            "X-Business-Use-Case-Usage": orjson.dumps({account.number: [use_case]}).decode(),
            "X-App-Usage": orjson.dumps(app).decode(),
            "X-Ad-Account-Usage": orjson.dumps(tier).decode(),
        }


def _allowance(account: AdAccount) -> int:
    return account.calls_an_hour + CALLS_AN_AUDIENCE * account.audience_count()


def _check_version(path: str) -> None:
    found = _PATH.fullmatch(path)
    if not found or int(found[1]) > NEWEST_VERSION:
        raise GraphError(2500, f"Unknown path components: {path}")
    if int(found[1]) < OLDEST_VERSION:
        raise documented("old_version")


def _check_credentials(account: AdAccount, scope: Scope) -> None:
    query = parse_qs(scope["query_string"].decode())
    bearer = Headers(scope=scope).get("authorization", "").removeprefix("Bearer").strip()
    token = bearer or query.get("access_token", [""])[0]
    # Form fields may carry the token too; the endpoints read the body once, so they look there.
    if token:
        account.check_token(token)
        _check_proof(token, query.get("appsecret_proof", [""])[0])
    elif Headers(scope=scope).get("content-type", "").startswith("application/x-www-form-urlencoded"):
        scope["state"] = {**scope.get("state", {}), "needs_form_token": True}
    else:
        raise documented("no_token")


def _check_proof(token: str, proof: str) -> None:
    wanted = hmac.new(META_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    if proof and not hmac.compare_digest(proof, wanted):
        raise documented("proof")
