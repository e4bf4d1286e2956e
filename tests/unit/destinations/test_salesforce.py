"""The Salesforce destination against the sandbox: fields made and granted, rows written once, every row answered."""

from __future__ import annotations

from contextlib import closing

import pyarrow as pa
import pytest
import stamina

from abm.destinations import Change
from abm.destinations.salesforce.destination import connect
from abm.errors import ConfigurationError, RefusedError, RetryableError
from abm.settings import Connection
from abm_sandbox.credentials import SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET
from abm_sandbox.faults import Fault
from abm_sandbox.salesforce import create_app, load_world
from abm_sandbox.salesforce.describe import describe_field
from abm_sandbox.salesforce.faults import ANSWERS
from abm_sandbox.salesforce.ids import new_id
from abm_sandbox.serving import serve
from abm_sandbox.store import Store

ROWS = 2100
IDS = sorted(new_id("001", number) for number in range(ROWS))
FIELDS = ("ABM_Style__c", "ABM_Account_Score__c", "ABM_Reason__c", "ABM_Style_Since__c")
TEMPORARY = {"status": 503, "body": [{"message": "down", "errorCode": "SERVER_UNAVAILABLE"}]}


class Stage:
    """ASGI app that hands each request to the org of the test that runs; a server each would take longer."""

    app = None

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stage():
    stage = Stage()
    with serve(stage) as url:
        yield url, stage


@pytest.fixture
def org(stage):
    store = Store()
    load_world(store, {"Account": pa.table({"Id": IDS, "Name": [f"Account {at}" for at in range(ROWS)]})})
    app = create_app(store)
    app.state.url, stage[1].app = stage[0], app
    yield app.state
    store.close()


@pytest.fixture
def destination(org):
    connection = Connection("abm_salesforce", org.url, SALESFORCE_CONSUMER_KEY, SALESFORCE_CONSUMER_SECRET)
    destination = connect(connection)
    destination.sleep = lambda _: None
    destination.client.attempts = 1
    yield destination
    destination.close()


@pytest.fixture
def prepared(destination):
    destination.prepare(FIELDS)
    return destination


def change(key=IDS[0], operation="update", **payload):
    return Change(key, operation, payload or {"ABM_Style__c": "one_to_one"})


def many(count=ROWS):
    return [
        change(key, ABM_Style__c="one_to_few", ABM_Account_Score__c=72.5, ABM_Style_Since__c="2026-11-21")
        for key in IDS[:count]
    ]


def stored(org, key=IDS[0]):
    return dict(org.org.store.execute("select * from Account where Id = ?", [key])[0])


def world_fields(org):
    return [describe_field(found) for found in org.org.fields("Account").values()]


def effects(org):
    return org.org.store.execute("select count(*) from _writes where object = 'Account' and effective = 1")[0][0]


def test_missing_tells_every_field_and_changes_nothing(destination):
    assert len(destination.missing(FIELDS)) == len(FIELDS)
    assert len(destination.missing(FIELDS)) == len(FIELDS)


def test_prepare_makes_fields_of_the_right_type_that_can_be_written(org, prepared):
    made = org.org.fields("Account")
    assert prepared.missing(FIELDS) == []
    assert [made[name.lower()].type for name in FIELDS] == ["string", "double", "string", "date"]
    assert made["abm_reason__c"].length == 255


def test_prepare_twice_changes_nothing(org, prepared):
    before = org.org.store.execute("select count(*) from _writes")[0][0]
    prepared.prepare(FIELDS)
    assert org.org.store.execute("select count(*) from _writes")[0][0] == before


def test_prepare_grants_a_field_that_was_made_but_stayed_hidden(org, destination):
    org.faults.append(Fault(path="/sobjects/PermissionSet", method="POST", **TEMPORARY))
    with pytest.raises(RetryableError):
        destination.prepare(FIELDS)
    destination.prepare(FIELDS)
    assert destination.missing(FIELDS) == []


def test_prepare_tells_every_field_it_may_not_make(org, destination):
    refused = {"status": 403, "body": [{"message": "no", "errorCode": "INSUFFICIENT_ACCESS"}]}
    org.faults.append(Fault(path="/tooling/", times=99, **refused))
    with pytest.raises(ConfigurationError) as raised:
        destination.prepare([*FIELDS, "Segment__c"])
    assert len(raised.value.faults) == len(FIELDS) + 1
    assert "by hand as Text 80" in str(raised.value)


