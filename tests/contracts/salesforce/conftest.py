"""A small org over real HTTP. Whatever a test asks of it, each answer is held against the shapes of the contract."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pyarrow as pa
import pytest
import requests
from jsonschema import Draft202012Validator as Validator
from simple_salesforce import Salesforce

from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce import create_app, load_world
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACCOUNTS = 450
MODIFIED = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)
DATA = "/services/data/v67.0"

_TEXT = {"type": "string", "minLength": 1}
_ID = {"type": "string", "pattern": "^[0-9A-Za-z]{18}$"}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None, *, closed: bool = True) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": not closed,
    }


def _list(items: dict[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


_NAMES = _list(_TEXT)
_ERRORS = Validator(_list(_object({"message": _TEXT, "errorCode": _TEXT}, {"fields": _NAMES}), minItems=1))
_OAUTH = {f"/services/oauth2/{name}" for name in ("token", "introspect", "revoke", "userinfo")}
_OAUTH_ERROR = Validator(_object({"error": _TEXT}, closed=False))
_ROW_ERROR = _object({"statusCode": _TEXT, "message": _TEXT, "fields": _NAMES})
_SAVED = {
    "oneOf": [
        _object(
            {"id": _ID, "success": {"const": True}, "errors": _list({}, maxItems=0)}, {"created": {"type": "boolean"}}
        ),
        _object({"success": {"const": False}, "errors": _list(_ROW_ERROR, minItems=1)}, {"id": _TEXT}),
    ]
}
_RECORD = _object({"attributes": _object({"type": _TEXT}, {"url": _TEXT})}, closed=False)
_PAGE = {
    "oneOf": [
        _object({"totalSize": {"type": "integer"}, "done": {"const": True}, "records": _list(_RECORD)}),
        _object(
            {
                "totalSize": {"type": "integer"},
                "done": {"const": False},
                "nextRecordsUrl": {"type": "string", "pattern": r"^/services/data/v\d+\.0/query/01g\w+-\d+$"},
                "records": _list(_RECORD),
            }
        ),
    ]
}
_FLAGS = ("custom", "externalId", "idLookup", "unique", "nillable", "createable", "updateable", "calculated")
_FIELD = _object(
    {
        "name": _TEXT,
        "label": _TEXT,
        "type": _TEXT,
        "length": {"type": "integer"},
        "referenceTo": _list(_TEXT),
        "picklistValues": _list(_object({"active": {"type": "boolean"}, "label": _TEXT, "value": _TEXT})),
        **{name: {"type": "boolean"} for name in _FLAGS},
    },
    closed=False,
)
_STATES = {"enum": ["Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]}
_JOB = _object(
    {
        "id": {"type": "string", "pattern": "^750"},
        "operation": _TEXT,
        "object": _TEXT,
        "createdById": _ID,
        "createdDate": _MOMENT,
        "systemModstamp": _MOMENT,
        "state": _STATES,
        "concurrencyMode": {"const": "Parallel"},
        "contentType": {"const": "CSV"},
        "apiVersion": {"type": "number"},
        "lineEnding": _TEXT,
        "columnDelimiter": _TEXT,
    },
    closed=False,
)
_TOKEN = _object(
    {
        "access_token": {"type": "string", "pattern": "^00D"},
        "instance_url": _TEXT,
        "id": _TEXT,
        "token_type": {"const": "Bearer"},
        "issued_at": {"type": "string", "pattern": r"^\d{13}$"},
        "signature": _TEXT,
        "scope": {"const": "api"},
    }
)
_SHAPES = (
    ("POST", r"/services/oauth2/token", _TOKEN),
    ("GET", r"/services/data", _list(_object({"label": _TEXT, "url": _TEXT, "version": _TEXT}))),
    ("GET", r"/query(All)?", _PAGE),
    ("GET", r"/query/[^/]+", _PAGE),
    ("GET", r"/limits", _object({"DailyApiRequests": _object({"Max": {}, "Remaining": {}})}, closed=False)),
    ("GET", r"/sobjects/\w+/describe", _object({"name": _TEXT, "fields": _list(_FIELD, minItems=3)}, closed=False)),
    ("POST", r"/sobjects/\w+", _SAVED),
    ("PATCH|POST", r"/composite/sobjects", _list(_SAVED, maxItems=200)),
    ("DELETE", r"/composite/sobjects", _list(_SAVED, maxItems=200)),
    ("PATCH", r"/composite/sobjects/\w+/\w+", _list(_SAVED, maxItems=200)),
    ("POST", r"/tooling/sobjects/CustomField", _object({"id": _ID, "success": {"const": True}}, closed=False)),
    ("GET|PATCH", r"/jobs/(ingest|query)/\w+", _JOB),
    ("POST", r"/jobs/(ingest|query)", _JOB),
)
_VALIDATORS = [(methods, pattern, Validator(shape)) for methods, pattern, shape in _SHAPES]


@dataclass
class Recorder:
    """ASGI middleware that keeps what was answered, whichever client asked."""

    app: ASGIApp
    answers: list[tuple[str, str, int, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, content = 0, b""

        async def keep(message: Message) -> None:
            nonlocal status, content
            status = message.get("status", status)
            content += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, keep)
        self.answers.append((scope["method"], scope["path"].rstrip("/"), status, content))

    def check(self) -> None:
        for method, path, status, content in self.answers:
            if (shape := _shape(method, path, status)) is not None:
                shape.validate(json.loads(content))


def _shape(method: str, path: str, status: int) -> Validator | None:
    if status >= 400:
        return _OAUTH_ERROR if path in _OAUTH else _ERRORS
    rest = re.sub(r"^/services/data/v\d+\.0", "", path)
    found = (
        shape for methods, pattern, shape in _VALIDATORS if re.fullmatch(pattern, rest) and method in methods.split("|")
    )
    return next(found, None) if status in {200, 201} else None


class ToHttp(requests.adapters.HTTPAdapter):
    """Send what a client addresses to https://*.salesforce.com to the sandbox."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)
        super().__init__()

    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.headers.setdefault("Host", parts.netloc)
        request.url = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().send(request, **options)


