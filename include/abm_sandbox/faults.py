"""Fault injection for every sandbox: throttling, server errors, broken connections, answers lost after the work.

A test appends rules to `app.state.faults`; the first rule that matches a request and is not used up decides. What the
contracts list stands by name in each platform's `faults.py`: `Fault.of(ANSWERS["day_limit"], path="/query")`.
"""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Answer:
    """An error answer of a platform, as its contract has it."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What happens to the next `times` requests whose path contains `path`, after `skip` of them went well.

    `status` answers with that status and the JSON `body`; `drop` breaks the connection half way through the answer.
    `after_applying` lets the application do its work first, so that only the answer is lost. `delay` waits
    that many seconds before answering and, alone, changes nothing else.
    """

    path: str = ""
    method: str | None = None
    times: int = 1
    skip: int = 0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    after_applying: bool = False
    delay: float = 0.0

    @classmethod
    def of(cls, answer: Answer, **where: Any) -> Fault:
        """Return the rule that gives this answer; `where` are the other fields of a rule."""
        return cls(status=answer.status, body=answer.body, headers=answer.headers, **where)

    def matches(self, scope: Scope) -> bool:
        return self.path in scope["path"] and self.method in {None, scope["method"]}


class FaultInjection:
    """ASGI middleware that applies the rules of `app.state.faults`, a list of `Fault`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._take(scope) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
            return
        await _fail(fault, self.app, scope, receive, send)

    def _take(self, scope: Scope) -> Fault | None:
        with self._lock:
            faults: Sequence[Fault] = getattr(scope["app"].state, "faults", ())
            for fault in faults:
                if fault.times <= 0 or not fault.matches(scope):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


async def _fail(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    changes_answer = fault.drop or fault.status is not None
    if fault.after_applying and changes_answer:
        await app(scope, receive, _swallow)
    await asyncio.sleep(fault.delay)
    if fault.drop:
        # A response that promises more than it sends makes uvicorn close the connection: a broken answer.
        await _start(send, 200, {"content-length": "1000000"})
    elif fault.status is not None:
        await _answer(send, fault)
    else:
        await app(scope, receive, send)


async def _answer(send: Send, fault: Fault) -> None:
    content = b"" if fault.body is None else json.dumps(fault.body).encode()
    await _start(
        send,
        fault.status or 500,
        {"content-type": "application/json", "content-length": str(len(content)), **fault.headers},
    )
    await send({"type": "http.response.body", "body": content})


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def _swallow(_message: Message) -> None:
    """Take the application's answer that the client shall never see."""
