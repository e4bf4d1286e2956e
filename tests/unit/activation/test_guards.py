"""What a guard says to real plans; the limits themselves are drawn in test_guard_limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from abm import activation
from abm.activation.guards import plan_tables, plans_as_json
from abm.policy.document import read_document
from abm.policy.load import DEFAULT_POLICY, load_policy
from abm.policy.overlay import overlay
from abm.policy.schema import Policy
from abm.settings import Connection
from abm.warehouse import connect

if TYPE_CHECKING:
    from .conftest import World


def records(count: int, style: str = "one_to_many") -> dict[str, str]:
    return {f"{number:03}": style for number in range(count)}


def members(count: int, audience: str) -> dict[str, dict[str, str]]:
    return {f"{audience}/{number:03}": {"companyName": f"Company {number}"} for number in range(count)}


def judge(world: World, destination: str = "salesforce", **default: Any) -> activation.Verdict:
    """Plan, and judge by the default policy with this laid over its guard."""
    document = overlay(read_document(DEFAULT_POLICY), {"guards": {"default": default}})
    return activation.guard(world.url, world.plan(destination).run_id, Policy.model_validate(document))


def give(world: World, column: str, values: dict[str, Any]) -> None:
    with connect(world.url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"update activation.crm_accounts set {column} = %s where object_key = %s",
            [(value, key) for key, value in values.items()],
        )


def test_first_sync_of_a_destination_asks_a_person(world: World) -> None:
    world.publish_records(records(2))
    verdict = judge(world)
    assert verdict.decision == "approve"
    assert verdict.reasons == ["nothing is acknowledged by salesforce yet: it is the first sync, of 2 rows"]
    assert "2 creations" in verdict.counts


@pytest.mark.parametrize("says", [True, "true", "True"])
def test_first_sync_of_a_sandbox_goes_by_itself(world: World, says: object) -> None:
    world.publish_records(records(100))
    run_id = world.plan().run_id
    connection = Connection("abm_salesforce", extra={"is_sandbox": says})
    assert activation.guard(world.url, run_id, load_policy(None), connection).decision == "send"


@pytest.mark.parametrize("says", [False, "false", "", None])
def test_connection_that_is_no_sandbox_asks(world: World, says: object) -> None:
    world.publish_records(records(100))
    connection = Connection("abm_salesforce", extra={"is_sandbox": says})
    run_id = world.plan().run_id
    assert activation.guard(world.url, run_id, load_policy(None), connection).decision == "approve"


def test_first_sync_goes_where_the_policy_says_so_and_its_counts_are_limited_all_the_same(world: World) -> None:
    world.publish_records(records(100))
    assert judge(world, first_sync="send").decision == "send"
    assert judge(world, first_sync="send", max_create_count=100).decision == "send"
    assert judge(world, first_sync="send", max_create_count=99).reasons == ["100 creations in all; 99 may go unasked"]


def test_nothing_to_send_is_no_first_sync(world: World) -> None:
    assert judge(world).decision == "send"


@pytest.mark.parametrize(("left", "decision"), [(90, "send"), (89, "approve")])
def test_removals_past_the_budget_need_a_person(world: World, left: int, decision: str) -> None:
    world.publish_records(records(100))
    world.night()
    world.publish_records(records(left))
    assert judge(world).decision == decision


@pytest.mark.parametrize(("rows", "decision"), [(100, "send"), (102, "approve")])
def test_creations_past_the_budget_need_a_person(world: World, rows: int, decision: str) -> None:
    world.publish_records(records(50))
    world.night()
    world.publish_records(records(rows))
    assert judge(world).decision == decision


@pytest.mark.parametrize(("share", "decision"), [(0.29, "send"), (0.28, "approve")])
def test_updates_past_the_budget_need_a_person(world: World, share: float, decision: str) -> None:
    world.publish_records(records(100))
    world.night()
    give(world, "abm_reason", dict.fromkeys(records(29), "another"))
    assert judge(world, max_update_share=share).decision == decision


@pytest.mark.parametrize(("left", "decision"), [(80, "send"), (79, "approve")])
def test_input_that_shrank_is_seen_where_its_rows_were_never_acknowledged(
    world: World, left: int, decision: str
) -> None:
    world.platform.refuses = set(records(100)) - set(records(60))
    world.publish_records(records(100))
    world.night()
    world.publish_records(records(left))
    verdict = judge(world)
    assert verdict.measured is not None
    assert verdict.measured.whole.removals == 0
    assert verdict.decision == decision


def test_run_that_was_held_or_only_tried_is_nothing_to_compare_with(world: World) -> None:
    world.publish_records(records(60))
    world.night()
    world.publish_records(records(200))
    activation.hold(world.url, world.plan().run_id, "rejected")
    world.plan(dry_run=True)
    world.publish_records(records(60))
    assert judge(world).decision == "send"


def test_small_destinations_have_no_shares(world: World) -> None:
    world.publish_records(records(49))
    world.night()
    world.publish_records(records(10))
    assert judge(world).decision == "send"
    assert judge(world, max_remove_count=38).reasons == ["39 removals in all; 38 may go unasked"]


def test_empty_input_is_stopped_whatever_its_size(world: World) -> None:
    world.publish_records(records(2))
    world.night()
    world.publish_records({})
    verdict = judge(world)
    assert (verdict.decision, verdict.is_within_budget) == ("stop", False)
    assert "cannot be approved" in verdict.summary


def test_one_emptied_audience_is_seen_among_large_ones(world: World) -> None:
    world.publish_members({**members(500, "wide"), **members(60, "core")}, "linkedin")
    world.night("linkedin")
    world.publish_members({**members(500, "wide"), **members(40, "core")}, "linkedin")
    assert judge(world, "linkedin").reasons == [
        "20 removals are 33.33% of 60 rows of audience 'core'; 20.00% may go unasked",
        "40 rows of audience 'core' are 33.33% fewer than the 60 before; 20.00% may go unasked",
    ]
    world.publish_members(members(500, "wide"), "linkedin")
    lenient = {"each_audience": {"max_remove_share": 1.0, "max_shrink_share": 1.0}}
    assert judge(world, "linkedin", **lenient).reasons == ["audience 'core' would be emptied of 60 members"]


def test_members_that_change_places_do_not_shrink_an_audience(world: World) -> None:
    world.publish_members(members(60, "wide"), "linkedin")
    world.night("linkedin")
    world.publish_members({f"wide/x{number}": {"companyName": f"New {number}"} for number in range(60)}, "linkedin")
    verdict = judge(world, "linkedin", max_create_share=1.0, each_audience={"max_remove_share": 1.0})
    assert verdict.reasons == ["60 removals are 100.00% of 60 rows in all; 20.00% may go unasked"]


def test_an_audience_may_have_limits_of_its_own(world: World) -> None:
    world.publish_members({**members(60, "wide"), **members(60, "core")}, "linkedin")
    world.night("linkedin")
    world.publish_members({**members(65, "wide"), **members(65, "core")}, "linkedin")
    verdict = judge(world, "linkedin", audiences={"core": {"max_create_count": 4}})
    assert verdict.reasons == ["5 creations of audience 'core'; 4 may go unasked"]


@pytest.mark.parametrize(("moved", "decision"), [(20, "send"), (21, "approve")])
@pytest.mark.parametrize("score", [71, 9, None], ids=["up", "down", "gone"])
def test_scores_that_move_far_need_a_person(world: World, moved: int, decision: str, score: int | None) -> None:
    world.publish_records(records(100))
    give(world, "abm_account_score", dict.fromkeys(records(100), 40))
    world.night()
    give(world, "abm_account_score", dict.fromkeys(records(100), 70))  # all of them by 30, which is not over 30
    give(world, "abm_account_score", dict.fromkeys(records(moved), score))
    verdict = judge(world)
    assert verdict.decision == decision
    assert verdict.measured is not None
    tally = next(tally for tally in verdict.measured.fields if tally.field == "abm_account_score")
    assert (tally.moved, tally.changed + tally.emptied, tally.filled) == (moved, 100, 0)
    if decision == "approve":
        assert tally.moved_keys == ["000", "001", "002", "003", "004"]
        assert verdict.reasons == [
            "abm_account_score moves by over 30 on 21 records, 21.00% of 100; 20.00% may go unasked"
        ]


def test_values_that_come_where_none_was_do_not_move(world: World) -> None:
    world.publish_records(records(100))
    world.night()
    give(world, "abm_account_score", dict.fromkeys(records(100), 90))
    assert judge(world).decision == "send"


@pytest.mark.parametrize(("moved", "decision"), [(25, "send"), (26, "approve")])
def test_styles_that_change_on_many_records_need_a_person(world: World, moved: int, decision: str) -> None:
    world.publish_records(records(100))
    world.night()
    world.publish_records({**records(100), **records(moved, "one_to_few")})
    assert judge(world).decision == decision
    assert judge(world, fields={"abm_style": None}).decision == "send"


def test_any_field_may_be_watched(world: World) -> None:
    world.publish_records(records(100))
    give(world, "abm_cltv_score", dict.fromkeys(records(100), 50))
    give(world, "abm_reason", dict.fromkeys(records(100), "as it was"))
    world.night()
    give(world, "abm_cltv_score", dict.fromkeys(records(2), 56))
    give(world, "abm_reason", dict.fromkeys(records(2), "another"))
    fields = {
        "abm_cltv_score": {"moved_by_over": 5.5, "max_moved_share": 0.01},
        "abm_reason": {"max_moved_share": 0.01},
    }
    assert judge(world, fields=fields).reasons == [
        "abm_cltv_score moves by over 5.5 on 2 records, 2.00% of 100; 1.00% may go unasked",
        "abm_reason moves on 2 records, 2.00% of 100; 1.00% may go unasked",
    ]


def test_summary_tells_what_how_many_which_and_what_an_answer_does(world: World) -> None:
    world.publish_records(records(100))
    world.night()
    world.publish_records({**records(80, "one_to_few"), "new|`<b>": "one_to_one"})
    verdict = judge(world)
    lines = verdict.summary.splitlines()
    assert lines[0] == (
        "**salesforce: 1 creations, 80 updates, 20 removals.** 0 of 81 rows are unchanged, 0 were refused before and "
        "are not sent again."
    )
    assert (
        "- 20 removals are 20.00% of 100 rows in all; 10.00% may go unasked "
        "(`guards.destinations.salesforce.max_remove_share`)"
    ) in lines
    assert "| abm_style | 1 | 80 | 0 | 80 |" in lines
    assert "- create: `new   b `" in lines
    assert "- remove: `080`, `081`, `082`, `083`, `084`" in lines
    assert "- abm_style moves: `000`, `001`, `002`, `003`, `004`" in lines
    assert f"**Approve**: exactly this plan (`{verdict.digest}`) is sent to salesforce." in verdict.summary
    assert "**Reject**, or no answer in time" in verdict.summary


def test_plan_is_shown_as_tables_and_json_with_every_count_and_no_content(world: World) -> None:
    world.publish_members({**members(7, "wide"), "core/a": {"email": "someone@example.com"}}, "linkedin")
    verdict = judge(world, "linkedin")
    (document,) = json.loads(plans_as_json([verdict]))
    assert (document["destination"], document["decision"], document["plan"]) == ("linkedin", "approve", verdict.digest)
    assert document["counts"]["creations"] == 8
    assert [(tally["audience"], tally["creations"]) for tally in document["audiences"]] == [("core", 1), ("wide", 7)]
    assert document["examples"][1] == {
        "audience": "wide",
        "operation": "create",
        "keys": [f"wide/00{number}" for number in range(5)],
    }
    console = Console(record=True, width=120)
    console.print(*plan_tables(verdict))
    told = console.export_text()
    assert "first sync" in told
    assert "wide/004" in told
    assert "someone@" not in told + json.dumps(document) + verdict.summary


def test_verdict_and_its_reasons_are_kept(world: World) -> None:
    world.publish_records(records(100))
    world.night()
    world.publish_records(records(80))
    verdict = judge(world)
    with connect(world.url) as connection:
        kept = connection.execute(
            "select decision, plan_digest, summary from ops.sync_verdicts where run_id = %s", [verdict.run_id]
        ).fetchone()
        found = connection.execute(
            "select finding, policy_key, audience, field from ops.sync_findings where run_id = %s", [verdict.run_id]
        ).fetchall()
    assert kept == ("approve", verdict.digest, verdict.summary)
    assert found == [(1, "guards.destinations.salesforce.max_remove_share", None, None)]


def test_run_that_began_keeps_the_verdict_it_began_with(world: World) -> None:
    world.publish_records(records(100))
    run_id = world.plan().run_id
    world.send(run_id)
    again = activation.guard(world.url, run_id, load_policy(None))
    assert (again.decision, again.measured) == ("approve", None)
    assert again.reasons == ["nothing is acknowledged by salesforce yet: it is the first sync, of 100 rows"]
