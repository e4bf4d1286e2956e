"""The one HTTP layer for all platforms: base URL, authentication, time-outs, rate budget, retries by kind of error."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import stamina

from abm.errors import AbmError, ConfigurationError, Fault, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
ATTEMPTS = 6
LONGEST_WAIT = 120.0  # a platform that asks for more is left for a later run


class Authentication(Protocol):
    """Adds credentials to a request, and renews them when the platform says they have expired."""

    def headers(self, client: httpx.Client) -> Mapping[str, str]: ...

    def renew(self) -> None:
        """Forget the credentials, so that `headers` asks for new ones."""
        ...


@dataclass
class RateBudget:
    """At most `requests` in any `seconds`, shared by the threads of one process; None means no limit."""

    requests: int | None = None
    seconds: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _sent: deque[float] = field(default_factory=deque, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self) -> None:
        """Wait until one more request fits the budget."""
        if self.requests is None:
            return
        while (wait := self._reserve(self.requests)) > 0:
            self.sleep(wait)

    def _reserve(self, requests: int) -> float:
        with self._lock:
            now = self.clock()
            while self._sent and now - self._sent[0] >= self.seconds:
                self._sent.popleft()
            if len(self._sent) < requests:
                self._sent.append(now)
                return 0.0
            return self.seconds - (now - self._sent[0])


@dataclass
class PlatformClient:
    """Send requests to one platform; every answer that is not a success becomes one of our errors.

    `classify` maps a response of status 400 or more to the error that tells the caller what to do next.
    Retryable errors are retried here, with the platform's own waiting time where it gives one; expired
    credentials are renewed once. Nothing is sent before the first request.
    """

    platform: str
    base_url: str
    authentication: Authentication
    classify: Callable[[httpx.Response], AbmError]
    budget: RateBudget = field(default_factory=RateBudget)
    is_expired: Callable[[httpx.Response], bool] = field(
        default=lambda response: response.status_code == httpx.codes.UNAUTHORIZED
    )
    default_headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = ATTEMPTS
    transport: httpx.BaseTransport | None = None
    _client: httpx.Client | None = field(default=None, repr=False)

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

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None, **body: Any) -> httpx.Response:
        response = self._once(method, path, headers, body)
        if self.is_expired(response):
            self.authentication.renew()
            response = self._once(method, path, headers, body)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise self.classify(response)
        return response

    def _once(self, method: str, path: str, headers: Mapping[str, str] | None, body: dict[str, Any]) -> httpx.Response:
        self.budget.take()
        try:
            client = self._open()
            credentials = self.authentication.headers(client)
            return client.request(
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
            ) from error

    def _misconfigured(self, problem: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(Fault(f"connection abm_{self.platform}", problem, remedy))

    def _open(self) -> httpx.Client:
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
