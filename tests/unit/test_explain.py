"""`abm explain` finds one account, tells its story, and helps where it finds none or many."""

from __future__ import annotations

import datetime as dt

import pytest
from rich.console import Console

from abm.errors import ConfigurationError
from abm.explain import day_tables, explain, explain_day, story_tables

RELEASE = """
create table marts.dim_accounts as
select * from (values
    ('alpha.example', 'Alpha [red]Works[/red]', 'alpha.example'), ('beta.example', 'Beta', 'beta.example'),
    ('crm:1', 'Twin', null), ('crm:2', 'Twin', null)
) as t (account_id, account_name, domain);
create table marts.fct_account_scores as
select account_id, 74.7 as account_score, '+ fits' as score_reasons from marts.dim_accounts;
create table marts.fct_account_styles as
select account_id, 'one_to_few' as effective_style, 'rank 1 of 50 seats' as reason from marts.dim_accounts;
create table marts.fct_style_history as
select
    account_id, style as effective_style, day as valid_from, null::date as valid_to, 'p1' as policy_version
from marts.dim_accounts,
    (values ('one_to_many', date '2026-01-01'), ('one_to_few', date '2026-02-01')) as t (style, day);
create table activation.crm_accounts as
select 'salesforce' as destination, '001' as object_key, 'alpha.example' as account_id;
create table activation.audience_members as
select 'linkedin' as destination, 'Programme' as audience, 'm1' as member_key, 'alpha.example' as account_id;
insert into ops.sync_runs (run_id, destination, status, rows_desired, rows_planned)
values ('r', 'salesforce', 'finished', 2, 2);
insert into ops.sync_changes (run_id, destination, object_key, operation, outcome, reason_code, finished_at)
values ('r', 'salesforce', '001', 'update', 'refused', 'LOCKED', '2026-03-02 01:02:03+00'),
    ('r', 'linkedin', 'Programme/m1', 'create', 'created', null, '2026-03-02 01:02:04+00'),
    ('r', 'salesforce', '002', 'update', 'updated', null, now());
"""


@pytest.fixture
def released(warehouse_url, warehouse):
    warehouse.execute(RELEASE)
    return warehouse_url


@pytest.mark.parametrize("name", ["alpha.example", "ALPHA.example", "alpha [RED]works[/red]", " alpha.example "])
def test_account_is_found_by_id_domain_or_name(released, name):
    assert explain(released, name).account["account_id"] == "alpha.example"


def test_story_holds_scores_history_newest_first_and_what_was_sent(released):
    story = explain(released, "alpha.example")

    assert story.scores["score_reasons"] == "+ fits"
    assert [row["effective_style"] for row in story.history] == ["one_to_few", "one_to_many"]
    assert [(row["destination"], row["outcome"]) for row in story.sent] == [
        ("linkedin", "created"),
        ("salesforce", "refused"),
    ]


def test_story_is_shown_as_it_is(released, capsys):
    Console(width=160).print(*story_tables(explain(released, "alpha.example")))
    shown = capsys.readouterr().out

    for part in ("Alpha [red]Works[/red]", "rank 1 of 50 seats", "LOCKED", "2026-03-02 01:02"):
        assert part in shown


def test_account_that_nothing_was_sent_for_says_so(released, capsys):
    Console().print(*story_tables(explain(released, "beta")))
    assert "nothing yet" in capsys.readouterr().out


def test_name_of_two_accounts_lists_both(released):
    with pytest.raises(ConfigurationError, match=r"'twin': means more than one.*crm:1.*crm:2"):
        explain(released, "twin")


@pytest.mark.parametrize("name", ["Bta", "%", "'; drop table marts.dim_accounts --", "%s"])
def test_unknown_account_gets_the_nearest_names(released, name):
    with pytest.raises(ConfigurationError, match=r"is not known. Nearest names: .+\(.+\)"):
        explain(released, name)


def test_no_release_yet_says_what_to_run(warehouse_url):
    with pytest.raises(ConfigurationError, match=r"no published release. Run 'abm run'"):
        explain(warehouse_url, "alpha.example")


DECISIONS = """
insert into ops.policy_versions (policy_version, document) values ('p1', '{}'), ('p2', '{}');
insert into ops.releases (release_id, as_of_date, policy_version, status, is_review, decided_by, published_at)
values ('r1', '2026-01-01', 'p1', 'superseded', true, 'Ada', '2026-01-01'),
    ('r2', '2026-02-01', 'p2', 'superseded', false, 'within budget', '2026-02-01'),
    ('r2b', '2026-02-01', 'p2', 'superseded', false, 'abm run', '2026-02-02'),
    ('r3', '2026-03-01', 'p2', 'published', false, 'within budget', '2026-03-01');
insert into ops.style_ledger (
    account_id, effective_style, base_style, valid_from, valid_to, reason_code, reason, policy_version, release_id
)
values
    ('alpha.example', 'one_to_many', 'one_to_many', '2026-01-01', '2026-02-01', 'band_and_seat', 'Old.', 'p1', 'r1'),
    ('alpha.example', 'one_to_few', 'one_to_many', '2026-02-01', null, 'lease', 'Leased.', 'p2', 'r2b'),
    ('gone.example', 'one_to_one', 'one_to_one', '2026-01-01', '2026-02-01', 'band_and_seat', 'Was.', 'p1', 'r1');
insert into ops.input_ledger (
    account_id, valid_from, valid_to, value_band, account_score, is_customer, proposed_style, reason_code, reason,
    policy_version, release_id
)
values
    ('alpha.example', '2026-01-01', '2026-01-10', 'one_to_many', 40, false, 'one_to_many', 'x', 'First.', 'p1', 'r1'),
    ('alpha.example', '2026-01-10', null, 'one_to_many', 55, false, 'one_to_few', 'x', 'Next.', 'p1', 'r1');
insert into ops.lease_ledger (
    lease_id, valid_from, account_id, style, trigger, starts_on, ends_on, renewals, release_id
)
values ('l1', '2026-02-01', 'alpha.example', 'one_to_few', 'demo_request', '2026-02-01', '2026-03-03', 0, 'r2b');
"""


