"""dbt under Airflow: what the building task tells of each model, and what each model's own task makes of it."""

from __future__ import annotations

from copy import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException
from tests.parsing import lend_parse

from abm import transform
from abm.errors import HeldError
from abm.warehouse import connect

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.filterwarnings("ignore")


class Pushed:
    """A task instance that keeps what is pushed and pulls from it, as Airflow's server would."""

    def __init__(self, try_number: int = 1) -> None:
        self.task_id = "dbt.any"
        self.try_number = try_number
        self.values: dict[str, Any] = {}
        self.asked = 0

    def xcom_push(self, key: str, value: Any) -> None:
        self.values[key] = value

    def xcom_pull(self, task_ids: str, *, key: str) -> Any:
        self.asked += 1
        return self.values.get(key)


def event(name: str, status: str = "success", level: str = "info") -> Any:
    node = SimpleNamespace(unique_id="model.abm.int_accounts", node_status=status)
    message = "1 of 1 int_accounts\n  DETAIL:  Key (email)=(ada@example.com) is duplicated.\n"
    return SimpleNamespace(
        info=SimpleNamespace(name=name, level=level, msg=message), data=SimpleNamespace(node_info=node)
    )


@pytest.fixture
def model(dagbag: Any) -> Any:
    return dagbag.dags["abm_model"].get_task("dbt.int_accounts_run")


def told(dagbag: Any, *events: Any) -> Pushed:
    ti = Pushed()
    tell = dagbag.dags["abm_model"].get_task("dbt.dbt_producer_watcher").told({"ti": ti})
    for each in events:
        tell(each)
    return ti


def test_only_the_end_of_a_model_is_written_through_the_api(dagbag: Any) -> None:
    assert told(dagbag, event("LogStartLine"), event("NodeFinished", level="debug")).values == {}
    assert list(told(dagbag, event("LogModelResult")).values) == ["model__abm__int_accounts_status"]


def test_what_is_told_of_a_model_quotes_no_row(dagbag: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ti = told(dagbag, event("LogModelResult", "error", "error"))
    assert "ada@example.com" not in str(ti.values) + capsys.readouterr().out


def test_a_built_model_is_seen_by_one_request(dagbag: Any, model: Any) -> None:
    ti = told(dagbag, event("LogModelResult"))
    assert model.poke({"ti": ti}) is True
    assert ti.asked == 1


@pytest.mark.parametrize("ended", [event("LogModelResult", "error"), event("SkippingDetails", "skipped")])
def test_a_model_that_failed_or_was_left_out_fails_its_task(dagbag: Any, model: Any, ended: Any) -> None:
    with pytest.raises(AirflowException, match="int_accounts was not built"):
        model.poke({"ti": told(dagbag, ended)})


@pytest.mark.parametrize(("producer", "alone"), [("running", False), ("failed", True), ("skipped", True)])
def test_a_model_waits_for_the_build_and_is_built_alone_where_that_is_over(
    model: Any, monkeypatch: pytest.MonkeyPatch, producer: str, *, alone: bool
) -> None:
    built: list[Any] = []
    monkeypatch.setattr(type(model), "_get_producer_task_status", lambda *_: producer)
    monkeypatch.setattr(type(model), "build_and_run_cmd", lambda _self, _context, cmd_flags: built.append(cmd_flags))
    assert copy(model).poke({"ti": Pushed()}) is alone
    assert copy(model).poke({"ti": Pushed(try_number=2)}) is alone
    assert built == [["--select", "int_accounts"]] * (2 if alone else 0)


def test_a_model_is_built_alone_and_failing_data_tests_hold_the_release(
    dagbag: Any, model: Any, warehouse_url: str, parsed_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from abm_airflow.hooks.warehouse import WarehouseHook

    monkeypatch.setenv("ABM_HOME", str(parsed_home))
    monkeypatch.setattr(WarehouseHook, "url", warehouse_url)
    lend_parse(warehouse_url, transform.target_dir(), lambda: transform.parse(warehouse_url))
    seed = dagbag.dags["abm_model"].get_task("dbt.benchmarks_seed")
    seed.build_and_run_cmd({"ti": Pushed()}, cmd_flags=["--select", "benchmarks"])
    with connect(warehouse_url) as connection:
        assert connection.execute("select count(*) > 0 from seeds.benchmarks").fetchone() == (True,)
    tests = dagbag.dags["abm_model"].get_task("dbt.dbt_project_test")
    monkeypatch.setattr(type(tests), "flags", ("--select", "suppressed_accounts_are_known"))  # of what is not built
    with pytest.raises(HeldError, match="dbt stopped at test suppressed_accounts_are_known"):
        tests.execute({"ti": Pushed()})
