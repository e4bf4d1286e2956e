"""A warehouse with landed data and an open build, and dbt's entity models over it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from abm import landing, release, sources, transform
from abm.policy.load import load_policy
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AS_OF = dt.date(2026, 3, 2)
ENTITIES = (
    "+int_accounts +int_account_team +int_activities_daily +int_spend +int_opportunities +int_owners"
    " +int_engagement_scores +int_person_identifiers"
)


@pytest.fixture(scope="module")
def dbt_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for dbt's parse cache, so that a module parses the project once."""
    return tmp_path_factory.mktemp("dbt-home")


@pytest.fixture(scope="module", autouse=True)
def _module_home(dbt_home: Path) -> Iterator[None]:
    """Module fixtures run dbt before any test's own home is set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABM_HOME", str(dbt_home))
        yield


@pytest.fixture(autouse=True)
def _one_parse(dbt_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABM_HOME", str(dbt_home))


@dataclass(frozen=True)
class Nights:
    """Builds of one warehouse, one after another."""

    url: str

    def begin(self, release_id: str, as_of: dt.date = AS_OF) -> None:
        release.start_build(self.url, as_of=as_of, release_id=release_id, policy=load_policy(None))

    def build(self, *, full_refresh: bool = False) -> transform.BuildResult:
        return transform.build(self.url, select=ENTITIES, full_refresh=full_refresh)

    def said(self, model: str) -> str:
        """Return what the last build said of a model."""
        results = transform.read_results(transform.target_dir())["results"]
        return next(str(node["message"]) for node in results if node["unique_id"] == f"model.abm.{model}")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with connect(self.url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def nights(new_database: Callable[[], str]) -> Nights:
    """A warehouse with every raw table, empty, and a build begun."""
    nights = Nights(new_database())
    for source in sources.SOURCES:
        landing.ensure_tables(nights.url, sources.entities(source))
    nights.begin("r1")
    return nights