@pytest.fixture
def remembered(released, warehouse):
    warehouse.execute(DECISIONS)
    return released


@pytest.mark.parametrize(
    ("day", "style", "score", "told", "release"),
    [
        ("2026-01-01", "one_to_many", 40, "First.", "r1"),
        ("2026-01-09", "one_to_many", 40, "First.", "r1"),
        ("2026-01-10", "one_to_many", 55, "Next.", "r1"),
        ("2026-01-31", "one_to_many", 55, "Next.", "r1"),
        ("2026-02-01", "one_to_few", 55, "Next.", "r2b"),
        ("2026-03-01", "one_to_few", 55, "Next.", "r3"),
    ],
)
def test_any_past_day_has_style_inputs_policy_and_reason(remembered, day, style, score, told, release):
    answer = explain_day(remembered, "Alpha [red]Works[/red]", dt.date.fromisoformat(day))

    assert answer.style["effective_style"] == style
    assert answer.sections[0].rows[0]["account_score"] == score
    assert told in answer.sentence
    assert answer.release["release_id"] == release


def test_answer_for_a_day_stands_in_one_sentence(remembered):
    assert explain_day(remembered, "alpha.example", dt.date(2026, 2, 3)).sentence == (
        "On 2026-02-03 alpha.example was one_to_few, lent from one_to_many, since 2026-02-01. Next. "
        "Decided by policy p2, release r2b as of 2026-02-01, published by abm run."
    )


def test_lease_stands_in_the_story_and_on_its_days_only(remembered):
    assert "Leases" in [section.title for section in explain(remembered, "alpha.example").sections]
    assert "Leases" in [s.title for s in explain_day(remembered, "alpha.example", dt.date(2026, 2, 1)).sections]
    assert "Leases" not in [s.title for s in explain_day(remembered, "alpha.example", dt.date(2026, 1, 31)).sections]


def test_account_that_is_gone_is_still_explained(remembered):
    assert explain_day(remembered, "gone.example", dt.date(2026, 1, 31)).style["effective_style"] == "one_to_one"
    with pytest.raises(ConfigurationError, match=r"no style on 2026-02-01. Name a day from 2026-01-01 and before"):
        explain_day(remembered, "gone.example", dt.date(2026, 2, 1))


def test_account_that_is_gone_says_since_when_and_how_to_ask(remembered):
    with pytest.raises(ConfigurationError, match=r"gone since 2026-02-01.*abm explain gone.example --on 2026-01-31"):
        explain(remembered, "gone.example")


def test_day_is_shown(remembered, capsys):
    Console(width=160).print(*day_tables(explain_day(remembered, "alpha.example", dt.date(2026, 2, 3))))
    shown = capsys.readouterr().out

    for part in ("lent from one_to_many", "demo_request", "account_score", "r2b"):
        assert part in shown


def test_what_would_change_it_names_each_way_in(released, warehouse):
    warehouse.execute(
        "alter table marts.fct_account_styles add waitlist_style text, add waitlist_rank bigint,"
        " add waitlist_points_needed numeric, add waitlist_marketers_needed integer,"
        " add waitlist_potential_needed numeric"
    )
    assert explain(released, "beta").what_would_change_it == []
    warehouse.execute(
        "update marts.fct_account_styles set waitlist_style = 'one_to_one', waitlist_rank = 16,"
        " waitlist_points_needed = 74.2, waitlist_marketers_needed = 1"
    )
    assert explain(released, "beta").what_would_change_it == [
        "Place 16 of those who want one_to_one. Each of these alone would seat it there:",
        "  an account score of 74.2",
        "  1 more marketer of one_to_one",
    ]


def test_what_names_a_member_to_a_platform_is_not_shown(released, warehouse, capsys):
    warehouse.execute(
        """
        insert into ops.sync_state (destination, object_key, payload_hash, payload, run_id) values
            ('salesforce', '001', 1, '{"ABM_Style__c": "one_to_few"}', 'r'),
            ('linkedin', 'Programme/m1', 1, '{"email": "ada@example.com"}', 'r')
        """
    )
    Console(width=200).print(*story_tables(explain(released, "alpha.example")))
    shown = capsys.readouterr().out

    assert "ABM_Style__c" in shown
    assert "Programme/m1" in shown
    assert "ada@example.com" not in shown


def test_story_tells_what_people_wrote_over_our_fields(released, warehouse):
    warehouse.execute(
        "insert into ops.field_edits (destination, object_key, field, platform_field, written, found, found_digest,"
        " decision, since) values ('salesforce', '001', 'abm_style', 'ABM_Style__c', 'one_to_few', 'Tier 1', 'd',"
        " 'reported', '2026-03-02'), ('salesforce', '002', 'abm_style', 'ABM_Style__c', 'one_to_few', 'x', 'd',"
        " 'reported', '2026-03-02')"
    )
    (section,) = [part for part in explain(released, "alpha.example").sections if "Edited by hand" in part.title]
    (row,) = section.rows
    assert (row["field"], row["found"], row["decision"]) == ("abm_style", "Tier 1", "reported")
