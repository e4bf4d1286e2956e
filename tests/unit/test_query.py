"""`abm query` reads, prints, and can change nothing."""

from __future__ import annotations

import csv
import io
import json

import pytest
from rich.console import Console

from abm.errors import ConfigurationError
from abm.query import print_rows

TRIES_TO_CHANGE = [
    "delete from ops.releases",
    "drop table ops.releases",
    "commit; drop table ops.releases",
    "select 1; drop table ops.releases",
    "with gone as (delete from kept returning 1) select * from gone",
    "insert into kept values (2)",
    "select nextval('counted')",
    "select 1 into made",
    "create table made (x int)",
    "copy kept to program 'true'",
    "select pg_read_file('/etc/hostname')",
    "select pg_reload_conf()",
    "do $$ begin delete from kept; end $$",
    "set transaction read write",
    "",
]


@pytest.fixture
def kept(warehouse):
    warehouse.execute("create table kept as select 1 as x; create sequence counted")
    return warehouse


@pytest.mark.parametrize("statement", TRIES_TO_CHANGE)
def test_nothing_can_be_changed(warehouse_url, kept, statement):
    with pytest.raises(ConfigurationError, match=r"^SQL: .+") as told:
        print_rows(warehouse_url, statement, "table", Console())

    assert "\n" not in str(told.value)
    assert kept.execute("select x, to_regclass('made'), to_regclass('ops.releases')::text from kept").fetchall() == [
        (1, None, "ops.releases")
    ]
    assert kept.execute("select is_called from counted").fetchone() == (False,)


def _printed(capsys, url, statement, output):
    print_rows(url, statement, output, Console(width=200))
    return capsys.readouterr().out


ROWS = """
select * from (values (1, 'a,"b"', null, 1.5), (2, '[red]%s[/red]', date '2026-03-02', 2)) as t (n, text, day, x)
"""


def test_csv_holds_every_row(capsys, warehouse_url):
    rows = list(csv.reader(io.StringIO(_printed(capsys, warehouse_url, ROWS, "csv"))))
    assert rows == [["n", "text", "day", "x"], ["1", 'a,"b"', "", "1.5"], ["2", "[red]%s[/red]", "2026-03-02", "2"]]


def test_json_keeps_numbers_as_numbers(capsys, warehouse_url):
    rows = json.loads(_printed(capsys, warehouse_url, ROWS, "json"))
    assert rows[0] == {"n": 1, "text": 'a,"b"', "day": None, "x": 1.5}
    assert rows[1]["day"] == "2026-03-02"


def test_json_of_no_rows_is_an_empty_list(capsys, warehouse_url):
    assert json.loads(_printed(capsys, warehouse_url, "select 1 where false", "json")) == []


def test_table_shows_text_as_it_is(capsys, warehouse_url):
    assert "[red]%s[/red]" in _printed(capsys, warehouse_url, ROWS, "table")


def test_table_of_many_rows_says_where_the_rest_is(capsys, warehouse_url):
    shown = _printed(capsys, warehouse_url, "select generate_series(1, 5000)", "table")
    assert "--format csv" in " ".join(shown.split())
    assert "201" not in shown


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("select * from nowhere", 'relation "nowhere" does not exist. List the tables'),
        ("select 1/0", "division by zero. Mend the statement"),
        ("selec 1", "Only one statement that reads"),
        ("select 'ann@mail.example'::int", "invalid input syntax for type integer. Mend"),
    ],
)
def test_faults_are_told_in_one_line_without_values(warehouse_url, statement, told):
    with pytest.raises(ConfigurationError) as error:
        print_rows(warehouse_url, statement, "csv", Console())
    assert told in str(error.value)
    assert "mail.example" not in str(error.value)
