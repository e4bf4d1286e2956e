"""Files become canonical rows; a file that cannot is refused with its place and a remedy, never with its values."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import ConfigurationError
from abm.settings import Connection
from abm.sources import entities, open_source
from abm.sources.files.reading import MAX_HEADER_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

ENTITIES = {entity.name: entity for entity in entities("files")}


class Folder:
    """A folder of files with a mapping."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mapping: dict[str, Any] = {}

    def write(self, name: str, content: str | bytes) -> None:
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def map(self, entity: str, file: str, columns: dict[str, Any], **options: Any) -> None:
        self.mapping[entity] = {"file": file, "columns": columns, **options}

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """Return the entity's rows, each with the columns that hold something."""
        self.write("mapping.yml", yaml.safe_dump({"entities": self.mapping}))
        source = open_source("files", Connection("abm_files", extra={"path": str(self.path)}))
        table = pa.Table.from_batches(source.extract(ENTITIES[entity], None), schema=ENTITIES[entity].schema)
        source.close()
        return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]

    def faults(self, entity: str = "accounts") -> list[str]:
        with pytest.raises(ConfigurationError) as told:
            self.rows(entity)
        return [str(fault) for fault in told.value.faults]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def one_column(folder: Folder) -> Callable[..., Any]:
    """Map one column of accounts by an expression, over cells given, and return what it makes of them."""

    def make(canonical: str, expression: Any, *cells: str) -> list[Any]:
        folder.write("a.csv", "id,x\n" + "".join(f'{row},"{cell}"\n' for row, cell in enumerate(cells)))
        folder.map("accounts", "a.csv", {"account_id": "id", canonical: expression})
        return [row.get(canonical) for row in folder.rows("accounts")]

    return make


ACCOUNTS = "id,name\n1,Acme\n2,Zeta\n"
NAMED = {"account_id": "id", "account_name": "name"}


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (ACCOUNTS, {}),
        ("\ufeff" + ACCOUNTS, {}),
        (ACCOUNTS.replace("\n", "\r\n"), {}),
        (ACCOUNTS.replace(",", ";"), {"delimiter": ";"}),
        (ACCOUNTS.encode("utf-16"), {"encoding": "utf-16"}),
        ('"id","name","other"\n1," Acme ",x\n\n2,Zeta,"a ""b"",\nc"\n', {}),
        ("id,name\n1,Acme\n2,Zeta", {}),
    ],
    ids=["plain", "BOM", "CRLF", "semicolon", "utf-16", "quotes", "no last line end"],
)
def test_csv_is_read_in_the_forms_that_people_export(folder: Folder, content: Any, options: Any) -> None:
    folder.write("a.csv", content)
    folder.map("accounts", "a.csv", NAMED, **options)
    assert folder.rows("accounts") == [
        {"account_id": "1", "account_name": "Acme"},
        {"account_id": "2", "account_name": "Zeta"},
    ]


def test_latin_1_gz_and_globs_are_read(folder: Folder) -> None:
    folder.write("a1.csv.gz", gzip.compress("id,name\n1,Zoë\n".encode("latin-1")))
    folder.write("a2.csv.gz", gzip.compress("name,id\nÅsa,2\n".encode("latin-1")))
    folder.map("accounts", "a*.csv.gz", NAMED, encoding="latin-1")
    assert [row["account_name"] for row in folder.rows("accounts")] == ["Zoë", "Åsa"]


def test_parquet_keeps_its_types(folder: Folder) -> None:
    table = pa.table({"id": [1, 2], "staff": [5, None], "at": [date(2026, 3, 1), None], "won": [True, None]})
    pq.write_table(table, folder.path / "o.parquet")
    folder.map(
        "opportunities", "o.parquet", {"opportunity_id": "id", "amount": "staff", "closed_date": "at", "is_won": "won"}
    )
    assert folder.rows("opportunities") == [
        {"opportunity_id": "1", "amount": 5.0, "closed_date": date(2026, 3, 1), "is_won": True},
        {"opportunity_id": "2"},
    ]


def test_entities_without_a_mapping_have_no_rows(folder: Folder) -> None:
    folder.write("a.csv", ACCOUNTS)
    folder.map("accounts", "a.csv", NAMED)
    assert folder.rows("contacts") == []


