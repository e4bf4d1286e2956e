"""What a `payload` holds: a schema, rows, and which of them are malformed. Nobody is told who was not matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from abm_sandbox.meta.errors import GraphError, documented
from abm_sandbox.meta.members import Person

MOST_ROWS = 10_000
MOST_SAMPLES = 100
HASHED = frozenset({"EMAIL", "PHONE", "FN", "LN", "FI", "CT", "ST", "ZIP", "COUNTRY", "GEN", "DOBY", "DOBM", "DOBD"})
PLAIN = frozenset({"MADID", "EXTERN_ID", "PAGEUID", "LOOKALIKE_VALUE"})
SINGLE = {
    "EMAIL_SHA256": "EMAIL",
    "PHONE_SHA256": "PHONE",
    "MOBILE_ADVERTISER_ID": "MADID",
    "EXTERN_ID": "EXTERN_ID",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Payload:
    """The people of one request, and its malformed rows as they came."""

    people: list[Person]
    malformed: list[str]

    @property
    def received(self) -> int:
        return len(self.people) + len(self.malformed)

    @property
    def samples(self) -> dict[str, str]:
        return dict.fromkeys(self.malformed[:MOST_SAMPLES], "")


def read_payload(payload: Any) -> Payload:
    """Return what a payload holds; raises GraphError where schema and data do not fit each other."""
    if not isinstance(payload, dict):
        raise GraphError(100, "(#100) The parameter payload is required")
    schema, rows = _schema(payload.get("schema")), payload.get("data")
    if not isinstance(rows, list) or not rows:
        raise documented("mismatch")
    if len(rows) > MOST_ROWS:
        raise documented("too_many")
    people, malformed = [], []
    for row in rows:
        cells = row if isinstance(row, list) else [row]
        if len(cells) != len(schema) or not all(isinstance(cell, str) for cell in cells):
            raise documented("mismatch")
        keys = dict(zip(schema, cells, strict=True))
        if _is_malformed(keys):
            malformed.append(orjson.dumps(cells).decode())
        else:
            people.append(Person.of(keys))
    return Payload(people, malformed)


def _schema(given: Any) -> list[str]:
    if isinstance(given, str):
        given = [SINGLE.get(given, given)]
    if not isinstance(given, list) or not given or not {*given} <= HASHED | PLAIN:
        raise documented("mismatch")
    return given


def _is_malformed(keys: dict[str, str]) -> bool:
    if not any(keys.values()):
        return True
    return any(value and name in HASHED and not _DIGEST.fullmatch(value) for name, value in keys.items())
