"""POST /token: a refresh token, or an assertion signed by a service account, gives an access token.

https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt

from abm_sandbox.credentials import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_REFRESH_TOKEN
from abm_sandbox.google.ads_account import TOKEN_SECONDS
from abm_sandbox.google.bodies import account_of
from abm_sandbox.google.errors import Json

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.google.ads_account import AdsAccount

SCOPE = "https://www.googleapis.com/auth/datamanager"
_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def token(request: Request) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}
    account = account_of(request)
    if form.get("grant_type") == _ASSERTION:
        problem = _assertion_problem(account, form.get("assertion", ""), str(request.url))
    elif form.get("grant_type") == "refresh_token":
        if (form.get("client_id"), form.get("client_secret")) != (GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET):
            return Json({"error": "invalid_client", "error_description": "The OAuth client was not found."}, 401)
        problem = "" if form.get("refresh_token") == GOOGLE_REFRESH_TOKEN else "Bad Request"
    else:
        return Json({"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}, 400)
    if problem:
        return Json({"error": "invalid_grant", "error_description": problem}, 400)
    return Json(
        {
            "access_token": account.open_token(),
            "expires_in": int(TOKEN_SECONDS),
            "scope": SCOPE,
            "token_type": "Bearer",
        }
    )


def _assertion_problem(account: AdsAccount, assertion: str, audience: str) -> str:
    """Return what is wrong with an assertion; its signature counts, and that it is meant for this address."""
    try:
        issuer = jwt.decode(assertion, options={"verify_signature": False}).get("iss", "")
        key = account.service_accounts.get(issuer)
        if key is None:
            return "Invalid grant: account not found"
        claims = jwt.decode(
            assertion, key, algorithms=["RS256"], audience=audience, options={"verify_exp": False, "verify_iat": False}
        )
    except jwt.PyJWTError:
        return "Invalid JWT Signature."
    if claims.get("scope") != SCOPE:
        return "Invalid OAuth scope or ID token audience provided."
    is_current = claims.get("iat", 0) - 300 <= account.clock() < claims.get("exp", 0)
    return "" if is_current else "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe"
