"""Rights, restricted picklists and emptied fields in Salesforce: each told or done by field, by calls and in bulk."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from abm.destinations import Change
from abm.destinations.salesforce.bulk_job import write_csv
from abm.destinations.salesforce.destination import MOST_ROWS_BY_CALLS, SalesforceDestination, connect
from abm.errors import ConfigurationError
from abm.settings import Connection
from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.salesforce import create_app, load_world
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.salesforce.schema import Field
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm_sandbox.salesforce.org import Org

ROWS = MOST_ROWS_BY_CALLS + 1
IDS = sorted(new_id("001", number) for number in range(ROWS))
STYLE, SCORE = "ABM_Style__c", "ABM_Account_Score__c"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Org]]:
    store = Store()
    load_world(store, {"Account": pa.table({"Id": IDS, "Name": [f"Account {at}" for at in range(ROWS)]})})
    app = create_app(store, limits=False)
    with serve(app) as url:
        yield url, app.state.org
    store.close()


@pytest.fixture
def destination(served: tuple[str, Org]) -> Iterator[SalesforceDestination]:
    connection = Connection("abm_salesforce", served[0], SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET)
    with closing(connect(connection)) as destination:
        destination.sleep = lambda _: None
        yield destination


@pytest.fixture
def org(served: tuple[str, Org], destination: SalesforceDestination) -> Org:
    """The org with a restricted picklist for the style, written by our user."""
    org = served[1]
    if not org.has_field("Account", STYLE):
        values = ("one_to_one", "one_to_few")
        org.add_field("Account", Field(STYLE, "picklist", 255, values=values, restricted=True, custom=True))
    destination.prepare([STYLE, SCORE])
    return org


def rows(count: int, **payload: Any) -> list[Change]:
    return [Change(key, "update", payload) for key in IDS[:count]]


def held(org: Org) -> tuple[Any, Any]:
    row = org.store.execute(f"select {STYLE}, {SCORE} from Account where Id = ?", [IDS[0]])[0]
    return row[STYLE], row[SCORE]


@pytest.mark.parametrize("count", [2, ROWS], ids=["calls", "bulk"])
def test_value_that_a_restricted_picklist_lacks_is_refused_with_the_fields_name(
    org: Org, destination: SalesforceDestination, count: int
) -> None:
    changes = [*rows(count - 1, **{STYLE: "one_to_few"}), Change(IDS[count - 1], "update", {STYLE: "one_to_many"})]
    results = {result.object_key: result for result in destination.send(changes)}
    refused = results.pop(IDS[count - 1])
    assert (refused.outcome, refused.reason_code) == ("refused", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert refused.reason == f"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST on {STYLE}"
    assert {result.outcome for result in results.values()} == {"updated"}


@pytest.mark.parametrize("count", [2, ROWS], ids=["calls", "bulk"])
def test_field_emptied_on_purpose_is_empty_and_one_left_alone_is_not(
    org: Org, destination: SalesforceDestination, count: int
) -> None:
    destination.send(rows(count, **{STYLE: "one_to_one", SCORE: 80}))
    destination.send(rows(count, **{STYLE: None}))
    assert held(org) == (None, 80)


def test_bulk_tells_an_emptied_field_from_one_that_a_row_leaves_alone() -> None:
    first, second = Change(IDS[0], "update", {STYLE: None, SCORE: 5}), Change(IDS[1], "update", {STYLE: "one_to_one"})
    lines = write_csv([first, second]).decode().splitlines()
    assert [line.replace('"', "") for line in lines] == [
        f"Id,{STYLE},{SCORE}",
        f"{IDS[0]},#N/A,5",
        f"{IDS[1]},one_to_one,",
    ]


def test_right_to_edit_that_was_taken_away_is_told_by_field(org: Org, destination: SalesforceDestination) -> None:
    permission = f"Account.{SCORE}"
    org.store.execute("update FieldPermissions set PermissionsEdit = 0 where Field = ?", [permission])
    org.forget_permissions()
    try:
        (result,) = destination.send(rows(1, **{STYLE: "one_to_one", SCORE: 1}))
        with pytest.raises(ConfigurationError) as told:
            destination.prepare([STYLE, SCORE])
    finally:
        org.store.execute("update FieldPermissions set PermissionsEdit = 1 where Field = ?", [permission])
        org.forget_permissions()
    assert (result.outcome, result.reason_code) == ("refused", "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert result.reason is not None
    assert result.reason.startswith(f"INVALID_FIELD_FOR_INSERT_UPDATE on {SCORE}")
    assert [fault.where for fault in told.value.faults] == [f"Salesforce field 'Account.{SCORE}'"]
