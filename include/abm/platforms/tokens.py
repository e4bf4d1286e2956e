"""What a token server's answer asks of the caller before its body is read."""

from __future__ import annotations

import httpx

from abm.errors import RetryableError

_BUSY_SECONDS = 60.0  # token servers do not say for how long


def require_answer(platform: str, response: httpx.Response) -> None:
    """Raise RetryableError where the token server is busy or down, which is no fault of the credentials."""
    status = response.status_code
    told = f"{platform} gave no token (status {status}). It is tried again by itself."
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise RetryableError(told, code="RATE_LIMIT", retry_after=_BUSY_SECONDS)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise RetryableError(told)