@pytest.mark.parametrize(
    ("canonical", "expression", "cells", "made"),
    [
        ("annual_revenue", {"column": "x", "multiply": 1_000_000}, ["1100.04", ""], [1_100_040_000.0, None]),
        ("annual_revenue", {"column": "x", "thousands": ","}, ["1,234,567.5"], [1_234_567.5]),
        ("annual_revenue", {"column": "x", "thousands": ".", "decimal": ","}, ["1.234,5"], [1234.5]),
        (
            "industry",
            {"column": "x", "map": {"technolgy": "technology"}},
            ["technolgy", "retail"],
            ["technology", "retail"],
        ),
        (
            "industry",
            {"column": "x", "map": {"n/a": None}, "default": "unknown"},
            ["n/a", "", "x"],
            ["unknown", "unknown", "x"],
        ),
        ("employees", {"column": "x", "map": {"1-10": 5, 7: 8}}, ["1-10", "7", "9"], [5.0, 8.0, 9.0]),
        ("currency_code", {"value": "USD"}, ["a", "b"], ["USD", "USD"]),
        ("employees", {"value": 3}, ["a"], [3.0]),
        ("city", "x", ["  Oslo ", "   "], ["Oslo", None]),
    ],
)
def test_expressions_make_values(one_column: Any, canonical: str, expression: Any, cells: Any, made: Any) -> None:
    assert one_column(canonical, expression, *cells) == made