@dataclass
class Sandbox:
    """The org: its address, its inside, and a client that is logged in."""

    url: str
    state: Any
    http: httpx.Client

    @property
    def org(self):
        return self.state.org

    @property
    def accounts(self) -> list[str]:
        return [row["Id"] for row in self.org.store.execute("select Id from Account order by rowid")]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.http.request(method, f"{DATA}{path}", **options)

    def query(self, text: str, **options: Any) -> httpx.Response:
        return self.ask("GET", "/query", params={"q": text}, **options)

    def error(self, response: httpx.Response) -> tuple[int, str]:
        return response.status_code, response.json()[0]["errorCode"]


def world() -> dict[str, pa.Table]:
    moments = [MODIFIED + dt.timedelta(days=at) for at in range(ACCOUNTS)]
    return {
        "Account": pa.table(
            {
                "Id": [new_id("001", 1_000_000 + at) for at in range(ACCOUNTS)],
                "Name": [f"Company {at:03d}" for at in range(ACCOUNTS)],
                "Industry": pa.array([None if at % 10 == 0 else "Energy" for at in range(ACCOUNTS)], pa.string()),
                "AnnualRevenue": [at * 1000.0 for at in range(ACCOUNTS)],
                "NumberOfEmployees": pa.array(range(ACCOUNTS), pa.int64()),
                "SystemModstamp": pa.array(moments, pa.timestamp("us", tz="UTC")),
                "ABM_Style__c": pa.array([None] * ACCOUNTS, pa.string()),
            }
        ),
        "Contact": pa.table(
            {"Id": [new_id("003", 1)], "LastName": ["Muster"], "AccountId": [new_id("001", 1_000_001)]}
        ),
    }


@dataclass
class Stage:
    """ASGI app that hands each request to the app of the test that runs; starting a server takes longer than a test."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[str, Stage]]:
    stage = Stage()
    with serve(stage) as url:
        yield url, stage


@pytest.fixture
def sandbox(stage: tuple[str, Stage]) -> Iterator[Sandbox]:
    url, on_stage = stage
    store = Store()
    load_world(store, world())
    app = create_app(store)
    recorder = on_stage.app = Recorder(app)
    headers = {"Authorization": f"Bearer {app.state.org.open_token()}"}
    # Plain HTTP on loopback: loading the system's certificates would take longer than most tests.
    with httpx.Client(base_url=url, headers=headers, verify=False) as http:  # noqa: S501 (no TLS is used)
        yield Sandbox(url, app.state, http)
    store.close()
    recorder.check()


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount("https://", ToHttp(sandbox.url))
        yield session


@pytest.fixture
def salesforce(session: requests.Session) -> Salesforce:
    """simple-salesforce, unchanged, logged in by client credentials on a My Domain host."""
    return Salesforce(
        consumer_key=SALESFORCE_CONSUMER_KEY,
        consumer_secret=SALESFORCE_CONSUMER_SECRET,
        domain="acme.my",
        session=session,
        version="67.0",
    )
