"""`abm explain` finds one account, tells its story, and helps where it finds none or many."""

from __future__ import annotations

import pytest
from rich.console import Console

from abm.errors import ConfigurationError
from abm.explain import explain, story_tables

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
