"""The walk through docs/getting-started-with-files.md on real data: from CSV to lists, without any platform."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abm.settings import PROJECT_DIR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import Ended

pytestmark = [pytest.mark.integration, pytest.mark.outside]

MAPPING = PROJECT_DIR / "docs" / "examples" / "maven_crm.yml"
ACCOUNTS, OPPORTUNITIES = 85, 8800


def test_from_csv_to_lists(
    abm: Callable[..., Ended], shared_data: Path, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABM_WAREHOUSE_URL", warehouse_url)
    loaded = abm("load", str(shared_data / "maven_crm"), "--mapping", str(MAPPING))
    assert (loaded.code, f"{OPPORTUNITIES:,}" in loaded.out) == (0, True)

    night = abm("run", "--as-of", "2017-12-31")
    assert (night.code, night.err) == (0, "")

    counted = abm(
        "query", "select effective_style, count(*) from marts.fct_account_styles group by 1", "--format", "json"
    )
    styles = {row["effective_style"]: row["count"] for row in json.loads(counted.out)}
    assert sum(styles.values()) == ACCOUNTS

    lists = Path(os.environ["ABM_HOME"]) / "lists" / "programme_wide"
    manifest = json.loads((lists / "manifest.json").read_text())
    assert manifest["rows"] == len(_rows(lists / "linkedin.csv")) == styles["one_to_many"]

    story = abm("explain", "Kan-code")
    assert (story.code, "rank 1 of 50 seats" in story.out) == (0, True)

    exported = abm("export", "--style", "one_to_many", "--platform", "linkedin", "--out", str(tmp_path / "out"))
    assert exported.code == 0
    assert len(_rows(tmp_path / "out" / "one_to_many_linkedin.csv")) == styles["one_to_many"]

    plan = abm("plan", "lists")
    assert (plan.code, f"{styles['one_to_many']} of {styles['one_to_many']} rows are unchanged" in plan.out) == (
        0,
        True,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))
