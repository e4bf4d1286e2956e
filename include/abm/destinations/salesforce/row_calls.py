"""sObject Collections: up to 200 rows a call, answered in their order.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from abm.destinations.apart import send_apart, write_the_same
from abm.destinations.salesforce.answers import Answer, from_refusal
from abm.destinations.salesforce.fields import OBJECT
from abm.errors import ContractError, RetryableError
from abm.platforms.salesforce import DATA_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.destinations import Change
    from abm.errors import RefusedError
    from abm.http import PlatformClient

ROWS_A_CALL = 200
_PATH = f"{DATA_PATH}/composite/sobjects"
_HEADERS = {"Content-Type": "application/json"}
_TYPE = {"type": OBJECT}


def update(client: PlatformClient, changes: Sequence[Change]) -> Sequence[Answer]:
    """Send the rows call by call and return an answer for each; a call refused whole is sent again in halves.

    Raises RetryableError only if the first call gets no answer; later, the rows left are answered with its code.
    """
    answers: list[Answer] = []
    for start in range(0, len(changes), ROWS_A_CALL):
        rows = changes[start : start + ROWS_A_CALL]
        try:
            answers += send_apart(rows, partial(_update, client), from_refusal, is_shared=_is_of_field)
        except RetryableError as error:
            if not answers:
                raise
            return [*answers, *(Answer(change, "NO_RESULT", str(error)) for change in changes[start:])]
    return answers


def _update(client: PlatformClient, rows: Sequence[Change]) -> Sequence[Answer]:
    records = [{"attributes": _TYPE, "id": change.object_key, **change.payload} for change in rows]
    body = orjson.dumps({"allOrNone": False, "records": records})
    answered = client.request("PATCH", _PATH, content=body, headers=_HEADERS).content
    try:
        results = orjson.loads(answered)
        return [_answer(change, result) for change, result in zip(rows, results, strict=True)]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ContractError(
            f"Salesforce answered {len(rows)} rows of a collection in a shape its documentation does not allow. "
            "What it did with them is unknown; sending them again does no harm."
        ) from error


def _is_of_field(rows: Sequence[Change], error: RefusedError) -> bool:
    return error.code == "INVALID_FIELD" and write_the_same(rows)


def _answer(change: Change, result: dict[str, Any]) -> Answer:
    if result["success"]:
        return Answer(change)
    error = result["errors"][0]
    return Answer(change, error["statusCode"], error.get("message", ""), error.get("fields") or ())
