"""POST /oauth/v2/accessToken: a refresh token gives a new access token.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.credentials import LINKEDIN_CLIENT_ID, LINKEDIN_CLIENT_SECRET, LINKEDIN_REFRESH_TOKEN
from abm_sandbox.linkedin.ad_account import TOKEN_SECONDS
from abm_sandbox.linkedin.errors import Json
from abm_sandbox.linkedin.segments import account_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

REFRESH_SECONDS = 365 * 86400


async def access_token(request: Request) -> Response:
    form = await request.form()
    if form.get("grant_type") != "refresh_token":
        return _refused("unsupported_grant_type", "The grant type is not supported here")
    if (form.get("client_id"), form.get("client_secret")) != (LINKEDIN_CLIENT_ID, LINKEDIN_CLIENT_SECRET):
        return Json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
    if form.get("refresh_token") != LINKEDIN_REFRESH_TOKEN:
        return _refused("invalid_grant", "The provided authorization grant or refresh token is invalid or expired")
    return Json(
        {
            "access_token": account_of(request).open_token(),
            "expires_in": int(TOKEN_SECONDS),
            "refresh_token": LINKEDIN_REFRESH_TOKEN,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "scope": "rw_dmp_segments",
        }
    )


def _refused(error: str, description: str) -> Response:
    return Json({"error": error, "error_description": description}, 400)
