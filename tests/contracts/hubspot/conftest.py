"""A small HubSpot account over real HTTP, whose every answer is held against HubSpot's own OpenAPI files."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openapi_schema_validator
import orjson
import pyarrow as pa
import pytest
import yaml
from starlette.applications import Starlette

from abm_sandbox.hubspot import create_app, load_world
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive, Scope, Send

SHARED_SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs"
CREATED = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Exchange:
    """One request as it came, one answer as it went."""

    method: str
    path: str
    status: int
    body: bytes


@dataclass
class Recorder:
    """ASGI middleware that keeps every exchange, whichever client made it."""

    app: Starlette
    exchanges: list[Exchange] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, body = 0, b""

        async def kept(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.exchanges.append(Exchange(scope["method"], scope["path"], status, body))
            await send(message)

        await self.app(scope, receive, kept)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    load_world(
        store,
        {
            "companies": _records(6, 100, name=[f"Company {n}" for n in range(6)], industry=["RETAIL"] * 6),
            "contacts": _records(3, 200, email=[f"person{n}@example.com" for n in range(3)]),
            "deals": _records(3, 300, dealname=["A", "B", "C"], amount=[10.0, 20.5, None]),
            "owners": pa.table(
                {
                    "id": ["1", "2"],
                    "email": ["one@example.com", "two@example.com"],
                    "firstName": ["One", None],
                    "lastName": ["Owner", "Owner"],
                    "archived": [False, True],
                }
            ),
            "deals/companies": pa.table({"from": ["300", "301"], "to": ["100", "101"], "primary": [True, False]}),
        },
    )
    yield store
    store.close()


@pytest.fixture(scope="session")
def _server() -> Iterator[tuple[str, Recorder]]:
    """One server for all tests, since stopping one takes longer than most of them; each test gives it its account."""
    recorder = Recorder(Starlette())
    with serve(recorder) as url:
        yield url, recorder


@pytest.fixture
def recorder(_server: tuple[str, Recorder], store: Store) -> Recorder:
    recorder = _server[1]
    recorder.app = create_app(store, limits=False)
    recorder.exchanges.clear()
    return recorder


@pytest.fixture
def hubspot_url(_server: tuple[str, Recorder], recorder: Recorder) -> str:
    return _server[0]


@pytest.fixture(scope="session")
def shared_specs() -> Path:
    """HubSpot's OpenAPI files beside the project; tests that use them carry the marker `outside`."""
    if not SHARED_SPECS.is_dir():
        pytest.skip("needs ../shared/specs, which is not part of the repository (licences)")
    return SHARED_SPECS / "hubspot"


@pytest.fixture(scope="session")
def specification(shared_specs: Path) -> Specification:
    return Specification.load(shared_specs)


@dataclass(frozen=True)
class Operation:
    method: str
    path: re.Pattern[str]
    responses: dict[str, Any]
    components: dict[str, Any]


@dataclass(frozen=True)
class Specification:
    """The answers that HubSpot's OpenAPI files allow."""

    operations: tuple[Operation, ...]

    @classmethod
    def load(cls, folder: Path) -> Specification:
        operations = [operation for path in sorted(folder.iterdir()) for operation in _operations(path)]
        # `/groups` before `/{propertyName}`: a path with fewer placeholders means itself.
        return cls(tuple(sorted(operations, key=lambda operation: operation.path.pattern.count("[^/]+"))))

    def faults(self, exchange: Exchange) -> list[str]:
        """Return what is wrong with an answer; an empty list where it keeps to the specification."""
        path = _numbered(exchange.path)
        found = next((op for op in self.operations if op.method == exchange.method and op.path.fullmatch(path)), None)
        if found is None:
            return [f"{exchange.method} {path} is not in the specification"]
        response = found.responses.get(str(exchange.status))
        if response is None and exchange.status < 400:
            return [f"{exchange.method} {path} does not answer {exchange.status}"]
        return _schema_faults(exchange, response or found.responses["default"], found.components)


def _operations(path: Path) -> Iterator[Operation]:
    text = path.read_text(encoding="utf-8")
    spec = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    prefix = spec["servers"][0]["url"].removeprefix("https://api.hubapi.com")
    for template, methods in spec["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape((prefix + template).rstrip("/"))))
        for method, operation in methods.items():
            yield Operation(method.upper(), pattern, operation["responses"], spec["components"])


def _numbered(path: str) -> str:
    """Return the numbered path of a date-versioned one: the files describe those, the bodies are the same family."""
    path = path.rstrip("/")
    found = re.fullmatch(r"/crm/(\w+)/\d{4}-\d\d(/.*)?", path)
    if not found:
        return path
    api, rest = found[1], found[2] or ""
    version = "v4" if api == "associations" or "/associations" in rest else "v3"
    return f"/crm/{version}/{api}{rest}"


def _schema_faults(exchange: Exchange, response: dict[str, Any], components: dict[str, Any]) -> list[str]:
    if "$ref" in response:
        response = components["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content")
    if not content:
        return ["an answer without content has a body"] if exchange.body else []
    schema = {"allOf": [next(iter(content.values()))["schema"]], "components": components}
    validator = openapi_schema_validator.OAS30ReadValidator(
        schema, format_checker=openapi_schema_validator.oas30_format_checker
    )
    return [
        f"{exchange.method} {exchange.path} {exchange.status}: {error.json_path} {error.message}"
        for error in validator.iter_errors(orjson.loads(exchange.body))
    ]


def _records(count: int, first: int, **columns: list[Any]) -> pa.Table:
    return pa.table(
        {
            "id": [str(first + number) for number in range(count)],
            **columns,
            "createdAt": [CREATED] * count,
            "updatedAt": [CREATED + dt.timedelta(minutes=number) for number in range(count)],
            "archived": [False] * count,
        }
    )
