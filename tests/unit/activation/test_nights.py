"""Plan, send and account together, as a night runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from abm import activation
from abm.activation import planning, recording, runs
from abm.errors import BusyError, ConfigurationError, ContractError, Fault, HeldError, RetryableError
from abm.warehouse import connect

from .conftest import DAY, Killed

if TYPE_CHECKING:
    import psycopg

    from .conftest import World


def test_published_rows_arrive_under_the_field_map(world: World) -> None:
    world.publish_records({"001A": "one_to_one", "001B": "one_to_few"})
    accounts = world.night()
    assert (accounts.created, accounts.unchanged, accounts.status) == (2, 0, "finished")
    assert world.styles_held() == {"001A": "one_to_one", "001B": "one_to_few"}
    assert "ABM_Lease_Ends__c" in world.platform.prepared


def test_second_night_without_changes_sends_nothing(world: World) -> None:
    world.publish_records({"001A": "one_to_one"})
    world.night()
    world.platform.sent.clear()
    accounts = world.night()
    assert (accounts.planned, accounts.unchanged) == (0, 1)
    assert not world.platform.sent


def test_only_differences_are_sent(world: World) -> None:
    world.publish_records({"a": "one_to_one", "b": "one_to_few", "c": "one_to_many"})
    world.night()
    world.platform.sent.clear()
    world.publish_records({"a": "one_to_one", "b": "one_to_many", "d": "one_to_few"})
    accounts = world.night()
    assert (accounts.created, accounts.updated, accounts.removed, accounts.unchanged) == (1, 1, 1, 1)
    assert {(change.object_key, change.operation) for change in world.platform.sent} == {
        ("b", "update"),
        ("c", "remove"),
        ("d", "create"),
    }


def test_writes_between_removals_have_an_end_of_their_own(world: World) -> None:
    world.publish_records(dict.fromkeys("abcde", "one_to_one"))
    world.night()
    world.publish_records(dict.fromkeys("bd", "one_to_few"))
    accounts = world.night()
    assert (accounts.removed, accounts.updated) == (3, 2)
    assert world.styles_held() == {"b": "one_to_few", "d": "one_to_few"}


def test_rows_of_one_batch_end_in_different_ways(world: World) -> None:
    world.platform.batch = 5
    world.platform.refuses, world.platform.fails = {"b"}, {"d"}
    world.publish_records(dict.fromkeys("abcde", "one_to_one"))
    accounts = world.night()
    assert (accounts.created, accounts.refused, accounts.failed) == (3, 1, 1)
    with connect(world.url) as warehouse:
        said = "select object_key, outcome, reason_code from ops.sync_changes where outcome <> 'created' order by 1"
        assert warehouse.execute(said).fetchall() == [("b", "refused", "FIELD_INTEGRITY"), ("d", "failed", "LOCKED")]
        known = "select object_key, payload_hash is not null from ops.sync_state order by 1"
        assert warehouse.execute(known).fetchall() == [("a", True), ("c", True), ("d", False), ("e", True)]


def test_batch_recorded_by_half_is_sent_again_without_what_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.platform.batch = 5
    world.platform.refuses, world.platform.fails = {"b"}, {"d"}
    world.publish_records(dict.fromkeys("abcde", "one_to_one"))
    run_id = world.plan().run_id
    with monkeypatch.context() as dying:
        dying.setattr(recording, "_REST_OF_BATCH", None)
        with pytest.raises(TypeError):
            world.send(run_id)
    assert world.outcomes(run_id) == {"refused": 1, "failed": 1}

    world.platform.refuses, world.platform.fails = set(), set()
    world.platform.sent.clear()
    assert world.send(run_id) == {"refused": 1, "failed": 1, "updated": 3}
    assert [change.object_key for change in world.platform.sent] == ["a", "c", "e"]


def test_state_knows_in_which_audience_of_the_platform_a_member_is(world: World) -> None:
    world.platform.batch = 4
    world.platform.refuses = {"wide/a"}
    world.publish_members({f"{audience}/{key}": {"companyName": key} for audience in ("core", "wide") for key in "ab"})
    run_id = world.plan("linkedin").run_id
    world.send(run_id)
    with connect(world.url) as warehouse:
        known = warehouse.execute("select object_key, remote_id from ops.sync_state order by 1").fetchall()
        (said,) = warehouse.execute("select reason from ops.sync_changes where outcome = 'refused'").fetchall()
    assert known == [("core/a", "id-core"), ("core/b", "id-core"), ("wide/b", "id-wide")]
    assert said == ("the platform's rule says no",)


def test_removal_of_a_record_empties_each_field_that_was_sent(world: World) -> None:
    world.publish_records({"a": "one_to_one", "b": "one_to_few"})
    world.night()
    world.publish_records({"a": "one_to_one"})
    world.night()
    removal = world.platform.sent[-1]
    assert removal.payload["ABM_Style__c"] is None
    assert removal.payload.keys() == removal.acknowledged.keys()


def test_where_fields_take_texts_rows_are_planned_as_texts(world: World) -> None:
    world.publish_records({"1": "one_to_one"}, "hubspot")
    with connect(world.url) as connection:
        connection.execute("update activation.crm_accounts set abm_account_score = 74.2, abm_style_since = %s", [DAY])
    world.night("hubspot")
    sent = world.platform.sent[-1].payload
    assert {name: sent[name] for name in ("abm_style", "abm_account_score", "abm_style_since", "abm_reason")} == {
        "abm_style": "one_to_one",
        "abm_account_score": "74.2",
        "abm_style_since": DAY.isoformat(),
        "abm_reason": "",
    }
    assert orjson.loads(world.platform.sent[-1].json) == sent


def test_removed_member_carries_what_it_was_added_by(world: World) -> None:
    world.publish_members({"wide/1": {"companyName": "Acme"}, "wide/2": {"companyName": "Bolt"}})
    world.night("linkedin")
    world.publish_members({"wide/2": {"companyName": "Bolt"}})
    world.night("linkedin")
    removal = world.platform.sent[-1]
    assert (removal.audience, removal.payload, removal.acknowledged) == ("wide", {}, {"companyName": "Acme"})


def test_empty_table_never_plans_removals(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    world.night()
    world.publish_records({})
    planned = world.plan()
    assert (planned.rows_desired, planned.rows_planned, planned.rows_acknowledged) == (0, 0, 1)


def test_refused_row_waits_until_it_changes(world: World) -> None:
    world.platform.refuses = {"a"}
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    assert world.night().refused == 1
    again = world.night()
    assert (again.planned, again.withheld, again.unchanged) == (0, 1, 1)

    world.platform.refuses = set()
    world.publish_records({"a": "one_to_few", "b": "one_to_one"})
    assert world.night().created == 1
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    assert world.night().updated == 1


def test_row_that_may_pass_later_comes_again_by_itself(world: World) -> None:
    world.platform.fails = {"a"}
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    assert world.night().failed == 1
    world.platform.fails = set()
    world.night()
    assert world.styles_held() == {"a": "one_to_one", "b": "one_to_one"}


def test_batch_without_an_answer_fails_and_the_rest_goes_on(world: World) -> None:
    world.platform.faults.append(("before", RetryableError("salesforce did not answer", code="UNREACHABLE")))
    world.publish_records(dict.fromkeys("abcdef", "one_to_one"))
    accounts = world.night()
    assert (accounts.failed, accounts.created) == (3, 3)


def test_platform_that_stays_down_is_not_asked_for_every_batch(world: World) -> None:
    down = ("before", RetryableError("salesforce did not answer", code="UNREACHABLE"))
    world.platform.faults.extend([down] * 9)
    world.publish_records({f"{number:02}": "one_to_one" for number in range(30)})
    run_id = world.plan().run_id
    with pytest.raises(RetryableError, match=r"salesforce did not answer 3 times in a row.*come again"):
        world.send(run_id)
    accounts = activation.summary(world.url, "salesforce")[0]
    assert (accounts.status, accounts.failed) == ("failed", 30)
    assert len(world.platform.faults) == 6

    world.platform.faults.clear()
    assert world.send(run_id) == {"created": 30}
    assert activation.account(world.url, run_id).status == "finished"


def test_fault_of_configuration_ends_the_run_and_sending_again_takes_it_up(world: World) -> None:
    fault = ConfigurationError(Fault("ABM_Style__c", "is missing", "Create it"))
    world.platform.faults.extend([None, ("before", fault)])
    world.publish_records(dict.fromkeys("abcdefgh", "one_to_one"))
    run_id = world.plan().run_id
    with pytest.raises(ConfigurationError, match="ABM_Style__c"):
        world.send(run_id)
    assert activation.summary(world.url, "salesforce")[0].outcomes["failed"] == 5
    assert world.send(run_id) == {"created": 8}


def test_killed_run_goes_on_where_it_stopped(world: World) -> None:
    world.platform.faults.extend([None, ("after", Killed())])
    world.publish_records(dict.fromkeys("abcdefgh", "one_to_one"))
    run_id = world.plan().run_id
    with pytest.raises(Killed):
        world.send(run_id)
    assert world.plan().run_id != run_id  # planned anew instead: the old run is given up
    with pytest.raises(HeldError, match="later plan"):
        world.send(run_id)


def test_member_sent_just_before_a_crash_is_removed_when_no_longer_published(world: World) -> None:
    world.platform.faults.append(("after", Killed()))
    world.publish_members({"wide/1": {"companyName": "Acme"}, "wide/2": {"companyName": "Bolt"}})
    with pytest.raises(Killed):
        world.send(world.plan("linkedin").run_id)
    world.publish_members({"wide/2": {"companyName": "Bolt"}})
    world.night("linkedin")
    assert world.platform.held == {"wide/2": {"companyName": "Bolt"}}


def test_dry_run_counts_and_sends_nothing(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    planned = world.plan(dry_run=True)
    assert planned.creations == 1
    assert world.send(planned.run_id) == {"held": 1}
    assert not world.platform.sent
    assert activation.account(world.url, planned.run_id).status == "dry_run"


def test_held_run_sends_nothing(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    run_id = world.plan().run_id
    assert activation.hold(world.url, run_id, "over budget") == 1
    assert world.send(run_id) == {"held": 1}
    assert activation.account(world.url, run_id).status == "held"


def test_second_sender_steps_aside(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    run_id = world.plan().run_id
    with connect(world.url) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('abm activation salesforce', 0))")
        with pytest.raises(BusyError, match="Another process") as told:
            world.send(run_id)
    assert told.value.code == "BUSY"
    assert world.send(run_id) == {"created": 1}


def test_run_that_another_process_plans_at_that_moment_is_planned_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish_records({"a": "one_to_one"})
    lock, planned = runs.lock_destination, []

    def lock_after_another(connection: psycopg.Connection, destination: str) -> None:
        monkeypatch.setattr(planning, "lock_destination", lock)
        planned.append(activation.plan(world.url, destination, run_id="n1"))
        lock(connection, destination)

    monkeypatch.setattr(planning, "lock_destination", lock_after_another)
    assert [activation.plan(world.url, "salesforce", run_id="n1")] == planned
    assert world.send("n1") == {"created": 1}


@pytest.mark.parametrize(
    ("destination", "step"),
    [("salesforce", "plan_records"), ("linkedin", "plan_audiences")],
    ids=["records", "members"],
)
def test_two_dry_runs_of_one_id_at_that_moment_tell_one_plan(
    world: World, monkeypatch: pytest.MonkeyPatch, destination: str, step: str
) -> None:
    world.publish_records({"a": "one_to_one"})
    world.publish_members({"wide/1": {"companyName": "Acme"}})
    plan_rows, planned = getattr(planning, step), []

    def plan_after_another(*told: Any) -> Any:
        monkeypatch.undo()
        planned.append(activation.plan(world.url, destination, run_id="n1", dry_run=True))
        return plan_rows(*told)

    monkeypatch.setattr(planning, step, plan_after_another)
    assert [activation.plan(world.url, destination, run_id="n1", dry_run=True)] == planned


def test_planning_the_same_run_twice_plans_it_once(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    first = activation.plan(world.url, "salesforce", run_id="n1")
    world.publish_records({"a": "one_to_few"})
    assert activation.plan(world.url, "salesforce", run_id="n1") == first


def test_two_rows_with_one_key_are_told_and_nothing_is_planned(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    with connect(world.url) as connection:
        connection.execute("insert into activation.crm_accounts select * from activation.crm_accounts")
    with pytest.raises(ContractError, match="share a key") as told:
        world.plan()
    assert told.value.__suppress_context__  # psycopg's DETAIL quotes the key, and Airflow logs causes
    assert told.value.__cause__ is None
    assert activation.summary(world.url) == []


def test_field_or_audience_that_cannot_work_is_told_before_anything_is_planned(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    with connect(world.url) as connection:
        connection.execute("update ops.policy_fields set field = 'abm_mood' where field = 'abm_style'")
        connection.execute("update ops.policy_audiences set audience = 'a/b' where destination = 'linkedin'")
    try:
        with pytest.raises(ConfigurationError, match=r"fields\.salesforce\.abm_mood: is no column"):
            world.plan()
        with pytest.raises(ConfigurationError, match="slash in its name 'a/b'"):
            world.plan("linkedin")
    finally:
        with connect(world.url) as connection:
            connection.execute("update ops.policy_fields set field = 'abm_style' where field = 'abm_mood'")
            connection.execute("update ops.policy_audiences set audience = 'wide' where destination = 'linkedin'")


def test_another_field_map_sends_every_row_in_its_new_form(world: World) -> None:
    world.publish_records({"a": "one_to_one", "b": "one_to_one"})
    world.night()
    rename = (
        "update ops.policy_fields set platform_field = %s where destination = 'salesforce' and field = 'abm_reason'"
    )
    with connect(world.url) as connection:
        connection.execute(rename, ["Why__c"])
    try:
        assert world.night().updated == 2
        assert "Why__c" in world.platform.held["a"]
    finally:
        with connect(world.url) as connection:
            connection.execute(rename, ["ABM_Reason__c"])


def test_row_without_an_outcome_is_never_accounted_as_done(world: World) -> None:
    world.publish_records({"a": "one_to_one"})
    with pytest.raises(ContractError, match="0 of 1 have an outcome"):
        activation.account(world.url, world.plan().run_id)


def test_an_audience_made_anew_on_the_platform_is_filled_again(world: World) -> None:
    world.publish_members({"wide/1": {"companyName": "Acme"}, "core/2": {"companyName": "Bolt"}})

    def night() -> list[str]:
        run_id = world.plan("linkedin").run_id
        world.send(run_id)
        activation.account(world.url, run_id, object(), opening=world.open)  # type: ignore[arg-type]
        return sorted(change.object_key for change in world.platform.sent)

    night()
    world.platform.sent.clear()
    assert night() == []
    world.platform.generation = "new"
    assert night() == []
    assert night() == ["core/2", "wide/1"]
    world.platform.sent.clear()
    assert night() == []


def test_audiences_are_read_back(world: World) -> None:
    world.publish_members({"wide/1": {"companyName": "Acme"}})
    run_id = world.plan("linkedin").run_id
    world.send(run_id)
    connection = object()
    activation.account(world.url, run_id, connection, opening=world.open)  # type: ignore[arg-type]
    with connect(world.url) as warehouse:
        row = warehouse.execute("select audience, remote_id, audience_size from ops.sync_audiences").fetchone()
    assert row == ("wide", "id-wide", 1)