def test_prepare_tells_every_field_it_may_not_grant(org, destination):
    refused = {"status": 403, "body": [{"message": "no", "errorCode": "INSUFFICIENT_ACCESS"}]}
    org.faults.append(Fault(path="/sobjects/PermissionSet", method="POST", **refused))
    with pytest.raises(ConfigurationError, match="Manage Profiles and Permission Sets") as raised:
        destination.prepare(FIELDS)
    assert len(raised.value.faults) == len(FIELDS)


def test_prepare_refuses_a_field_that_cannot_be_written(destination):
    with pytest.raises(ConfigurationError, match=r"SystemModstamp.*cannot be written"):
        destination.prepare(["SystemModstamp"])


def test_prepare_refuses_a_field_of_another_type(org, destination):
    field = next(found for found in world_fields(org) if found["name"] == "AnnualRevenue")
    body = {"fields": [{**field, "name": "ABM_Style__c"}]}
    org.faults.append(Fault(path="/describe", times=2, status=200, body=body))
    with pytest.raises(ConfigurationError, match="is of type currency"):
        destination.prepare(["ABM_Style__c"])


def test_update_writes_the_record(org, prepared):
    (result,) = prepared.send([change(ABM_Style__c="one_to_one", ABM_Account_Score__c=91.25)])
    assert (result.outcome, result.object_key, result.reason_code) == ("updated", IDS[0], None)
    assert stored(org)["ABM_Style__c"] == "one_to_one"
    assert stored(org)["ABM_Account_Score__c"] == 91.25


def test_first_write_of_a_record_is_an_update_there(prepared):
    (result,) = prepared.send([change(operation="create")])
    assert result.outcome == "updated"


def test_short_id_is_taken_and_answered_as_it_was_planned(org, prepared):
    (result,) = prepared.send([change(IDS[0][:15])])
    assert (result.object_key, result.outcome) == (IDS[0][:15], "updated")
    assert stored(org)["ABM_Style__c"] == "one_to_one"


def test_remove_clears_the_fields(org, prepared):
    prepared.send([change()])
    (result,) = prepared.send([change(operation="remove", ABM_Style__c=None)])
    assert result.outcome == "removed"
    assert stored(org)["ABM_Style__c"] is None


def test_large_plan_goes_as_one_bulk_job(org, prepared):
    results = prepared.send(many())
    assert {result.outcome for result in results} == {"updated"}
    assert len(results) == len({result.object_key for result in results}) == ROWS
    assert len(org.org.jobs) == 1
    assert stored(org, IDS[-1])["ABM_Style_Since__c"] == "2026-11-21"


def test_bulk_empties_fields_and_leaves_those_a_row_does_not_name(org, prepared):
    prepared.send(many())
    changes = [change(key, ABM_Style__c=None) for key in IDS[:-1]] + [change(IDS[-1], ABM_Account_Score__c=5)]
    prepared.send(changes)
    assert (stored(org)["ABM_Style__c"], stored(org)["ABM_Account_Score__c"]) == (None, 72.5)
    assert (stored(org, IDS[-1])["ABM_Style__c"], stored(org, IDS[-1])["ABM_Account_Score__c"]) == ("one_to_few", 5)


def test_bulk_text_with_quotes_and_line_breaks_arrives_whole(org, prepared):
    text = 'rank 16 of 14, "seats"\nenters at 74.2 points'
    prepared.send([*many()[1:], change(ABM_Reason__c=text)])
    assert stored(org)["ABM_Reason__c"] == text


@pytest.mark.parametrize("count", [200, ROWS])
def test_same_batch_again_has_no_second_effect(org, prepared, count):
    prepared.send(many(count))
    results = prepared.send(many(count))
    assert {result.outcome for result in results} == {"updated"}
    assert effects(org) == count


