"""Access tokens for Google's APIs: a refresh token or a service account's key is exchanged for one.

https://developers.google.com/identity/protocols/oauth2/web-server
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import jwt
import orjson

from abm.errors import ConfigurationError, Fault
from abm.platforms.tokens import require_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from abm.settings import Connection

SCOPE = "https://www.googleapis.com/auth/datamanager"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address, no token)
WHERE = "connection abm_google"
LONGEST_REASON = 255
_ASSERTION_SECONDS = 3600
_KEY_MEMBERS = ("client_email", "private_key")


class Grant(Protocol):
    """What is exchanged for an access token; `identity` names the client, without a secret."""

    @property
    def identity(self) -> str: ...

    def form(self, token_uri: str) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class RefreshToken:
    """A person's consent, given once for the application."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def identity(self) -> str:
        return self.client_id

    def form(self, token_uri: str) -> Mapping[str, str]:
        return {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }


@dataclass(frozen=True)
class ServiceAccount:
    """A service account's own key, by which it signs who it is."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str = ""
    clock: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def identity(self) -> str:
        return self.client_email

    def form(self, token_uri: str) -> Mapping[str, str]:
        now = int(self.clock())
        claims = {
            "iss": self.client_email,
            "scope": SCOPE,
            "aud": token_uri,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        try:
            assertion = jwt.encode(claims, self.private_key, "RS256", headers={"kid": self.private_key_id})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigurationError(
                Fault(WHERE, "the private_key of its key file cannot be read", "Copy the JSON key file again, whole")
            ) from None
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


@dataclass
class GoogleToken:
    """An access token, fetched when it is first needed and again when Google calls it expired."""

    grant: Grant
    token_uri: str = TOKEN_URI
    quota_project: str = ""
    _token: str = field(default="", repr=False)

    @property
    def identity(self) -> str:
        """Whose quota the calls use: a project, or the client that stands for its own."""
        return self.quota_project or self.grant.identity

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        if not self._token:
            self._token = self._fetch(client)
        billed = {"x-goog-user-project": self.quota_project} if self.quota_project else {}
        return {"Authorization": f"Bearer {self._token}", **billed}

    def renew(self) -> None:
        self._token = ""

    def _fetch(self, client: httpx.Client) -> str:
        response = client.post(self.token_uri, data=dict(self.grant.form(self.token_uri)))
        require_answer("Google", response)
        body = _object(response.content)
        token = body.get("access_token")
        if response.status_code != httpx.codes.OK or not isinstance(token, str):
            error = str(body.get("error", response.status_code))[:LONGEST_REASON]
            raise ConfigurationError(
                Fault(
                    WHERE,
                    f"Google gave no token ({error})",
                    "Check the service account's key, or login (client id), password (client secret) and refresh_token",
                )
            )
        return token


def credentials_of(connection: Connection) -> GoogleToken:
    """Return the token of a connection: a service account's key in extra, or a refresh token; raises without either."""
    extra = connection.extra
    own_host = f"{connection.base_url.rstrip('/')}/token" if connection.base_url else TOKEN_URI
    key = _key(extra)
    token_uri = str(extra.get("token_uri") or key.get("token_uri") or own_host)
    quota_project = str(extra.get("quota_project", ""))
    if key:
        account = ServiceAccount(str(key["client_email"]), str(key["private_key"]), str(key.get("private_key_id", "")))
        return GoogleToken(account, token_uri, quota_project)
    refresh_token = str(extra.get("refresh_token", ""))
    if not (connection.login and connection.password and refresh_token):
        raise ConfigurationError(
            Fault(
                WHERE,
                "has neither a service account's key nor a refresh token",
                "Set extra keyfile_dict or key_path; or login (client id), password (client secret), refresh_token",
            )
        )
    return GoogleToken(RefreshToken(connection.login, connection.password, refresh_token), token_uri, quota_project)


def _key(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the service account's key file, given whole (object or text) or as a path; empty where there is none."""
    given = extra.get("keyfile_dict")
    try:
        if not given and extra.get("key_path"):
            given = Path(str(extra["key_path"])).read_text(encoding="utf-8")
    except OSError:
        raise ConfigurationError(Fault(WHERE, "its key_path cannot be read", "Name a readable JSON key file")) from None
    if not given:
        return {}
    key = given if isinstance(given, dict) else _object(str(given).encode())
    if lacking := [name for name in _KEY_MEMBERS if not key.get(name)]:
        raise ConfigurationError(
            Fault(WHERE, f"its key file lacks {' and '.join(lacking)}", "Use the JSON key of a service account")
        )
    return key


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
