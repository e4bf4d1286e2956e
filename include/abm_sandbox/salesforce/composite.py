"""Composite and batch: several calls in one, each answered by the org itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
from starlette.middleware.exceptions import ExceptionMiddleware

from abm_sandbox.salesforce.answers import Json
from abm_sandbox.salesforce.bodies import read_json
from abm_sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Message

MOST_CALLS = 25
_REFERENCE = re.compile(r"@\{([\w.\[\]]+)\}")
_FIRST_ERROR = 400


async def composite(request: Request) -> Json:
    """Answer POST /composite: calls in their order, later ones may use `@{referenceId.path}` of earlier ones."""
    body = await read_json(request)
    if body.get("allOrNone"):
        raise SalesforceError(400, "FUNCTIONALITY_NOT_ENABLED", "The sandbox does not undo sub-requests")
    answers: dict[str, dict[str, Any]] = {}
    for call in _calls(body, "compositeRequest"):
        name = str(call.get("referenceId", ""))
        if not name or name in answers:
            raise SalesforceError(400, "INVALID_INPUT", "each sub-request needs a referenceId of its own")
        filled = _fill(call, answers)
        status, headers, content = await _ask(request, filled["method"], filled["url"], filled.get("body"))
        answers[name] = {"body": content, "httpHeaders": headers, "httpStatusCode": status, "referenceId": name}
    return Json({"compositeResponse": list(answers.values())})


async def batch(request: Request) -> Json:
    """Answer POST /composite/batch: calls that know nothing of one another."""
    body = await read_json(request)
    results: list[dict[str, Any]] = []
    for call in _calls(body, "batchRequests"):
        if body.get("haltOnError") and any(result["statusCode"] >= _FIRST_ERROR for result in results):
            halted = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}]
            results.append({"statusCode": 412, "result": halted})
            continue
        url = f"/services/data/{str(call.get('url', '')).lstrip('/').removeprefix('services/data/')}"
        status, _, content = await _ask(request, str(call.get("method", "GET")), url, call.get("richInput"))
        results.append({"statusCode": status, "result": content})
    has_errors = any(result["statusCode"] >= _FIRST_ERROR for result in results)
    return Json({"hasErrors": has_errors, "results": results})


def _calls(body: dict[str, Any], member: str) -> list[dict[str, Any]]:
    calls = body.get(member)
    if not isinstance(calls, list) or not calls or not all(isinstance(call, dict) for call in calls):
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"{member} must be a list of sub-requests")
    if len(calls) > MOST_CALLS:
        raise SalesforceError(400, "LIMIT_EXCEEDED", f"At most {MOST_CALLS} sub-requests are allowed")
    return calls


def _fill(call: dict[str, Any], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Put the values of earlier answers where the call refers to them."""

    def look_up(match: re.Match[str]) -> str:
        name, *path = re.findall(r"\w+", match[1])
        try:
            found: Any = answers[name]["body"]
            for step in path:
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise SalesforceError(400, "PROCESSING_HALTED", f"Invalid reference specified: {match[1]}") from error
        return str(found)

    filled: dict[str, Any] = orjson.loads(_REFERENCE.sub(look_up, orjson.dumps(call).decode()))
    return {"method": "GET", "url": "", **filled}


async def _ask(request: Request, method: str, url: str, body: Any) -> tuple[int, dict[str, str], Any]:
    """Send one call through the router, past gate and faults: it counts as part of the outer request."""
    parts = urlsplit(url)
    content = b"" if body is None else orjson.dumps(body)
    scope = {
        "type": "http",
        "method": method.upper(),
        "path": parts.path.rstrip("/"),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [],
        "app": request.app,
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await ExceptionMiddleware(request.app.router, handlers=request.app.exception_handlers)(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers, orjson.loads(answer) if answer else None