@pytest.mark.parametrize("count", [3, ROWS])
def test_faulty_rows_are_refused_and_the_others_written(org, prepared, count):
    org.org.store.execute("update Account set IsDeleted = 1 where Id = ?", [IDS[0]])
    changes = [*many(count)[:-2], change(new_id("001", 999_999)), change(IDS[count - 1], ABM_Style__c="x" * 81)]
    results = {result.object_key: result for result in prepared.send(changes)}
    assert results[IDS[0]].reason_code == "ENTITY_IS_DELETED"
    assert results[new_id("001", 999_999)].reason_code == "INVALID_CROSS_REFERENCE_KEY"
    assert results[IDS[count - 1]].reason_code == "STRING_TOO_LONG"
    outcomes = [result.outcome for result in results.values()]
    assert (outcomes.count("refused"), outcomes.count("updated")) == (3, count - 3)


def test_reason_names_the_field_and_never_the_value(prepared):
    (result,) = prepared.send([change(ABM_Style__c="x" * 81)])
    assert result.reason == "STRING_TOO_LONG on ABM_Style__c"


def test_removal_from_a_deleted_record_is_done(org, prepared):
    org.org.store.execute("update Account set IsDeleted = 1 where Id = ?", [IDS[0]])
    (result,) = prepared.send([change(operation="remove", ABM_Style__c=None)])
    assert (result.outcome, result.reason_code) == ("removed", "ENTITY_IS_DELETED")


@pytest.mark.parametrize("key", ["", "acme", "003000000000001AAA", "001000000000001;drop"])
def test_key_that_is_no_account_is_refused_without_a_request(org, prepared, key):
    before = org.org.requests_used
    (result,) = prepared.send([change(key)])
    assert (result.outcome, result.reason_code, org.org.requests_used) == ("refused", "MALFORMED_ID", before)


@pytest.mark.parametrize("count", [3, ROWS])
def test_locked_row_is_sent_again_until_it_passes(org, prepared, count):
    org.org.row_locks[IDS[1]] = 5
    results = prepared.send(many(count))
    assert {result.outcome for result in results} == {"updated"}
    assert effects(org) == count


def test_row_locked_for_long_is_failed_and_the_others_written(org, prepared):
    org.org.row_locks[IDS[1]] = 99
    results = {result.object_key: result for result in prepared.send(many(3))}
    assert (results[IDS[1]].outcome, results[IDS[1]].reason_code) == ("failed", "UNABLE_TO_LOCK_ROW")
    assert results[IDS[0]].outcome == results[IDS[2]].outcome == "updated"


def test_platform_down_before_any_answer_raises(org, prepared):
    org.faults.append(Fault(path="/composite/sobjects", **TEMPORARY))
    with pytest.raises(RetryableError):
        prepared.send([change()])


def test_platform_down_later_fails_only_the_rows_left(org, prepared):
    org.faults.append(Fault(path="/composite/sobjects", skip=2, times=99, **TEMPORARY))
    outcomes = [result.outcome for result in prepared.send(many(600))]
    assert (outcomes.count("updated"), outcomes.count("failed")) == (400, 200)


def test_platform_down_while_locked_rows_are_repeated_keeps_the_other_answers(org, prepared):
    org.org.row_locks[IDS[1]] = 1
    org.faults.append(Fault(path="/composite/sobjects", skip=1, times=99, **TEMPORARY))
    outcomes = {result.object_key: result.outcome for result in prepared.send(many(3))}
    assert outcomes == {IDS[0]: "updated", IDS[1]: "failed", IDS[2]: "updated"}


@pytest.fixture
def tried_twice(prepared):
    prepared.client.attempts = 2
    with stamina.set_testing(testing=True, attempts=2):  # no waiting between them
        yield prepared


@pytest.mark.parametrize("after_applying", [False, True])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/composite/sobjects"),
        ("POST", "/jobs/ingest"),
        ("PUT", "/batches"),
        ("PATCH", "/jobs/ingest/750"),
        ("GET", "/jobs/ingest/750"),
        ("GET", "/successfulResults"),
    ],
)
def test_lost_answer_is_repeated_without_a_second_effect(org, tried_twice, method, path, after_applying):
    count = 200 if "composite" in path else ROWS
    org.faults.append(Fault(path=path, method=method, drop=True, after_applying=after_applying))
    assert {result.outcome for result in tried_twice.send(many(count))} == {"updated"}
    assert effects(org) == count


