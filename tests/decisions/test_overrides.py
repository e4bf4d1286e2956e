"""A person's word on a style: where it comes from, when it holds, which one wins, and that none is lost in silence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy

if TYPE_CHECKING:
    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, World

TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
EDIT_DAYS = 90
POLICY = load_policy(None)
INPUTS = ("int_accounts", "int_account_records")
ACCOUNTS: World = {
    "int_accounts": [
        {"account_id": "acme.example", "domain": "acme.example"},
        {"account_id": "salesforce:2", "domain": "acme.example"},
        {"account_id": "bolt.example", "domain": "bolt.example"},
    ],
    "int_account_records": [
        {"source": "salesforce", "record_id": "1", "account_id": "acme.example"},
        {"source": "hubspot", "record_id": "7", "account_id": "bolt.example"},
        {"source": "files", "record_id": "A-1", "account_id": "acme.example"},
    ],
}


@pytest.fixture(scope="module")
def overrides(make_decider: MakeDecider) -> Decider:
    return make_decider(["int_style_overrides", "fct_style_overrides", "fct_override_faults"], INPUTS)


def chosen(decider: Decider, day: dt.date = TODAY, *, is_review: bool = False, **rows: Any) -> dict[str, Any]:
    """Return the overrides by account."""
    found = run(decider, day, is_review=is_review, **rows)["int_style_overrides"]
    assert len(found) == len({row["account_id"] for row in found})
    return {row["account_id"]: row for row in found}


def faults(decider: Decider, **rows: Any) -> dict[str, tuple[str, bool]]:
    found = run(decider, TODAY, **rows)["fct_override_faults"]
    return {row["override_id"]: (row["fault"], row["is_used"]) for row in found}


def run(decider: Decider, day: dt.date, *, is_review: bool = False, **rows: Any) -> World:
    named = {name.replace("__", ".", 1): value for name, value in rows.items()}
    return decider.run({**policy_rows(POLICY, day, is_review=is_review), **ACCOUNTS, **named})


def told(**row: Any) -> dict[str, Any]:
    """Return a row of an overrides file."""
    return {
        "override_id": "o1", "account_id": None, "domain": "acme.example", "style": "one_to_one", "kind": None,
        "author": "Ada", "reason": "New market", "starts_on": None, "ends_on": None, **row,
    }  # fmt: skip


def written(**row: Any) -> dict[str, Any]:
    """Return a row of the override ledger."""
    return {
        "override_id": "o1", "valid_from": TODAY - 5 * DAY, "valid_to": None, "account_id": "acme.example",
        "style": "one_to_one", "kind": "until_recalculated", "origin": "file", "source": "files", "record_id": None,
        "starts_on": TODAY - 5 * DAY, "ends_on": None, "release_id": "r", **row,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("named", "account"),
    [
        ({"domain": "acme.example"}, "acme.example"),
        ({"domain": None, "account_id": "A-1"}, "acme.example"),
        ({"domain": None, "account_id": "salesforce:2"}, "salesforce:2"),
        ({"domain": "bolt.example", "account_id": "nobody"}, "bolt.example"),
    ],
)
def test_account_is_found_by_record_id_or_domain(
    overrides: Decider, named: dict[str, str | None], account: str
) -> None:
    assert list(chosen(overrides, raw_files__overrides=[told(**named)])) == [account]


@pytest.mark.parametrize("style", ["one_to_few", " 1:Few ", "Key", "ABM-Lite"])
def test_styles_go_by_their_known_names(overrides: Decider, style: str) -> None:
    assert chosen(overrides, raw_files__overrides=[told(style=style)])["acme.example"]["style"] == "one_to_few"


@pytest.mark.parametrize(
    ("starts", "ends", "holds"), [(0, 1, True), (-9, None, True), (1, None, False), (-9, 0, False)]
)
def test_override_holds_from_its_first_day_until_the_day_it_ends(
    overrides: Decider, starts: int, ends: int | None, *, holds: bool
) -> None:
    row = told(starts_on=TODAY + starts * DAY, ends_on=None if ends is None else TODAY + ends * DAY)
    assert bool(chosen(overrides, raw_files__overrides=[row])) == holds


def test_override_until_recalculated_ends_with_the_next_review_for_good(overrides: Decider) -> None:
    rows = [told(kind="until_recalculated")]
    assert chosen(overrides, is_review=True, raw_files__overrides=rows)  # this review is the first to see it
    known = [written()]
    assert chosen(overrides, raw_files__overrides=rows, ops__override_ledger=known)
    assert not chosen(overrides, is_review=True, raw_files__overrides=rows, ops__override_ledger=known)
    ended = [written(valid_to=TODAY - DAY)]
    assert not chosen(overrides, raw_files__overrides=rows, ops__override_ledger=ended)
    ended_today = [written(valid_to=TODAY)]  # by an earlier build of this day, which this one replaces
    assert chosen(overrides, raw_files__overrides=rows, ops__override_ledger=ended_today)


def test_first_day_of_an_undated_override_is_kept(overrides: Decider) -> None:
    found = chosen(overrides, raw_files__overrides=[told()], ops__override_ledger=[written(kind="permanent")])
    assert found["acme.example"]["starts_on"] == TODAY - 5 * DAY


def test_latest_beginning_wins_then_the_kind_that_ends_sooner_then_the_id(overrides: Decider) -> None:
    rows = [
        told(override_id="o1", starts_on=TODAY),
        told(override_id="o2", starts_on=TODAY - DAY, ends_on=TODAY + DAY),
    ]
    assert chosen(overrides, raw_files__overrides=rows)["acme.example"]["override_id"] == "o1"
    rows += [told(override_id="o4", starts_on=TODAY, ends_on=TODAY + DAY)]
    assert chosen(overrides, raw_files__overrides=rows)["acme.example"]["override_id"] == "o4"
    rows += [told(override_id="o3", starts_on=TODAY, ends_on=TODAY + 9 * DAY)]
    assert chosen(overrides, raw_files__overrides=rows)["acme.example"]["override_id"] == "o3"


def test_override_that_cannot_be_used_is_told(overrides: Decider) -> None:
    rows = [
        told(override_id="account", domain="nobody.example"),
        told(override_id="style", style="tier 1"),
        told(override_id="kind", kind="forever"),
        told(override_id="seat", kind="manual_seat"),
        told(override_id="until", kind="until"),
        told(override_id="silent", author=None, domain="bolt.example"),
    ]
    assert faults(overrides, raw_files__overrides=rows) == {
        "account": ("unknown_account", False),
        "style": ("unknown_style", False),
        "kind": ("unknown_kind", False),
        "seat": ("no_end", False),
        "until": ("no_end", False),
        "silent": ("not_explained", True),
    }
    assert list(chosen(overrides, raw_files__overrides=rows)) == ["bolt.example"]


def test_crm_fields_are_an_override_of_the_records_account(overrides: Decider) -> None:
    rows = [{
        "id": "7", "override_style": "1:One", "override_until": str(TODAY + DAY), "override_author": "Ada",
        "override_reason": "Asked for it",
    }]  # fmt: skip
    found = chosen(overrides, raw_hubspot__company=rows)["bolt.example"]
    assert (found["style"], found["kind"], found["origin"], found["starts_on"]) == ("one_to_one", "until", "crm", TODAY)
    assert not chosen(overrides, TODAY + DAY, raw_hubspot__company=rows)


def crm(style: str | None, changed: str = "12:00", acknowledged: str = "one_to_many") -> dict[str, Any]:
    """Return a CRM record changed at a time of day, and what it acknowledged at ten."""
    return {
        "raw_salesforce__account": [
            {"id": "1", "abm_style": style, "system_modstamp": f"2026-03-01T{changed}:00Z"},
        ],
        "ops__sync_state": [
            {
                "destination": "salesforce",
                "object_key": "1",
                "payload_hash": 1,
                "payload": {POLICY.fields["salesforce"]["abm_style"]: acknowledged},
                "acknowledged_at": "2026-03-01T10:00:00Z",
                "run_id": "s1",
            }
        ],
    }


def edited(**row: Any) -> dict[str, Any]:
    first = TODAY - 5 * DAY
    return written(**{
        "override_id": f"crm_edit:salesforce:1:{first}", "kind": "until", "origin": "crm_edit", "source": "salesforce",
        "record_id": "1", "ends_on": first + EDIT_DAYS * DAY, **row,
    })  # fmt: skip


def test_style_edited_in_the_crm_becomes_a_timed_override(overrides: Decider) -> None:
    found = chosen(overrides, **crm("1:One"))["acme.example"]
    assert (found["style"], found["kind"], found["origin"]) == ("one_to_one", "until", "crm_edit")
    assert (found["starts_on"], found["ends_on"]) == (TODAY, TODAY + EDIT_DAYS * DAY)


@pytest.mark.parametrize(
    ("style", "changed"),
    [
        ("one_to_one", "09:59"),  # read before our own write
        ("one_to_many", "12:00"),  # ours, on a record that changed elsewhere
        ("1:Many", "12:00"),
        (None, "12:00"),
    ],
)
def test_what_is_no_edit_stays_none(overrides: Decider, style: str | None, changed: str) -> None:
    assert not chosen(overrides, **crm(style, changed))


def test_edit_lasts_though_the_crm_acknowledged_it_and_ends_by_itself(overrides: Decider) -> None:
    agreed = crm("one_to_one", acknowledged="one_to_one")
    known = [edited()]
    found = chosen(overrides, **agreed, ops__override_ledger=known)["acme.example"]
    assert found["override_id"] == known[0]["override_id"]
    assert chosen(overrides, found["ends_on"] - DAY, **agreed, ops__override_ledger=known)
    assert not chosen(overrides, found["ends_on"], **agreed, ops__override_ledger=known)


def test_second_build_of_a_day_sees_the_edit_that_the_first_one_saw(overrides: Decider) -> None:
    today = [edited(valid_from=TODAY, starts_on=TODAY)]
    assert chosen(overrides, **crm("one_to_one", acknowledged="one_to_one"), ops__override_ledger=today)


def test_next_edit_replaces_the_last_and_an_emptied_field_ends_it(overrides: Decider) -> None:
    known = [edited()]
    again = crm("one_to_few", acknowledged="one_to_one")
    found = chosen(overrides, **again, ops__override_ledger=known)["acme.example"]
    assert (found["style"], found["starts_on"]) == ("one_to_few", TODAY)
    assert not chosen(overrides, **crm(None, acknowledged="one_to_one"), ops__override_ledger=known)


def test_edit_that_still_waits_is_the_same_edit(overrides: Decider) -> None:
    known = [edited()]
    found = chosen(overrides, **crm("1:One"), ops__override_ledger=known)["acme.example"]
    assert found["override_id"] == known[0]["override_id"]


def test_edit_that_names_no_style_is_told(overrides: Decider) -> None:
    assert faults(overrides, **crm("Tier 1")) == {f"crm_edit:salesforce:1:{TODAY}": ("unknown_style", False)}


def noted(**row: Any) -> dict[str, Any]:
    """Return a row of what people wrote over our fields, noted when the last plan was made."""
    return {
        "destination": "hubspot", "object_key": "7", "field": "abm_style", "platform_field": "abm_style",
        "written": "one_to_many", "found": "Tier 1", "found_digest": "d", "decision": "reported",
        "since": TODAY - 3 * DAY, "found_at": dt.datetime.combine(TODAY - 3 * DAY, dt.time(), dt.UTC),
        "decided_at": dt.datetime.combine(TODAY - 3 * DAY, dt.time(), dt.UTC),
        "ends_on": TODAY + 87 * DAY, "times": 1, "ended_at": None, **row,
    }  # fmt: skip


def company(style: str | None) -> dict[str, Any]:
    """Return a landed company that did not change since we wrote to it."""
    moment = dt.datetime.combine(TODAY - 5 * DAY, dt.time(), dt.UTC)
    return {"id": "7", "abm_style": style, "updated_at": moment}


def test_word_that_is_no_style_is_told_each_night_while_it_stands(overrides: Decider) -> None:
    rows = {"raw_hubspot__company": [company("Tier 1")], "ops__field_edits": [noted()]}
    told_of = {f"crm_edit:hubspot:7:{TODAY - 3 * DAY}": ("unknown_style", False)}
    assert faults(overrides, **rows) == told_of
    assert chosen(overrides, **rows) == {}


def test_style_that_was_noted_after_the_last_build_is_kept_from_the_day_it_was_found(overrides: Decider) -> None:
    rows = {"raw_hubspot__company": [company("1:Few")], "ops__field_edits": [noted(found="1:Few")]}
    override = chosen(overrides, **rows)["bolt.example"]
    assert (override["style"], override["starts_on"]) == ("one_to_few", TODAY - 3 * DAY)
    assert override["ends_on"] == TODAY + (EDIT_DAYS - 3) * DAY


@pytest.mark.parametrize(
    ("style", "row"),
    [
        ("one_to_many", {}),
        (None, {}),
        ("Tier 1", {"ended_at": dt.datetime.combine(TODAY - DAY, dt.time(12), dt.UTC)}),
        ("Tier 1", {"since": TODAY + DAY}),
        ("Tier 1", {"field": "abm_base_style"}),
        ("Tier 1", {"decision": "restored"}),
    ],
    ids=["taken back", "emptied", "over", "not yet", "another field", "put back"],
)
def test_what_was_noted_counts_only_while_it_stands(overrides: Decider, style: str | None, row: dict[str, Any]) -> None:
    rows = {"raw_hubspot__company": [company(style)], "ops__field_edits": [noted(**row)]}
    assert faults(overrides, **rows) == {}
    assert chosen(overrides, **rows) == {}


def test_edit_goes_with_its_record(overrides: Decider) -> None:
    edit = written(
        origin="crm_edit", kind="until", source="hubspot", record_id="7", account_id="bolt.example",
        ends_on=TODAY + 9 * DAY,
    )  # fmt: skip
    rows = {"raw_hubspot__company": [company("one_to_one")], "ops__override_ledger": [edit]}
    assert list(chosen(overrides, **rows)) == ["bolt.example"]
    rows["raw_hubspot__company"] = []
    assert chosen(overrides, **rows) == {}
    assert faults(overrides, **rows) == {}
