"""Small servers at the edge: an HTTP endpoint and an SMTP server that keep what they were sent."""

from __future__ import annotations

import json
import socketserver
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from abm.alerts import Alert

if TYPE_CHECKING:
    from collections.abc import Iterator

ALERT = Alert(
    alert_id=7,
    kind="rows-refused",
    subject="hubspot INVALID",
    change="opened",
    what="12 rows are refused",
    since=datetime(2026, 3, 1, 3, 5, tzinfo=UTC),
    rows_affected=12,
    row_keys=["1", "2", "3", "4", "5"],
    next_step="Mend the records.",
    noticed_at=datetime(2026, 3, 1, 4, 0, tzinfo=UTC),
    may_be_repeated=False,
)


@dataclass
class Received:
    """What came in, and with which statuses to answer: the given ones first, then 200."""

    url: str = ""
    port: int = 0
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def alert() -> Alert:
    return ALERT


@pytest.fixture
def endpoint() -> Iterator[Received]:
    """An HTTP endpoint on loopback."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.requests.append((self.path, headers, body))
            self.send_response(received.statuses.pop(0) if received.statuses else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.port = server.server_address[1]
        received.url = f"http://127.0.0.1:{received.port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield received
        server.shutdown()
        thread.join()


@pytest.fixture
def mailbox() -> Iterator[Received]:
    """An SMTP server on loopback; a status is its answer to the recipient."""
    received = Received()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._answer("220 test")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "DATA":
                    self._answer("354 go on")
                    received.requests.append(("mail", {}, self._message()))
                    self._answer("250 taken")
                elif verb == "RCPT" and received.statuses:
                    self._answer(f"{received.statuses.pop(0)} someone@example.com")
                elif verb == "QUIT":
                    self._answer("221 bye")
                    return
                else:
                    self._answer("250 ok")

        def _message(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            return "\n".join(lines)

        def _answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        received.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield received
        server.shutdown()
        thread.join()
