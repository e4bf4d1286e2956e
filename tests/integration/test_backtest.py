"""The backtest on real data, and what it cannot show there (docs/backtest.md)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from psycopg.rows import dict_row

from abm import release, transform
from abm.policy.load import load_policy
from abm.settings import PROJECT_DIR
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.conftest import Ended

pytestmark = [pytest.mark.integration, pytest.mark.outside]

MAPPING = PROJECT_DIR / "docs" / "examples" / "maven_crm.yml"
ACCOUNTS = 85
AMOUNT_AUC = {
    "account": 0.547, "cltv": 0.552, "revenue_potential": 0.548, "influence": 0.571, "strategic_fit": 0.521,
}  # fmt: skip


def test_where_everybody_buys_only_amounts_can_be_ranked(
    abm: Callable[..., Ended], shared_data: Path, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", warehouse_url)
    assert abm("load", str(shared_data / "maven_crm"), "--mapping", str(MAPPING)).code == 0
    policy = tmp_path / "policy.yml"
    policy.write_text("backtest: {months: 6}")
    release.start_build(warehouse_url, as_of=dt.date(2018, 1, 1), release_id="maven", policy=load_policy(policy))
    built = transform.run_dbt(
        warehouse_url, "build", "--select", "+fct_score_backtest", "--exclude-resource-type", "unit_test", "test"
    )
    assert built.returncode == 0, built.stdout

    with connect(warehouse_url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from candidate_marts.fct_score_backtest").fetchall()
    whole = [row for row in rows if row["account_group"] == "all"]

    assert {row["as_of_date"] for row in rows} == {dt.date(2017, 7, 1)}
    assert sum(row["winners"] for row in whole if row["score"] == "account") == ACCOUNTS
    assert {(row["auc"], float(row["lift"])) for row in rows} == {(None, 1.0)}
    assert {row["score"]: float(row["amount_auc"]) for row in whole} == pytest.approx(AMOUNT_AUC, abs=0.001)
