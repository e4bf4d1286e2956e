"""Landing is by key, whole or not at all, and the same however often and in whatever order it is repeated."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abm.entities import BOOLEAN, DATE, INTEGER, NUMBER, TIMESTAMP, Column, Entity
from abm.errors import AbmError, ContractError, HeldError, RetryableError
from abm.landing import Counts, ensure_tables, merge, merge_all, stage
from abm.landing.faults import database_errors_told
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 3, 1, tzinfo=UTC)
COMPANY = Entity(
    source="test",
    name="company",
    object="companies",
    columns=(
        Column("id", "id"),
        Column("name", "name"),
        Column("employees", "employees", NUMBER),
        Column("seats", "seats", INTEGER),
        Column("founded", "founded", DATE),
        Column("is_archived", "archived", BOOLEAN),
        Column("updated_at", "updatedAt", TIMESTAMP),
    ),
    cursor="updated_at",
    deleted="is_archived",
)
LINK = Entity(
    source="test",
    name="deal_company",
    object="deals/companies",
    columns=(Column("from_id", "from"), Column("to_id", "to"), Column("is_primary", "primary", BOOLEAN)),
    key=("from_id", "to_id"),
)


def company(key: str | None, name: str = "Acme", day: int = 0, *, is_archived: bool = False) -> dict[str, Any]:
    return {"id": key, "name": name, "is_archived": is_archived, "updated_at": START + timedelta(days=day)}


def batches(entity: Entity, *rows: dict[str, Any], size: int = 2) -> list[pa.RecordBatch]:
    return pa.Table.from_pylist(list(rows), schema=entity.schema).to_batches(max_chunksize=size)


def land(
    url: str, *rows: dict[str, Any], batch_id: str = "b1", is_full: bool = False, entity: Entity = COMPANY
) -> Counts:
    stage(url, entity, batches(entity, *rows), batch_id=batch_id, is_full=is_full, cursor_from=None)
    return merge(url, entity, batch_id)


@pytest.fixture(scope="module")
def warehouse_url(new_database: Callable[[], str]) -> str:
    """One database for all tests here; making one costs more than any of them."""
    return new_database()


@pytest.fixture
def url(warehouse_url: str) -> str:
    start_afresh(warehouse_url)
    return warehouse_url


def start_afresh(url: str) -> None:
    with connect(url) as connection:
        connection.execute("drop schema if exists raw_test, raw_test_incoming cascade")
        connection.execute("delete from ops.landing_batches")
        connection.execute("delete from ops.source_cursors")
        ensure_tables(connection, [COMPANY, LINK])


@pytest.fixture
def rows(warehouse: psycopg.Connection) -> Callable[[], list[tuple[Any, ...]]]:
    def read() -> list[tuple[Any, ...]]:
        return warehouse.execute("select id, name, _is_deleted from raw_test.company order by id").fetchall()

    return read


def statuses(warehouse: psycopg.Connection) -> dict[str, str]:
    return dict(warehouse.execute("select batch_id, status from ops.landing_batches").fetchall())


def cursor(warehouse: psycopg.Connection) -> str | None:
    row = warehouse.execute("select cursor_value from ops.source_cursors where entity = 'company'").fetchone()
    return row[0] if row else None


def test_every_type_arrives_as_it_was(url: str, warehouse: psycopg.Connection) -> None:
    row = company("1", "Ünï “quoted”\n") | {"employees": 0.1, "seats": 2**53 + 1, "founded": START.date()}
    land(url, row)
    names = ", ".join(COMPANY.schema.names)
    assert warehouse.execute(f"select {names} from raw_test.company").fetchone() == tuple(
        row[name] for name in COMPANY.schema.names
    )


def test_merging_inserts_updates_deletes_and_leaves_the_rest(url: str, rows: Any) -> None:
    assert land(url, company("1"), company("2"), company("3")) == Counts(inserted=3)
    counts = land(
        url, company("1"), company("2", "New", 1), company("3", day=1, is_archived=True), company("4"), batch_id="b2"
    )
    assert counts == Counts(inserted=1, updated=1, deleted=1, unchanged=1)
    assert rows() == [("1", "Acme", False), ("2", "New", False), ("3", "Acme", True), ("4", "Acme", False)]


def test_landed_at_moves_only_where_a_row_changed(url: str, warehouse: psycopg.Connection) -> None:
    land(url, company("1"), company("2"))
    land(url, company("1"), company("2", "New", 1), batch_id="b2")
    marks = warehouse.execute("select id, _batch_id, _landed_at from raw_test.company order by id").fetchall()
    assert [mark[:2] for mark in marks] == [("1", "b1"), ("2", "b2")]
    assert marks[0][2] < marks[1][2]


def test_merging_a_batch_twice_is_a_no_op_that_tells_the_same_counts(url: str, rows: Any) -> None:
    first = land(url, company("1"), company("2"))
    before = rows()
    assert merge(url, COMPANY, "b1") == first
    assert rows() == before


@pytest.mark.parametrize("already", [(), (company("0"),)], ids=["first load", "later load"])
def test_of_repeated_keys_the_latest_wins_in_any_order(
    url: str, rows: Any, already: tuple[dict[str, Any], ...]
) -> None:
    if already:
        land(url, *already, batch_id="b0")
    counts = land(url, company("1", "newest", 2), company("1", "old", 0), company("1", "older", 1))
    assert counts == Counts(inserted=1)
    assert ("1", "newest", False) in rows()


def test_an_incremental_load_never_puts_an_older_state_over_a_newer_one(url: str, rows: Any) -> None:
    land(url, company("1", "newer", 2))
    assert land(url, company("1", "older", 1), batch_id="b2") == Counts(unchanged=1)
    assert rows() == [("1", "newer", False)]


def test_a_full_load_marks_missing_rows_deleted_and_revives_them(url: str, rows: Any) -> None:
    land(url, company("1"), company("2"), is_full=True)
    assert land(url, company("2"), batch_id="b2", is_full=True) == Counts(deleted=1, unchanged=1)
    assert rows() == [("1", "Acme", True), ("2", "Acme", False)]
    assert land(url, company("1"), company("2"), batch_id="b3", is_full=True) == Counts(updated=1, unchanged=1)
    assert rows() == [("1", "Acme", False), ("2", "Acme", False)]


def test_a_row_stays_deleted_without_being_touched_again(url: str, warehouse: psycopg.Connection) -> None:
    land(url, company("1"), company("2"), is_full=True)
    land(url, company("2"), batch_id="b2", is_full=True)
    assert land(url, company("2"), batch_id="b3", is_full=True) == Counts(unchanged=1)
    assert warehouse.execute("select _batch_id from raw_test.company where id = '1'").fetchone() == ("b2",)


def test_an_empty_full_load_never_deletes(url: str, rows: Any) -> None:
    land(url, company("1"), is_full=True)
    assert land(url, batch_id="b2", is_full=True) == Counts()
    assert rows() == [("1", "Acme", False)]


def test_an_incremental_load_never_deletes_what_it_does_not_mention(url: str, rows: Any) -> None:
    land(url, company("1"), is_full=True)
    land(url, company("2"), batch_id="b2")
    assert rows() == [("1", "Acme", False), ("2", "Acme", False)]


@pytest.mark.parametrize("already", [(), (company("0"),)], ids=["first load", "later load"])
def test_null_keys_are_refused_with_their_number(url: str, rows: Any, already: tuple[dict[str, Any], ...]) -> None:
    if already:
        land(url, *already, batch_id="b0")
    before = rows()
    with pytest.raises(ContractError, match=r"2 of 3 rows of test\.company have no id"):
        land(url, company(None), company(None), company("1"))
    assert rows() == before


def test_compound_keys_identify_rows_together(url: str, warehouse: psycopg.Connection) -> None:
    links = [{"from_id": f, "to_id": t, "is_primary": p} for f, t, p in [("1", "1", True), ("1", "2", False)]]
    land(url, *links, entity=LINK, is_full=True)
    assert land(url, links[0], entity=LINK, batch_id="b2", is_full=True) == Counts(deleted=1, unchanged=1)
    assert warehouse.execute("select to_id from raw_test.deal_company where _is_deleted").fetchall() == [("2",)]


def test_the_cursor_moves_with_the_merge_and_never_back(url: str, warehouse: psycopg.Connection) -> None:
    stage(url, COMPANY, batches(COMPANY, company("1", day=2)), batch_id="b1", is_full=True, cursor_from=None)
    assert cursor(warehouse) is None
    merge(url, COMPANY, "b1")
    assert cursor(warehouse) == "2026-03-03T00:00:00.000000+00:00"
    land(url, company("2", day=1), batch_id="b2")
    land(url, batch_id="b3")
    assert cursor(warehouse) == "2026-03-03T00:00:00.000000+00:00"


def test_a_date_in_the_future_does_not_hide_later_changes(url: str, warehouse: psycopg.Connection) -> None:
    land(url, company("1", day=100_000))
    assert datetime.fromisoformat(cursor(warehouse) or "") <= datetime.now(UTC)


def test_a_later_stage_abandons_the_earlier_one(url: str, warehouse: psycopg.Connection, rows: Any) -> None:
    stage(url, COMPANY, batches(COMPANY, company("1")), batch_id="b1", is_full=False, cursor_from=None)
    stage(url, COMPANY, batches(COMPANY, company("2")), batch_id="b2", is_full=False, cursor_from=None)
    assert statuses(warehouse) == {"b1": "abandoned", "b2": "staged"}
    with pytest.raises(HeldError, match="abandoned"):
        merge(url, COMPANY, "b1")
    merge(url, COMPANY, "b2")
    assert rows() == [("2", "Acme", False)]


def test_a_batch_never_staged_is_told(url: str) -> None:
    with pytest.raises(AbmError, match="No batch 'b9'"):
        merge(url, COMPANY, "b9")


def test_a_source_that_breaks_half_way_leaves_the_earlier_batch(
    url: str, warehouse: psycopg.Connection, rows: Any
) -> None:
    def breaking() -> Iterator[pa.RecordBatch]:
        yield from batches(COMPANY, company("8"), company("9"))
        raise RetryableError("The platform went away. It is tried again by itself.", code="GONE")

    stage(url, COMPANY, batches(COMPANY, company("1")), batch_id="b1", is_full=False, cursor_from=None)
    with pytest.raises(RetryableError) as told:
        stage(url, COMPANY, breaking(), batch_id="b2", is_full=False, cursor_from=None)
    assert told.value.code == "GONE"
    assert statuses(warehouse) == {"b1": "staged"}
    merge(url, COMPANY, "b1")
    assert rows() == [("1", "Acme", False)]


def test_columns_other_than_the_records_say_are_refused(url: str) -> None:
    wrong = [pa.record_batch({"id": ["1"], "title": ["x"]})]
    with pytest.raises(ContractError, match=r"sources/test/records\.py"):
        stage(url, COMPANY, wrong, batch_id="b1", is_full=True, cursor_from=None)


def test_columns_in_another_order_and_width_are_taken(url: str, rows: Any) -> None:
    (batch,) = batches(COMPANY, company("1"))
    turned = batch.select(list(reversed(COMPANY.schema.names))).cast(
        pa.schema([COMPANY.schema.field(name) for name in reversed(COMPANY.schema.names)]).set(
            5, pa.field("name", pa.large_string())
        )
    )
    stage(url, COMPANY, [turned], batch_id="b1", is_full=True, cursor_from=None)
    merge(url, COMPANY, "b1")
    assert rows() == [("1", "Acme", False)]


def test_a_nul_character_is_told_without_the_value(url: str) -> None:
    with pytest.raises(ContractError, match="NUL character") as told:
        stage(url, COMPANY, batches(COMPANY, company("1", "se\0cret")), batch_id="b1", is_full=True, cursor_from=None)
    assert "cret" not in str(told.value)


def test_merging_several_entities_is_all_or_nothing(url: str, warehouse: psycopg.Connection, rows: Any) -> None:
    stage(url, COMPANY, batches(COMPANY, company("1")), batch_id="b1", is_full=True, cursor_from=None)
    stage(url, LINK, batches(LINK, {"from_id": None, "to_id": "1"}), batch_id="b1", is_full=True, cursor_from=None)
    with pytest.raises(ContractError):
        merge_all(url, [COMPANY, LINK], "b1")
    assert rows() == []
    assert cursor(warehouse) is None


def test_a_merge_killed_half_way_leaves_nothing(url: str, warehouse: psycopg.Connection, rows: Any) -> None:
    land(url, company("1"))
    stage(url, COMPANY, batches(COMPANY, company("1", "New", 1)), batch_id="b2", is_full=False, cursor_from=None)
    _kill_when_blocked(url, warehouse)
    assert rows() == [("1", "Acme", False)]
    assert statuses(warehouse)["b2"] == "staged"
    assert merge(url, COMPANY, "b2") == Counts(updated=1)


def _kill_when_blocked(url: str, warehouse: psycopg.Connection) -> None:
    """Hold the row the merge records its end in, wait until the merge stands before it, and kill its backend."""
    told: list[BaseException] = []

    def merging() -> None:
        try:
            merge(url, COMPANY, "b2")
        except AbmError as error:
            told.append(error)

    with connect(url) as blocker:
        blocker.execute("lock table ops.source_cursors in exclusive mode")
        thread = threading.Thread(target=merging)
        thread.start()
        killed = None
        while killed is None and thread.is_alive():
            killed = warehouse.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where wait_event_type = 'Lock' and datname = current_database()"
            ).fetchone()
        thread.join()
    assert isinstance(told[0], RetryableError)


def test_two_merges_at_once_serialise(url: str, rows: Any) -> None:
    stage(url, COMPANY, batches(COMPANY, company("1"), company("2")), batch_id="b1", is_full=True, cursor_from=None)
    counts: list[Counts] = []
    threads = [threading.Thread(target=lambda: counts.append(merge(url, COMPANY, "b1"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [Counts(inserted=2)] * 3
    assert len(rows()) == 2


def test_ensuring_tables_twice_changes_nothing(url: str, rows: Any) -> None:
    land(url, company("1"))
    ensure_tables(url, [COMPANY, LINK])
    assert rows() == [("1", "Acme", False)]


def test_a_slow_source_does_not_keep_others_from_their_tables(url: str) -> None:
    def slow() -> Iterator[pa.RecordBatch]:
        yield from batches(COMPANY, company("1"))
        with connect(url) as other:
            other.execute("set lock_timeout = '2s'")
            ensure_tables(other, [COMPANY, LINK])
        land(url, {"from_id": "1", "to_id": "1"}, entity=LINK, batch_id="other")

    stage(url, COMPANY, slow(), batch_id="b1", is_full=True, cursor_from=None)
    assert merge(url, COMPANY, "b1") == Counts(inserted=1)


def test_a_new_column_is_filled_by_a_full_load(url: str, warehouse: psycopg.Connection) -> None:
    land(url, company("1"))
    wider = Entity("test", "company", "companies", (*COMPANY.columns, Column("city", "city")), cursor="updated_at")
    ensure_tables(url, [wider])
    assert cursor(warehouse) is None
    assert land(url, company("1") | {"city": "Oslo"}, entity=wider, batch_id="b2", is_full=True) == Counts(updated=1)


def test_the_first_load_leaves_key_and_index_in_place(url: str, warehouse: psycopg.Connection) -> None:
    names = "select indexname from pg_indexes where schemaname = 'raw_test' and tablename = 'company' order by 1"
    before = warehouse.execute(names).fetchall()
    land(url, company("1"))
    assert warehouse.execute(names).fetchall() == before == [("company_landed_at",), ("company_pkey",)]


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (psycopg.errors.DiskFull("x"), AbmError, "disk is full"),
        (psycopg.errors.AdminShutdown("x"), RetryableError, "57P01"),
        (psycopg.errors.LockNotAvailable("x"), RetryableError, "tried again"),
        (psycopg.errors.UniqueViolation("Key (email)=(ann@example.com)"), AbmError, "23505"),
    ],
)
def test_database_errors_are_one_sentence_without_values(
    error: psycopg.Error, kind: type[AbmError], words: str
) -> None:
    with pytest.raises(kind, match=words) as told, database_errors_told(COMPANY, "merging"):
        raise error
    assert "ann@example.com" not in str(told.value)
    assert told.value.__suppress_context__


class World:
    """A source that changes, and a pipeline that loads it, is interrupted, and tries again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.companies: dict[str, dict[str, Any]] = {}
        self.days = self.batches = 0

    def change(self, key: str) -> None:
        self.days += 1
        self.companies[key] = company(key, f"name of day {self.days}", self.days)

    def archive(self, key: str) -> None:
        self.change(key)
        self.companies[key]["is_archived"] = True

    def stage(self, *, is_full: bool, breaks: bool = False) -> None:
        self.batches += 1
        since = None if is_full else self._cursor()
        changed = [row for row in self.companies.values() if since is None or row["updated_at"] >= since]
        stage(
            self.url,
            COMPANY,
            self._broken(changed) if breaks else batches(COMPANY, *changed, *changed[:1]),
            batch_id=f"b{self.batches}",
            is_full=since is None,
            cursor_from=None,
        )

    def _broken(self, rows: list[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
        yield from batches(COMPANY, *rows[:2])
        raise RetryableError("gone")

    def _cursor(self) -> datetime | None:
        with connect(self.url) as connection:
            row = connection.execute("select cursor_value from ops.source_cursors").fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def try_step(self, step: str, key: str) -> None:
        latest = f"b{self.batches}"
        steps: dict[str, Callable[[], object]] = {
            "change": lambda: self.change(key),
            "archive": lambda: self.archive(key),
            "stage": lambda: self.stage(is_full=False),
            "stage all": lambda: self.stage(is_full=True),
            "break stage": lambda: self.stage(is_full=False, breaks=True),
            "merge": lambda: merge(self.url, COMPANY, latest),
            "merge older": lambda: merge(self.url, COMPANY, f"b{self.batches - 1}"),
            "break merge": lambda: merge_all(self.url, [COMPANY, LINK], latest),
        }
        with contextlib.suppress(AbmError):
            steps[step]()

    def landed(self) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            return connection.execute("select id, name, _is_deleted from raw_test.company order by id").fetchall()


STEPS = ["change", "archive", "stage", "stage all", "break stage", "merge", "merge older", "break merge"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from("abc")), max_size=12))
def test_any_sequence_of_loads_and_failures_ends_as_one_clean_load(url: str, steps: list[tuple[str, str]]) -> None:
    start_afresh(url)
    world = World(url)
    for step, key in steps:
        world.try_step(step, key)
    world.stage(is_full=False)
    merge(url, COMPANY, f"b{world.batches}")
    after_all_that = world.landed()
    start_afresh(url)
    world.stage(is_full=True)
    merge(url, COMPANY, f"b{world.batches}")
    assert after_all_that == world.landed()
