"""The one HTTP layer for all platforms: base URL, authentication, time-outs, rates, retries by kind of error."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import stamina

from abm.errors import AbmError, ConfigurationError, Fault, RetryableError
from abm.rates import LONGEST_WAIT, Limiter, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
ATTEMPTS = 6


class Authentication(Protocol):
    """Adds credentials to a request, and renews them when the platform says they have expired."""

    def headers(self, client: httpx.Client) -> Mapping[str, str]: ...

    def renew(self) -> None:
        """Forget the credentials, so that `headers` asks for new ones."""
        ...


@dataclass
class PlatformClient:
    """Send requests to one platform; every answer that is not a success becomes one of our errors.

    `classify` maps a response of status 400 or more to the error that tells the caller what to do next.
    Retryable errors are retried here, with the platform's own waiting time where it gives one; expired
    credentials are renewed once. Nothing is sent before the first request.
    `kind_of` names the kind of a request by method and path, where its limiter tells kinds apart; `told` reads what an
    answer's headers tell of the allowances. A waiting time holds for everybody who shares the limiter.
    """

    platform: str
    base_url: str
    authentication: Authentication
    classify: Callable[[httpx.Response], AbmError]
    limiter: Limiter = field(default_factory=Limiter)
    kind_of: Callable[[str, str], str] = field(default=lambda _method, _path: "")
    told: Callable[[httpx.Headers], Sequence[Told]] = field(default=lambda _headers: ())
    is_expired: Callable[[httpx.Response], bool] = field(
        default=lambda response: response.status_code == httpx.codes.UNAUTHORIZED
    )
    default_headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = ATTEMPTS
    transport: httpx.BaseTransport | None = None
    _client: httpx.Client | None = field(default=None, repr=False)
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _authenticating: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _given: Mapping[str, str] | None = field(default=None, repr=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request and return the successful answer.

        Raises RefusedError, ConfigurationError or ContractError at once, RetryableError after the last attempt.
        """
        for attempt in stamina.retry_context(
            on=_wait, attempts=self.attempts, timeout=None, wait_initial=0.5, wait_max=60.0
        ):
            with attempt:
                return self._send(method, path, json=json, params=params, content=content, headers=headers)
        raise AssertionError  # the last attempt either returned or raised

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        self.limiter.close()

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None, **body: Any) -> httpx.Response:
        response, credentials = self._once(method, path, headers, body)
        if self.is_expired(response):
            self._renew(credentials)
            response, _ = self._once(method, path, headers, body)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            error = self.classify(response)
            if isinstance(error, RetryableError) and error.retry_after:
                self.limiter.pause(error.retry_after)
            raise error
        return response

    def _renew(self, refused: Mapping[str, str]) -> None:
        """Renew the credentials, unless another thread did since these were sent."""
        with self._authenticating:
            if refused == self._given:
                self._given = None
                self.authentication.renew()

    def _once(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: dict[str, Any]
    ) -> tuple[httpx.Response, Mapping[str, str]]:
        """Send a request, and return the answer and the credentials that were sent."""
        self.limiter.take(self.kind_of(method, path))
        try:
            client = self._open()
            with self._authenticating:
                credentials = self._given = self.authentication.headers(client)
            response = client.request(
                method, path, headers={**self.default_headers, **credentials, **(headers or {})}, **body
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise self._misconfigured("its host is not a URL", "Write it as https://host[:port]") from None
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            raise self._misconfigured(
                "its credentials hold characters that cannot be sent", "Copy them again, without spaces or line ends"
            ) from None
        except httpx.TransportError as error:
            # The cause's text can hold the URL with a query; its type is enough to act on.
            raise RetryableError(
                f"{self.platform} did not answer ({type(error).__name__}). It is tried again by itself; if that "
                f"does not help, check the network and the host of connection abm_{self.platform}.",
                code="UNREACHABLE",
            ) from None
        # httpx's own stream refers back to the answer: both bodies would stay until Python looks for cycles.
        response.stream = httpx.ByteStream(response.content)
        self.limiter.note(self.told(response.headers))
        return response, credentials

    def _misconfigured(self, problem: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(Fault(f"connection abm_{self.platform}", problem, remedy))

    def _open(self) -> httpx.Client:
        with self._opening:
            if self._client is None:
                self._client = httpx.Client(base_url=self.base_url, timeout=TIMEOUT, transport=self.transport)
            return self._client


def _wait(error: Exception) -> bool | dt.timedelta:
    """Tell stamina whether and how long to wait: retryable errors only, never longer than LONGEST_WAIT."""
    if not isinstance(error, RetryableError):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after <= LONGEST_WAIT and dt.timedelta(seconds=error.retry_after)