@pytest.mark.parametrize(
    ("expression", "cell", "made"),
    [
        ("x", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("x", "2026-03-01 04:05:06", datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)),
        ("x", "2026-03-01T04:05:06.25Z", datetime(2026, 3, 1, 4, 5, 6, 250_000, tzinfo=UTC)),
        ("x", "2026-03-01T04:05:06+02:00", datetime(2026, 3, 1, 2, 5, 6, tzinfo=UTC)),
        ({"column": "x", "date_format": "%d.%m.%Y %H:%M"}, "1.3.2026 4:05", datetime(2026, 3, 1, 4, 5, tzinfo=UTC)),
        ({"column": "x", "default": "2026-03-01"}, "", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_utc(folder: Folder, expression: Any, cell: str, made: datetime) -> None:
    folder.write("t.csv", f"id,x\n1,{cell}\n")
    folder.map("activities", "t.csv", {"activity_id": "id", "occurred_at": expression})
    assert folder.rows("activities") == [{"activity_id": "1", "occurred_at": made}]


def test_a_key_is_the_same_wherever_its_columns_hold_the_same(folder: Folder) -> None:
    folder.write("o.csv", "agent,deal\nAnn Example,1\n ann example ,2\n,3\nBob Example,4\n")
    folder.map("opportunities", "o.csv", {"opportunity_id": {"key": ["deal", "agent"]}, "owner_id": {"key": ["agent"]}})
    rows = folder.rows("opportunities")
    owners = [row.get("owner_id") for row in rows]
    assert owners[0] == owners[1] != owners[3]
    assert owners[2] is None
    assert "ann" not in str(owners).lower()
    assert len({row["opportunity_id"] for row in rows}) == 4


def test_an_address_as_the_key_of_a_person_lands_as_its_digest(folder: Folder) -> None:
    folder.write("people.csv", "mail,id\nAnn@Example.com,7\nbob@example.com,8\n")
    folder.write("visits.csv", "visit,mail\n1,ann@example.com\n2,\n")
    folder.map("contacts", "people.csv", {"contact_id": "mail", "email": "mail"})
    folder.map("activities", "visits.csv", {"activity_id": "visit", "contact_id": "mail"})
    by_address = [row["contact_id"] for row in folder.rows("contacts")]
    assert not any("@" in key for key in by_address)
    assert [row.get("contact_id") for row in folder.rows("activities")] == [by_address[0], None]
    folder.map("contacts", "people.csv", {"contact_id": {"key": ["mail"]}})
    assert [row["contact_id"] for row in folder.rows("contacts")] == by_address
    folder.map("contacts", "people.csv", {"contact_id": "id"})
    assert [row["contact_id"] for row in folder.rows("contacts")] == ["7", "8"]


def test_a_lookup_takes_the_value_beside_its_match(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    folder.write("leads.csv", "lead,account\nl1,a1\nl2,a2\n")
    folder.write("o.csv", "id,lead\n1,l2\n2,l9\n3,\n")
    lookup = {"column": "lead", "lookup": {"file": "leads.csv", "match": "lead", "take": "account"}}
    folder.map("opportunities", "o.csv", {"opportunity_id": "id", "account_id": lookup})
    assert [row.get("account_id") for row in folder.rows("opportunities")] == ["a2", None, None]
    assert "opportunities.account_id: 1 values have no match" in caplog.text


def test_an_ambiguous_lookup_is_refused(folder: Folder) -> None:
    folder.write("leads.csv", "lead,account\nl1,a1\nl1,a2\n")
    folder.write("o.csv", "id,lead\n1,l1\n")
    lookup = {"column": "lead", "lookup": {"file": "leads.csv", "match": "lead", "take": "account"}}
    folder.map("opportunities", "o.csv", {"opportunity_id": "id", "account_id": lookup})
    assert folder.faults("opportunities")[0].startswith("file leads.csv, line 3, column 'lead'")


def test_an_entity_may_come_from_files_with_different_columns(folder: Folder) -> None:
    folder.write("calls.csv", "call\nc1\n")
    folder.write("visits.csv", "visit\nv1\n")
    folder.mapping["activities"] = [
        {"file": "calls.csv", "columns": {"activity_id": "call", "activity_type": {"value": "call"}}},
        {"file": "visits.csv", "columns": {"activity_id": "visit", "activity_type": {"value": "web_visit"}}},
    ]
    assert [row["activity_type"] for row in folder.rows("activities")] == ["call", "web_visit"]


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, ["file a.csv: is empty"]),
        ("id,name\n", {}, ["a header and no rows"]),
        ("id,title\n1,x\n", {}, ["column 'name': is not in the header", "It has id, title"]),
        ("id,Name \n1,x\n", {}, ["Write it as the file does, 'Name '"]),
        ("id,name,name\n1,x,y\n", {}, ["more than once"]),
        (ACCOUNTS.replace(",", ";"), {}, ["set 'delimiter'", "';'"]),
        (ACCOUNTS.encode("utf-16"), {}, ["is UTF-16", "encoding: utf-16"]),
        (b"id,name\n1,Acme\n2,Zo\xeb\n", {}, ["line 3", "byte 0xeb at 5", "encoding: latin-1"]),
        ("id,name\n1,Acme\n2,Zeta,more\n", {}, ["line 3: has 3 cells, the header 2"]),
        ('id,name\n1,"two\nlines"\n2\n', {}, ["line 4: has 1 cells"]),
        ("id,name\n1,Acme\n1,Zeta\n", {}, ["line 3: has the same account_id as file a.csv, line 2"]),
        ("id,name\n1,Acme\n,Zeta\n", {}, ["line 3: has no account_id"]),
        (",".join(f"c{n}" for n in range(10_001)) + "\n", {}, ["header: has 10,001 columns"]),
        ("c," * MAX_HEADER_BYTES, {}, ["header: is longer than"]),
    ],
    ids=lambda value: value[0][:40] if isinstance(value, list) else "",
)
def test_a_bad_file_is_refused_with_its_place_and_a_remedy(
    folder: Folder, content: Any, options: Any, words: list[str]
) -> None:
    folder.write("a.csv", content)
    folder.map("accounts", "a.csv", NAMED, **options)
    told = folder.faults()[0]
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("canonical", "cells", "wanted"),
    [
        ("employees", ["1", "", "many"], "is not a number"),
        ("employees", ["1", "2", "nan"], "is not a number"),
        ("employees", ["1", "2", "1e999"], "is not a number"),
    ],
)
def test_a_bad_value_is_told_by_line_and_column_only(
    folder: Folder, one_column: Any, canonical: str, cells: list[str], wanted: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        one_column(canonical, "x", *cells)
    assert str(told.value).startswith("file a.csv, line 4, column 'x': " + wanted)
    assert cells[-1] not in str(told.value).replace(wanted, "")


def test_bad_dates_and_booleans_of_all_entities_are_told_at_once(folder: Folder) -> None:
    folder.write("o.csv", 'id,closed,won,note\n1,2026-02-30,yes,"a\nb"\n2,2026-03-01,perhaps,\n')
    folder.write("a.csv", "id,n\n1,many\n")
    folder.map("accounts", "a.csv", {"account_id": "id", "employees": "n"})
    folder.map("opportunities", "o.csv", {"opportunity_id": "id", "closed_date": "closed", "is_won": "won"})
    told = folder.faults("accounts")
    assert [fault.partition(": ")[0] for fault in told] == [
        "file a.csv, line 2, column 'n'",
        "file o.csv, line 2, column 'closed'",
        "file o.csv, line 4, column 'won'",
    ]


def test_headers_of_all_files_are_checked_before_any_row(folder: Folder) -> None:
    folder.write("a.csv", "id,n\n1,many\n")
    folder.write("c.csv", "x\n1\n")
    folder.map("accounts", "a.csv", {"account_id": "id", "employees": "n"})
    folder.map("contacts", "c.csv", {"contact_id": "id"})
    folder.map("spend", "absent.csv", {"spend_id": "id"})
    told = folder.faults("accounts")
    assert [fault.partition(": ")[0] for fault in told] == [
        "file c.csv, column 'id'",
        "mapping mapping.yml, entities.spend",
    ]


def test_a_key_repeated_in_another_file_is_told(folder: Folder) -> None:
    folder.write("a1.csv", "id,name\n1,x\n2,x\n")
    folder.write("a2.csv", "id,name\n3,x\n2,x\n")
    folder.map("accounts", "a*.csv", NAMED)
    assert folder.faults()[0].startswith("file a2.csv, line 3: has the same account_id as file a1.csv, line 3")


def test_an_unclosed_quote_is_refused(folder: Folder) -> None:
    folder.write("a.csv", 'id,name\n1,"secret\n' + "2,x\n" * 10)
    folder.map("accounts", "a.csv", NAMED)
    assert folder.faults()[0].startswith("file a.csv, line 2: has an unclosed quotation mark")


def test_a_bare_quote_inside_a_cell_is_text(folder: Folder) -> None:
    folder.write("a.csv", 'id,name\n1,5" pipes\n')
    folder.map("accounts", "a.csv", NAMED)
    assert folder.rows("accounts")[0]["account_name"] == '5" pipes'


def test_something_that_is_no_parquet_is_refused(folder: Folder) -> None:
    folder.write("a.parquet", ACCOUNTS)
    folder.map("accounts", "a.parquet", NAMED)
    assert folder.faults() == ["file a.parquet: cannot be read. Check its permissions and that it is whole"]


@pytest.mark.parametrize("cell", ["31/02/2026", "2026-03-01", "01/13/2026"])
def test_a_date_that_its_form_does_not_allow_is_refused(folder: Folder, cell: str) -> None:
    folder.write("o.csv", f"id,closed\n1,01/03/2026\n2,1/3/2026\n3,{cell}\n")
    closed = {"column": "closed", "date_format": "%d/%m/%Y"}
    folder.map("opportunities", "o.csv", {"opportunity_id": "id", "closed_date": closed})
    assert folder.faults("opportunities")[0].startswith(
        "file o.csv, line 4, column 'closed': is not a date of the form '%d/%m/%Y'"
    )


def test_a_workbook_is_refused(folder: Folder) -> None:
    folder.write("a.csv", b"PK\x03\x04" + bytes(100))
    folder.map("accounts", "a.csv", NAMED)
    assert "Save it as 'CSV UTF-8'" in folder.faults()[0]


def test_a_truncated_archive_is_refused(folder: Folder) -> None:
    rows = "".join(f"{row},{hash(row)}\n" for row in range(500_000))
    folder.write("a.csv.gz", gzip.compress(("id,name\n" + rows).encode(), 1)[:-50_000])
    folder.map("accounts", "a.csv.gz", NAMED)
    assert folder.faults() == ["file a.csv.gz: cannot be read. Check its permissions and that it is whole"]


def test_a_name_with_brackets_is_no_pattern(folder: Folder) -> None:
    folder.write("a [2026].csv", ACCOUNTS)
    folder.map("accounts", "a [2026].csv", NAMED)
    assert len(folder.rows("accounts")) == 2


def test_a_pattern_that_leaves_the_folder_finds_nothing(folder: Folder) -> None:
    folder.map("accounts", "/etc/*.csv", NAMED)
    assert "no file '/etc/*.csv'" in folder.faults()[0]


@pytest.mark.parametrize(
    ("extra", "words"), [({}, "has no 'path'"), ({"path": "/absent/folder"}, "/absent/folder is no folder")]
)
def test_a_connection_without_a_folder_is_refused(extra: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        open_source("files", Connection("abm_files", extra=extra))


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cc"]))),
    st.integers(1, 3),
)
def test_any_text_survives_quoting(tmp_path_factory: pytest.TempPathFactory, cells: list[str], copies: int) -> None:
    folder = Folder(tmp_path_factory.mktemp("files"))
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells or ["x"]]
    folder.write("a.csv", "id,name\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(quoted)))
    folder.map("accounts", "a.csv", NAMED)
    made = [row.get("account_name") for row in folder.rows("accounts")]
    assert made == [cell.strip() or None for cell in cells or ["x"]]
