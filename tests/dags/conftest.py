from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.parsing import lend_parse

from abm.settings import PROJECT_DIR
from abm.transform import parse, target_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.warehouse import EmbeddedServer


@pytest.fixture(scope="session")
def parsed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `$ABM_HOME` whose dbt manifest `dagbag` has written."""
    return tmp_path_factory.mktemp("dags")


@pytest.fixture(scope="session")
def dagbag(postgres: EmbeddedServer, parsed_home: Path) -> Iterator[Any]:
    """The project's DAGs, parsed as Airflow's DAG processor parses them."""
    home = parsed_home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ABM_HOME", str(home))
        patch.setenv("AIRFLOW_HOME", str(home / "airflow"))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(PROJECT_DIR / "plugins"))
        for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
            patch.delenv(name)
        url = postgres.url("test_000000000000")  # none is asked
        lend_parse(url, target_dir(), lambda: parse(url))
        parse(url)
        from airflow.dag_processing.dagbag import DagBag

        yield DagBag(str(PROJECT_DIR / "dags"), collect_dags=True)
