"""The tables at the end of a night fit a terminal and show data as it is."""

from __future__ import annotations

import datetime as dt

import pytest
from rich.console import Console

from abm.policy.load import load_policy
from abm.release import start_build
from abm.report import OUTCOMES, print_report

RELEASE = """
update ops.releases set status = 'published', published_at = now();
create table marts.dim_accounts as
select * from (values ('a', 'Alpha [red]Works[/red]'), ('b', 'Beta')) as t (account_id, account_name);
create table marts.fct_account_scores as
select account_id, date '2026-03-02' as as_of_date, score as account_score, '+ fits' as score_reasons
from (values ('a', 74.66), ('b', null)) as t (account_id, score);
create table marts.fct_account_styles as
select
    account_id, date '2026-03-02' as as_of_date, 'one_to_few' as effective_style, account_id as reason_code,
    'rank 1 of 50 seats' as reason
from marts.dim_accounts;
create table marts.fct_style_capacity as
select 'one_to_few' as style, date '2026-03-02' as as_of_date, 50 as seats, 2 as used, 0 as waitlisted,
    12000.4 as planned_spend
union all
select 'targeted_demand_gen', date '2026-03-02', null, 1, 0, 0;
create table marts.fct_style_moves as
select
    account_id, account_name, 'one_to_many' as from_style, 'one_to_few' as to_style, 'Best of its band' as reason,
    1000.0 as planned_spend_before, 6000.0 as planned_spend_after
from marts.dim_accounts where account_id = 'a';
create table marts.fct_override_faults as
select 'o1' as override_id, 'files' as source, 'No account has this id' as remedy, false as is_used;
insert into ops.sync_runs (run_id, destination, release_id, status, rows_desired, rows_planned)
select 'r1', 'salesforce', release_id, 'finished', 1234567, 1 from ops.releases;
insert into ops.sync_changes (run_id, destination, object_key, operation, outcome)
values ('r1', 'salesforce', '001', 'create', 'created');
"""


@pytest.fixture
def released(warehouse_url, warehouse):
    start_build(warehouse_url, as_of=dt.date(2026, 3, 2), release_id="one", policy=load_policy(None))
    warehouse.execute(RELEASE)
    return warehouse_url


def _shown(url, capsys, **options):
    print_report(url, Console(width=80), **options)
    return capsys.readouterr().out


def test_report_shows_styles_decisions_and_outcomes(released, capsys):
    shown = " ".join(_shown(released, capsys).split())

    assert "one_to_few │ 2 │ 50 │ 0 │ 12,000" in shown
    assert "no limit" in shown
    assert "Alpha [red]Works[/red]" in shown
    assert "74.7" in shown
    assert "salesforce 1" in shown


def test_audience_is_told_with_what_was_expected_and_read(released, warehouse, capsys):
    assert "Audiences, as planned" not in _shown(released, capsys)
    warehouse.execute(
        "insert into ops.audience_forecasts"
        " (run_id, destination, audience, members, clusters, learned_from, expected_size, decision, reason)"
        " values ('r1', 'salesforce', 'wide', 10, 0, 0, 200, 'skip', 'below the minimum');"
        " insert into ops.sync_audiences (destination, audience, audience_size) values ('salesforce', 'wide', 150)"
    )
    shown = " ".join(_shown(released, capsys).split())
    assert "wide │ salesforce │ 10 │ 200 │ 150 │ skip: below the" in shown


def test_outcomes_fit_80_columns(released, capsys):
    shown = _shown(released, capsys)

    assert [outcome for outcome in ("Destination", *OUTCOMES) if outcome not in shown] == []
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_dry_run_shows_nothing_as_written(released, capsys):
    assert "What was written" not in _shown(released, capsys, is_sent=False)


def test_digest_tells_who_moved_why_and_what_changes(released, capsys):
    shown = " ".join(_shown(released, capsys).split())

    for part in ("Who moved", "Best of its", "1000 to", "Overrides to look at", "No account has this id"):
        assert part in shown


def test_night_on_which_nobody_moved_has_no_digest(released, warehouse, capsys):
    warehouse.execute("truncate marts.fct_style_moves, marts.fct_override_faults")
    shown = _shown(released, capsys)

    assert "Who moved" not in shown
    assert "Overrides" not in shown