@pytest.mark.parametrize(
    "path", ["/tooling/sobjects/CustomField", "/sobjects/PermissionSet", "/sobjects/FieldPermissions"]
)
def test_lost_answer_while_fields_are_made_leaves_them_made(org, tried_twice, path):
    org.faults.append(Fault(path=path, method="POST", drop=True, after_applying=True))
    tried_twice.prepare(["ABM_Base_Style__c"])
    assert tried_twice.missing(["ABM_Base_Style__c"]) == []


@pytest.mark.parametrize(("method", "path"), [("PUT", "/batches"), ("PATCH", "/jobs/ingest/750")])
def test_job_that_is_refused_twice_is_told(org, prepared, method, path):
    refused = {"status": 400, "body": [{"message": "no", "errorCode": "INVALIDJOB"}]}
    org.faults.append(Fault(path=path, method=method, times=2, **refused))
    with pytest.raises(RefusedError, match="INVALIDJOB"):
        prepared.send(many())


def test_expired_token_is_renewed(org, prepared):
    org.org.tokens.clear()
    (result,) = prepared.send([change()])
    assert result.outcome == "updated"


def test_used_up_allowance_raises_with_the_day_to_wait(org, prepared):
    org.org.daily_requests = org.org.requests_used
    with pytest.raises(RetryableError, match="last 24 hours") as raised:
        prepared.send([change()])
    assert raised.value.retry_after == 86400


def test_bulk_column_that_is_not_there_refuses_its_rows(prepared):
    results = prepared.send([change(key, ABM_Unknown__c="x") for key in IDS])
    assert {(result.outcome, result.reason_code) for result in results} == {("refused", "INVALID_BATCH")}


def test_collection_column_that_is_not_there_refuses_its_rows(prepared):
    (result,) = prepared.send([change(ABM_Unknown__c="x")])
    assert (result.outcome, result.reason_code) == ("refused", "INVALID_FIELD")


def test_call_that_is_refused_whole_is_sent_again_in_halves(org, prepared):
    org.faults.append(Fault.of(ANSWERS["parser"], path="/composite/sobjects", times=2))
    results = prepared.send([change(key) for key in IDS[:4]])
    assert [result.outcome for result in results] == ["updated"] * 4


def test_row_that_is_refused_with_its_call_stands_alone_in_the_end(org, prepared):
    org.faults.append(Fault.of(ANSWERS["parser"], path="/composite/sobjects", times=3))
    results = prepared.send([change(key) for key in IDS[:4]])
    assert [result.outcome for result in results] == ["refused", "updated", "updated", "updated"]
    assert results[0].reason_code == "JSON_PARSER_ERROR"


def test_job_that_cannot_be_read_is_told_so_that_its_rows_are_parted(org, prepared):
    unread = {"state": "Failed", "errorMessage": "ClientInputError : LineEnding is invalid on user data"}
    org.faults += [Fault(path=path, status=200) for path in ("successfulResults", "failedResults")]
    org.faults.append(Fault(path="/jobs/ingest/750", method="GET", status=200, body=unread))
    with pytest.raises(RefusedError, match="could not read") as raised:
        prepared.send(many())
    assert raised.value.code == "INVALID_BATCH"


@pytest.mark.parametrize("done", [0, 1, 1500])
def test_rows_of_a_job_that_broke_off_come_again(org, prepared, done):
    org.org.jobs_stop_after.append(done)
    results = prepared.send(many())
    assert [result.outcome for result in results] == ["updated"] * done + ["failed"] * (ROWS - done)
    assert effects(org) == done
    assert {result.outcome for result in prepared.send(many())} == {"updated"}
    assert effects(org) == ROWS


def test_few_rows_go_by_calls_and_many_by_jobs(destination):
    assert destination.batch_rows(2000) == 200
    assert destination.batch_rows(2001) >= 10_000


def test_connection_is_needed():
    with pytest.raises(ConfigurationError, match="abm_salesforce"):
        connect(None)


def test_wrong_secret_is_told_before_anything_is_sent(org):
    connection = Connection("abm_salesforce", org.url, SALESFORCE_CONSUMER_KEY, "wrong")
    with (
        closing(connect(connection)) as destination,
        pytest.raises(ConfigurationError, match="refused the credentials"),
    ):
        destination.prepare(FIELDS)
