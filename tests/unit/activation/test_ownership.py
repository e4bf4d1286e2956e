"""People write over our fields, records are deleted and merged: what is put back, what is left alone, what is told."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from abm import activation, landing
from abm.activation import planning
from abm.activation.field_edits import open_edits
from abm.activation.gone_records import follow_gone
from abm.activation.ownership import plan_records
from abm.activation.same_values import is_same, trimmed
from abm.destinations import Change
from abm.policy.load import load_policy
from abm.policy.tables import fields
from abm.sources import entities
from abm.warehouse import connect

from .conftest import DAY, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .conftest import World

FIELDS = {
    row["field"]: row["platform_field"] for row in fields(load_policy(None)) if row["destination"] == "salesforce"
}
ACCOUNT = next(entity for entity in entities("salesforce") if entity.name == "account")


@pytest.fixture
def crm(world: World, rules_kept: None) -> World:
    """The world with an empty raw table of accounts."""
    landing.ensure_tables(world.url, entities("salesforce"))
    with connect(world.url) as connection:
        for table in ("ops.field_edits", "ops.ownership_marks", "raw_salesforce.account", "marts.fct_style_overrides"):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(*table.split("."))))
    return world


def land(world: World, edits: Mapping[str, Mapping[str, str | None]] | None = None, **merged: str | None) -> None:
    """Land what the platform holds, written over by `edits` (our field to text); `merged` are gone, into another."""
    with connect(world.url) as connection, connection.cursor() as cursor:
        for key in {*world.platform.held, *(edits or {}), *merged}:
            payload = world.platform.held.get(key, {})
            held = {field: as_text(payload.get(name)) for field, name in FIELDS.items()} | dict(
                (edits or {}).get(key, {})
            )
            row = held | {"id": key, "system_modstamp": "now", "_landed_at": "now", "_is_deleted": str(key in merged)}
            row |= {"merged_into_id": merged.get(key)}
            names = sql.SQL(", ").join(map(sql.Identifier, row))
            cursor.execute("delete from raw_salesforce.account where id = %s", [key])
            cursor.execute(
                sql.SQL("insert into raw_salesforce.account ({}) values ({})").format(
                    names, sql.SQL(", ").join([sql.Placeholder()] * len(row))
                ),
                list(row.values()),
            )


def as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def publish(world: World, **scores: int) -> None:
    with connect(world.url) as connection, connection.cursor() as cursor:
        cursor.execute("delete from activation.crm_accounts")
        cursor.executemany(
            "insert into activation.crm_accounts"
            " (destination, object_key, abm_style, abm_account_score, abm_reason, abm_lease_ends)"
            " values ('salesforce', %s, 'one_to_many', %s, 'because', %s)",
            [(key, score, DAY) for key, score in scores.items()],
        )


def override(world: World, key: str, style: str) -> None:
    """Let dbt have made an override of the edit, and the release hold it."""
    with connect(world.url) as connection:
        connection.execute(
            "insert into marts.fct_style_overrides"
            " (override_id, account_id, style, kind, origin, starts_on, ends_on, source, record_id, release_id)"
            " values ('o', 'acme', %s, 'until', 'crm_edit', %s, %s, 'salesforce', %s, 'r1')",
            [style, DAY, DAY + dt.timedelta(days=90), key],
        )
        connection.execute("update activation.crm_accounts set abm_style = %s where object_key = %s", [style, key])


def edits(world: World, *, ended: bool = False) -> list[tuple[Any, ...]]:
    with connect(world.url) as connection:
        return connection.execute(
            "select object_key, field, written, found, decision from ops.field_edits"
            " where (ended_at is not null) = %s order by object_key, field, found_at",
            [ended],
        ).fetchall()


def night(world: World) -> list[Change]:
    """Plan and send, and return what was sent."""
    world.platform.sent.clear()
    world.night()
    return list(world.platform.sent)


def later(world: World, days: int) -> None:
    with connect(world.url) as connection:
        connection.execute(
            "update ops.releases set as_of_date = %s where release_id = 'r1'", [DAY + dt.timedelta(days=days)]
        )


@pytest.fixture(autouse=True)
def _same_day(crm: World) -> Iterator[None]:
    yield
    later(crm, 0)


def test_landing_what_we_wrote_changes_nothing(crm: World) -> None:
    publish(crm, a=50, b=60)
    night(crm)
    land(crm)
    assert night(crm) == []
    assert edits(crm) == []


def test_value_written_over_ours_is_put_back_the_same_night_and_told(crm: World) -> None:
    publish(crm, a=50, b=60)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    sent = night(crm)
    assert [(change.object_key, change.payload["ABM_Account_Score__c"]) for change in sent] == [("a", 50)]
    assert edits(crm) == [("a", "abm_account_score", "50", "99", "restored")]

    land(crm)
    assert night(crm) == []
    assert (edits(crm), len(edits(crm, ended=True))) == ([], 1)


def test_guard_counts_and_approves_what_is_sent_without_what_is_left_alone(crm: World) -> None:
    policy = load_policy(None)
    rule(crm.url, "ownership.edits.abm_account_score", text="until_changed")
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    with connect(crm.url) as connection:
        connection.execute("update activation.crm_accounts set abm_reason = 'another' where object_key = 'a'")
    left_alone = activation.guard(crm.url, crm.plan().run_id, policy)
    assert left_alone.measured is not None
    with connect(crm.url) as connection:
        connection.execute("update ops.sync_changes set payload = payload || '{\"ABM_Account_Score__c\": 1}'")
    again = activation.guard(crm.url, left_alone.run_id, policy)
    assert again.measured is not None
    assert again.digest == left_alone.digest
    assert {tally.field for tally in again.measured.fields if tally.changed or tally.emptied} == {"abm_reason"}


def test_value_emptied_by_hand_is_put_back(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_lease_ends": None, "abm_style": None}})
    assert [change.payload["ABM_Style__c"] for change in night(crm)] == ["one_to_many"]
    assert [(field, found, decision) for _, field, _, found, decision in edits(crm)] == [
        ("abm_lease_ends", None, "restored"),
        ("abm_style", None, "restored"),
    ]


def test_prose_of_a_person_is_never_kept(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_reason": "Ask Ada Example, ada@example.com"}})
    night(crm)
    assert edits(crm) == [("a", "abm_reason", "because", None, "restored")]


def test_what_is_put_back_again_and_again_is_left_alone_in_the_end(crm: World) -> None:
    rule(crm.url, "ownership.restore_attempts", number=2)
    publish(crm, a=50)
    night(crm)
    sent = []
    for _ in range(4):
        land(crm, {"a": {"abm_account_score": "99"}})
        sent.append(len(night(crm)))
    assert sent == [1, 1, 0, 0]
    assert [decision for *_, decision in edits(crm)] == ["reported"]

    later(crm, 90)
    assert len(night(crm)) == 1


def test_field_that_the_policy_leaves_to_people_stays_until_our_value_changes(crm: World) -> None:
    rule(crm.url, "ownership.edits.abm_account_score", text="until_changed")
    publish(crm, a=50, b=60)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    assert night(crm) == []
    assert [decision for *_, decision in edits(crm)] == ["respected"]

    with connect(crm.url) as connection:
        connection.execute("update activation.crm_accounts set abm_reason = 'other' where object_key = 'a'")
    (change,) = night(crm)
    assert "ABM_Account_Score__c" not in change.payload
    assert change.payload["ABM_Reason__c"] == "other"

    publish(crm, a=51, b=60)
    (change,) = night(crm)
    assert change.payload["ABM_Account_Score__c"] == 51


def test_field_that_the_policy_leaves_to_people_for_a_time_is_ours_again_after_it(crm: World) -> None:
    rule(crm.url, "ownership.edits.abm_account_score", text="until_end")
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    assert night(crm) == []
    publish(crm, a=51)
    assert all("ABM_Account_Score__c" not in change.payload for change in night(crm))
    later(crm, 89)
    assert night(crm) == []
    later(crm, 90)
    assert [change.payload["ABM_Account_Score__c"] for change in night(crm)] == [51]


def test_word_that_is_no_style_is_left_alone_and_told_each_night_as_long_as_overrides_last(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_style": "Tier 1"}})
    assert night(crm) == []
    for score in (51, 52):
        publish(crm, a=score)
        (change,) = night(crm)
        assert "ABM_Style__c" not in change.payload
        assert edits(crm) == [("a", "abm_style", "one_to_many", "Tier 1", "reported")]
    later(crm, 90)
    assert [change.payload["ABM_Style__c"] for change in night(crm)] == ["one_to_many"]
    land(crm)
    assert night(crm) == []
    assert edits(crm) == []


def test_style_that_became_an_override_is_respected_and_written_as_we_spell_it(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_style": "1:Few"}})
    override(crm, "a", "one_to_few")
    assert [change.payload["ABM_Style__c"] for change in night(crm)] == ["one_to_few"]
    land(crm)
    assert night(crm) == []
    assert edits(crm) == [("a", "abm_style", "one_to_many", "1:Few", "respected")]

    with connect(crm.url) as connection:
        connection.execute("delete from marts.fct_style_overrides")
    publish(crm, a=50)
    assert [change.payload["ABM_Style__c"] for change in night(crm)] == ["one_to_many"]


def test_style_that_landed_after_the_build_waits_for_the_next_one(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_style": "one_to_few"}})
    publish(crm, a=51)
    (change,) = night(crm)
    assert "ABM_Style__c" not in change.payload
    override(crm, "a", "one_to_few")
    night(crm)
    assert [decision for *_, decision in edits(crm)] == ["respected"]


def test_edit_taken_back_is_over(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_style": "Tier 1"}})
    night(crm)
    land(crm)
    assert night(crm) == []
    assert edits(crm) == []


def test_row_that_was_held_is_put_back_later(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    for _ in range(2):
        assert crm.plan().updates == 1  # never sent: the next plan takes its place
    assert len(night(crm)) == 1


def test_dry_run_beside_a_sender_leaves_the_look_to_the_next_plan(crm: World) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    with connect(crm.url) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('abm activation salesforce', 0))")
        assert crm.plan(dry_run=True).updates == 0
    assert crm.plan(dry_run=True).updates == 1


def test_dry_run_holds_the_destination_no_longer_than_its_look(crm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(crm, a=50)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}})
    real: list[activation.PlanSummary] = []

    def plan_meanwhile(*told: Any) -> Any:
        monkeypatch.undo()
        real.append(crm.plan())
        return plan_records(*told)

    monkeypatch.setattr(planning, "plan_records", plan_meanwhile)
    assert crm.plan(dry_run=True).updates == 1
    assert [plan.updates for plan in real] == [1]


def test_deleted_record_is_forgotten_without_a_write(crm: World) -> None:
    publish(crm, a=50, b=60)
    night(crm)
    land(crm, a=None)
    publish(crm, b=60)
    assert night(crm) == []


def test_merged_record_moves_to_the_one_that_took_it_in(crm: World) -> None:
    publish(crm, a=50, b=60, c=70)
    night(crm)
    land(crm, a="b", b="d")  # d is new: HubSpot gives a merged record a new id
    publish(crm, d=60, c=70)
    assert [(change.object_key, change.operation) for change in night(crm)] == [("d", "update")]
    land(crm)
    assert night(crm) == []


def test_survivor_of_a_merge_that_we_no_longer_want_is_emptied(crm: World) -> None:
    publish(crm, a=50, c=70)
    night(crm)
    land(crm, a="d")
    follow_gone(crm.url, "salesforce")
    publish(crm, c=70)
    sent = night(crm)
    assert [(change.object_key, change.operation) for change in sent] == [("d", "remove")]
    assert set(sent[0].payload.values()) == {None}


def test_record_that_is_gone_stays_so_while_an_older_release_names_it(crm: World) -> None:
    publish(crm, a=50, b=60, c=70)
    night(crm)
    land(crm, a="b", c=None)  # and the candidate of that night was held
    plan = crm.plan()
    assert (plan.creations, plan.updates, plan.removals) == (0, 1, 0)
    assert (plan.rows_withheld, plan.rows_unchanged) == (2, 0)
    assert [(change.object_key, change.operation) for change in night(crm)] == [("b", "update")]
    publish(crm, b=60)
    assert night(crm) == []


def test_survivor_that_an_older_release_cannot_know_keeps_its_fields(crm: World) -> None:
    publish(crm, a=50, c=70)
    night(crm)
    land(crm, a="b", b="d")  # d was not there when the release was built
    assert night(crm) == []
    publish(crm, c=70)  # the next release knows it, and does not want it
    assert [(change.object_key, change.operation) for change in night(crm)] == [("d", "remove")]


def test_record_acknowledged_after_it_landed_as_deleted_is_forgotten(crm: World) -> None:
    publish(crm, a=50, b=60)
    land(crm, b="a")
    follow_gone(crm.url, "salesforce")
    with connect(crm.url) as connection:
        connection.execute(
            "insert into ops.sync_state (destination, object_key, payload_hash, payload, run_id)"
            " values ('salesforce', 'b', 1, '{}', 'earlier')"
        )
    publish(crm, a=50)
    assert "b" not in [change.object_key for change in night(crm)]


def test_values_that_a_merge_mixed_are_no_edit(crm: World) -> None:
    publish(crm, a=50, b=60)
    night(crm)
    land(crm, {"b": {"abm_account_score": "50", "abm_style": "one_to_one"}}, a="b")
    publish(crm, b=60)
    assert [change.payload["ABM_Account_Score__c"] for change in night(crm)] == [60]
    assert edits(crm) == []


def test_what_leaves_is_left_as_it_is_where_the_policy_says_so(crm: World) -> None:
    rule(crm.url, "ownership.removals.salesforce", text="leave")
    publish(crm, a=50, b=60)
    night(crm)
    publish(crm, b=60)
    plan = crm.plan()
    assert (plan.removals, plan.rows_planned) == (0, 0)


def test_edits_are_counted_by_what_was_decided(crm: World) -> None:
    publish(crm, a=50, b=60)
    night(crm)
    land(crm, {"a": {"abm_account_score": "99"}, "b": {"abm_style": "Tier 1"}})
    crm.plan()
    with connect(crm.url) as connection:
        assert open_edits(connection, "salesforce") == {"restored": 1, "reported": 1}
    verdict = activation.guard(crm.url, f"salesforce-{crm.runs}", load_policy(None))
    assert "Edited by hand:** 1 put back, 1 not understood, left as they are." in verdict.summary


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-999, 999),
    st.decimals(-999, 999, places=2).map(float),
    st.dates(dt.date(1980, 1, 1), dt.date(2199, 12, 31)).map(dt.date.isoformat),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20).filter(lambda text: not is_day(text)),
)


def _as_text(value: Any) -> str:
    """Return how a value is written where fields take texts."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spellings(value: Any) -> list[str | None]:
    """Return how platforms give a value back."""
    if value is None:
        return [None, "false"]
    if isinstance(value, bool):
        return [str(value).lower(), str(value)]
    if isinstance(value, int | float):
        return [str(value), f"{value:.2f}", f"{value:.4f}", str(Decimal(str(value)).normalize())]
    if is_day(value):
        moment = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        milliseconds = round((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(milliseconds=1))
        spelled = [value, f"{value}T00:00:00Z", f"{value}T00:00:00.000+0000"]
        return [*spelled, str(milliseconds)] if milliseconds >= 10**11 else spelled
    return [value, f" {value}\r\n", value.replace("\n", "\r\n")]


def is_day(value: str) -> bool:
    return len(value) == 10 and value[4] == "-" and value[7] == "-"


def compare(connection: Any, written: Any, found: str | None) -> bool:
    condition = is_same(sql.SQL("told.written"), sql.SQL("told.found"))
    (same,) = connection.execute(
        sql.SQL("select {} from (select %s::jsonb as written, {} as found) as told").format(
            condition, trimmed(sql.SQL("%s::text"))
        ),
        [json.dumps(written), found],
    ).fetchone()
    return bool(same)


@pytest.fixture(scope="module")
def database(published_warehouse: str) -> Iterator[Any]:
    with connect(published_warehouse, autocommit=True) as connection:
        yield connection


@given(value=VALUES, data=st.data())
def test_whatever_spelling_a_platform_gives_our_value_back_in_is_no_edit(
    database: Any, value: Any, data: st.DataObject
) -> None:
    written = data.draw(st.sampled_from([value, _as_text(value)]))
    assert compare(database, written, data.draw(st.sampled_from(_spellings(value))))


@given(written=st.integers(0, 100), found=st.integers(0, 100))
def test_another_number_is_an_edit(database: Any, written: int, found: int) -> None:
    assert compare(database, written, str(found)) == (written == found)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (50, "fifty"),
        (50, None),
        (50, "1e400"),
        (True, "false"),
        ("2026-03-02", "2026-03-03"),
        ("2026-03-02", None),
        ("one_to_many", "one_to_few"),
        ("one_to_many", None),
        (None, "one_to_many"),
        (None, "0"),
        ("0010", "10"),
    ],
)
def test_another_value_is_an_edit(database: Any, written: Any, found: str | None) -> None:
    assert not compare(database, written, found)
    assert not compare(database, _as_text(written), found)
