"""What Salesforce says of a row, and what the row becomes; never with a value of the row in it."""

from __future__ import annotations

import io

import httpx
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.destinations import Change
from abm.destinations.salesforce import bulk_job
from abm.destinations.salesforce.answers import Answer, from_bulk_error
from abm.destinations.salesforce.destination import connect
from abm.destinations.salesforce.fields import metadata
from abm.errors import ContractError
from abm.settings import Connection

KEY = "001000000000001AAA"
CHANGE = Change(KEY, "update", {"ABM_Style__c": "one_to_one"})
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip() and text != bulk_job.NULL_MARK
)


@pytest.mark.parametrize(
    ("error", "code", "message", "fields"),
    [
        ("REQUIRED_FIELD_MISSING:missing: [Name]:Name --", "REQUIRED_FIELD_MISSING", "missing: [Name]", ["Name"]),
        ("ENTITY_IS_DELETED:entity is deleted:--", "ENTITY_IS_DELETED", "entity is deleted", []),
        ("ENTITY_IS_DELETED:entity is deleted: --", "ENTITY_IS_DELETED", "entity is deleted", []),
        ("X_Y:a:b:A__c,B__c --", "X_Y", "a:b", ["A__c", "B__c"]),
        ("UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", "", []),
        ("Something else went wrong", "UNKNOWN_ERROR", "", []),
        ("", "UNKNOWN_ERROR", "", []),
    ],
)
def test_bulk_error_is_read(error, code, message, fields):
    answer = from_bulk_error(CHANGE, error)
    assert (answer.code, answer.message, list(answer.fields)) == (code, message, fields)


def test_lock_inside_the_text_of_another_code_is_a_lock():
    answer = Answer(CHANGE, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Trigger: UNABLE_TO_LOCK_ROW, unable to obtain")
    assert answer.is_locked
    assert (answer.result().outcome, answer.result().reason_code) == ("failed", "UNABLE_TO_LOCK_ROW")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "refused"),
        ("DUPLICATE_VALUE", "refused"),
        ("A_CODE_OF_NEXT_YEAR", "refused"),
        ("UNKNOWN_EXCEPTION", "failed"),
        ("UNPROCESSED", "failed"),
    ],
)
def test_code_decides_whether_the_row_may_pass_later(code, outcome):
    assert Answer(CHANGE, code).result().outcome == outcome


def test_text_of_a_validation_rule_is_not_kept():
    answer = Answer(CHANGE, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask jane.muster@example.com first", ["Name"])
    assert answer.result().reason == "FIELD_CUSTOM_VALIDATION_EXCEPTION on Name"


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["A__c", "B__c", "C__c"]), st.one_of(st.none(), TEXT), min_size=1))
def test_csv_says_the_same_as_the_payload(payload):
    content = bulk_job.write_csv([Change(KEY, "update", payload), Change(KEY, "update", {"D__c": 1.5})])
    table = pyarrow.csv.read_csv(
        io.BytesIO(content),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys([*payload, "D__c", "Id"], pyarrow.string()),
            strings_can_be_null=False,
        ),
    )
    first, second = table.to_pylist()
    expected = {name: bulk_job.NULL_MARK if value is None else value for name, value in payload.items()}
    assert first == {"Id": KEY, **expected, "D__c": ""}
    assert second == {"Id": KEY, **dict.fromkeys(payload, ""), "D__c": "1.5"}


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ([72.5, None, 80], ["72.5", "#N/A", "80"]),
        (["one", None], ["one", "#N/A"]),
        ([True, False], ["true", "false"]),
        ([True, "one", None, 3], ["true", "one", "#N/A", "3"]),
    ],
)
def test_cells_of_a_column(values, cells):
    content = bulk_job.write_csv([Change(KEY, "update", {"A__c": value}) for value in values]).decode()
    assert [line.split(",")[1].strip('"') for line in content.splitlines()[1:]] == cells


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ABM_CLTV_Score__c", {"type": "Number", "precision": 5, "scale": 2}),
        ("ABM_Style_Since__c", {"type": "Date"}),
        ("ABM_Lease_Ends__c", {"type": "Date"}),
        ("ABM_Reason__c", {"type": "Text", "length": 255}),
        ("ABM_Policy_Version__c", {"type": "Text", "length": 80}),
    ],
)
def test_type_follows_from_the_name(name, expected):
    assert expected.items() <= metadata(name).items()


@pytest.mark.parametrize(
    "answer", [[], {}, [{"success": True}] * 2, [{"success": False}], [{"success": False, "errors": []}], "x"]
)
def test_answer_of_another_shape_says_that_sending_again_is_safe(answer):
    def respond(request):
        is_token = request.url.path.endswith("/token")
        return httpx.Response(200, json={"access_token": "x", "id": "id/005"} if is_token else answer)

    connection = Connection("abm_salesforce", "https://acme.example", "key", "secret")
    with pytest.raises(ContractError, match="does no harm"):
        connect(connection, httpx.MockTransport(respond)).send([CHANGE])
