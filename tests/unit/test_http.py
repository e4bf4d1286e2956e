"""What the HTTP layer tries again, how long it waits, and what its errors leave out."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
import stamina

from abm.errors import AbmError, ConfigurationError, Fault, RefusedError, RetryableError
from abm.http import LONGEST_WAIT, PlatformClient


@dataclass
class Token:
    """Credentials that count how often they were renewed."""

    renewed: int = 0

    def headers(self, client: httpx.Client) -> dict[str, str]:
        return {"Authorization": f"Bearer t{self.renewed}"}

    def renew(self) -> None:
        self.renewed += 1


@dataclass
class Server:
    """Answers in order, the last one for ever; remembers the requests."""

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def classify(response: httpx.Response) -> AbmError:
    if response.status_code == 400:
        return RefusedError("no", code="BAD")
    if response.status_code in {401, 403}:
        return ConfigurationError(Fault("connection abm_x", "refused", "Check it"))
    after = response.headers.get("Retry-After")
    return RetryableError("later", retry_after=float(after) if after else None)


def client(server: Server, token: Token | None = None, **changed) -> PlatformClient:
    transport = httpx.MockTransport(server)
    return PlatformClient("x", "https://api.example", token or Token(), classify, transport=transport, **changed)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Take the seconds that stamina would sleep, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    stamina.instrumentation.set_on_retry_hooks([])
    yield slept
    stamina.instrumentation.set_on_retry_hooks(None)


def test_passing_fault_is_tried_again(waits: list[float]) -> None:
    server = Server([httpx.Response(503), httpx.ConnectError("down"), httpx.Response(200)])
    assert client(server).request("GET", "/a").status_code == 200
    assert len(server.requests) == 3


def test_passing_fault_that_stays_is_raised_after_the_last_attempt(waits: list[float]) -> None:
    server = Server([httpx.Response(503)])
    with pytest.raises(RetryableError, match="later"):
        client(server, attempts=4).request("GET", "/a")
    assert len(server.requests) == 4


@pytest.mark.parametrize(("status", "error"), [(400, RefusedError), (403, ConfigurationError)])
def test_refusals_are_not_tried_again(waits: list[float], status: int, error: type[AbmError]) -> None:
    server = Server([httpx.Response(status)])
    with pytest.raises(error):
        client(server).request("GET", "/a")
    assert (len(server.requests), waits) == (1, [])


def test_the_platform_s_own_waiting_time_is_kept(waits: list[float]) -> None:
    server = Server([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)])
    client(server).request("GET", "/a")
    assert waits == [7.0]


def test_longer_waits_are_left_for_a_later_run(waits: list[float]) -> None:
    server = Server([httpx.Response(429, headers={"Retry-After": str(LONGEST_WAIT + 1)})])
    with pytest.raises(RetryableError):
        client(server).request("GET", "/a")
    assert (len(server.requests), waits) == (1, [])


def test_expired_credentials_are_renewed_once() -> None:
    token, server = Token(), Server([httpx.Response(401), httpx.Response(200)])
    client(server, token).request("GET", "/a")
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer t0", "Bearer t1"]


def test_requests_refused_together_renew_their_credentials_once() -> None:
    together, token = threading.Barrier(4), Token()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] != "Bearer t0":
            return httpx.Response(200 if request.headers["Authorization"] == "Bearer t1" else 401)
        together.wait(timeout=10)
        return httpx.Response(401)

    platform = PlatformClient("x", "https://api.example", token, classify, transport=httpx.MockTransport(answer))
    with ThreadPoolExecutor(4) as flight:
        answers = list(flight.map(lambda path: platform.request("GET", path), ["/a", "/b", "/c", "/d"]))
    assert ({answer.status_code for answer in answers}, token.renewed) == ({200}, 1)


def test_credentials_refused_after_renewal_are_a_fault_of_configuration() -> None:
    token, server = Token(), Server([httpx.Response(401)])
    with pytest.raises(ConfigurationError):
        client(server, token).request("GET", "/a")
    assert (token.renewed, len(server.requests)) == (1, 2)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_transport_errors_name_the_connection_and_no_address(waits: list[float], error: type[Exception]) -> None:
    server = Server([error("GET https://api.example/a?email=ann@mail.example failed")])
    with pytest.raises(RetryableError, match=rf"x did not answer \({error.__name__}\).*connection abm_x") as told:
        client(server).request("GET", "/a", params={"email": "ann@mail.example"})
    assert "mail.example" not in str(told.value)
    assert "api.example" not in str(told.value)
    assert told.value.__cause__ is None  # Airflow logs the chain


@pytest.mark.parametrize("base_url", ["https://exa mple:port", "ftp://files.example", "no-scheme"])
def test_host_that_is_no_url_is_a_fault_of_configuration(base_url: str) -> None:
    broken = PlatformClient("x", base_url, Token(), classify)
    with pytest.raises(ConfigurationError, match="its host is not a URL"):
        broken.request("GET", "/a")


@pytest.mark.parametrize("secret", ["tok€n", "token\n"])
def test_credentials_that_cannot_be_sent_are_told_and_not_shown(secret: str) -> None:
    with serve_nothing() as base_url:
        broken = PlatformClient("x", base_url, Header(secret), classify)
        with pytest.raises(ConfigurationError, match="characters that cannot be sent") as told:
            broken.request("GET", "/a")
    assert "tok" not in str(told.value)


@dataclass
class Header(Token):
    secret: str = ""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def headers(self, client: httpx.Client) -> dict[str, str]:
        return {"Authorization": self.secret}


@contextlib.contextmanager
def serve_nothing() -> Iterator[str]:
    """Accept connections on a free port and never answer."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_answers_are_let_go_with_their_last_use() -> None:
    answers: list[httpx.Response | Exception] = [httpx.Response(200, stream=httpx.ByteStream(b"a long answer"))]
    server = Server(answers)
    platform = client(server)
    gc.disable()  # what only the search for cycles would find stays
    try:
        answer = platform.request("POST", "/rows", content=b"long rows")
        assert answer.content == answer.read() == b"a long answer"
        gone = weakref.ref(answer.request)
        answers.clear()
        server.requests.clear()
        del answer
        assert gone() is None
    finally:
        gc.enable()
        platform.close()
