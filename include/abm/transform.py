"""Run dbt over what was landed, and tell in one sentence which model failed and why."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from psycopg.conninfo import conninfo_to_dict

from abm.dbt_messages import told_failures, told_output
from abm.dbt_selection import selecting
from abm.errors import AbmError
from abm.last_build import choose_to_run, look_at, project_digest, read_last_build, read_nodes, record_build
from abm.settings import PROJECT_DIR, load_settings
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from abm.last_build import Node

DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
_GOOD = frozenset({"success", "pass"})
_UNCHANGED = "UNCHANGED"  # what the materialisations in dbt_project/macros say


@dataclass(frozen=True)
class BuildResult:
    """What dbt did: nodes by status, tables it left as they were, nodes it was not asked for, and how long it took."""

    counts: Mapping[str, int]
    unchanged: int
    left_out: int
    elapsed_seconds: float
    slowest: Sequence[tuple[str, float]]
    good: frozenset[str]


def target_dir() -> Path:
    """Return where dbt keeps its manifest, parse cache and results; never inside the checkout."""
    return load_settings().home_dir / "dbt"


def manifest_path() -> Path:
    return target_dir() / "manifest.json"


def dbt_environment(url: str) -> dict[str, str]:
    """Return the variables by which dbt, alone or under Cosmos, reaches the warehouse; they hold its password."""
    parts = conninfo_to_dict(url)
    prefix = "DBT_ENV_SECRET_ABM_"
    return {
        f"{prefix}HOST": str(parts.get("host") or "127.0.0.1"),
        "ABM_DBT_PORT": str(parts.get("port") or 5432),
        f"{prefix}USER": str(parts.get("user") or ""),
        f"{prefix}PASSWORD": str(parts.get("password") or ""),
        f"{prefix}DBNAME": str(parts.get("dbname") or ""),
        "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
        "DBT_PROJECT_DIR": str(DBT_PROJECT_DIR),
        "DBT_TARGET_PATH": str(target_dir()),
        "DBT_LOG_PATH": str(target_dir() / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",  # formatting twenty-odd thousand lines of debugging took a tenth of a build
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PGTZ": "UTC",
    }


def build(url: str, *, select: str | None = None, full_refresh: bool = False) -> BuildResult:
    """Build and test every model, or those of a dbt selector, into the candidate schemas.

    What the last whole build left as this one would make it is left out, unless everything is to be made anew.
    Raises AbmError that names the models and tests that failed; what was published stays as it is.
    """
    anew = ["--full-refresh"] if full_refresh else []
    if select:
        # A test that also reads what was not selected waits until that is built.
        return _run(url, "--select", *select.split(), "--indirect-selection=buildable", *anew)
    project = project_digest(DBT_PROJECT_DIR)
    with connect(url) as connection:
        last = {} if full_refresh else read_last_build(connection, project)
        before = look_at(connection, last or _known_nodes())
    chosen = choose_to_run(last, before)
    left_out = last.keys() - chosen
    if left_out:
        # The manifest that the last build wrote still tells the same; to write it twice takes dbt a second.
        result = _run(url, *selecting(chosen, target_dir() / "chosen"), "--no-write-json", left_out=len(left_out))
    else:
        result = _run(url, *anew)
    with connect(url) as connection:
        record_build(connection, project, last if left_out else _known_nodes(), before, result.good | left_out)
    return result


def _run(url: str, *arguments: str, left_out: int = 0) -> BuildResult:
    output = run_dbt(url, "build", "--exclude-resource-type=unit_test", *arguments)
    results = read_results(target_dir())
    if output.returncode:
        raise AbmError(told_failures(results, target_dir()) or told_output(output, target_dir()))
    return _result(results, left_out)


def _known_nodes() -> Mapping[str, Node]:
    """Return the nodes that dbt noted when it last read the project; none before it did."""
    path = manifest_path()
    return read_nodes(orjson.loads(path.read_bytes())) if path.exists() else {}


def parse(url: str) -> Path:
    """Write the manifest that Cosmos reads, and return its path; the warehouse is not asked."""
    output = run_dbt(url, "parse")
    if output.returncode:
        raise AbmError(told_output(output, target_dir()))
    return manifest_path()


def run_dbt(
    url: str, *arguments: str, target: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one dbt command in a process of its own, so that its settings and handlers never reach ours.

    What it writes goes to `target`, the nightly build's folder unless told, what it says to `logs/dbt.log` in it;
    `variables` are added to its environment.
    """
    target = target or target_dir()
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    folders = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target / "logs")}
    with _open_pipe() as pipe:
        output = subprocess.run(  # noqa: S603 (arguments are built here)
            [sys.executable, "-m", "abm.dbt_process", *arguments],
            stdin=pipe,
            env=os.environ | dbt_environment(url) | folders | (dict(variables) if variables else {}),
            cwd=DBT_PROJECT_DIR,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    (target / "logs").mkdir(exist_ok=True)
    (target / "logs" / "dbt.log").write_text(output.stdout + output.stderr, encoding="utf-8")
    return output


@contextlib.contextmanager
def _open_pipe() -> Iterator[int]:
    """Yield the end to read from; the other one is open as long as this process lives."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def read_results(target: Path) -> Mapping[str, Any]:
    try:
        results: Mapping[str, Any] = orjson.loads((target / "run_results.json").read_bytes())
    except FileNotFoundError:
        return {"results": [], "elapsed_time": 0.0}
    return results


def _result(results: Mapping[str, Any], left_out: int) -> BuildResult:
    nodes = results["results"]
    statuses = [node["status"] for node in nodes]
    times = sorted(((node["unique_id"], node["execution_time"]) for node in nodes), key=lambda node: -node[1])
    return BuildResult(
        counts={status: statuses.count(status) for status in sorted(set(statuses))},
        unchanged=sum(node["message"] == _UNCHANGED for node in nodes),
        left_out=left_out,
        elapsed_seconds=results["elapsed_time"],
        slowest=times[:5],
        good=frozenset(node["unique_id"] for node in nodes if node["status"] in _GOOD),
    )
