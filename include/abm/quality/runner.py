"""Run suites in the database through Great Expectations, keep the results in `ops`, build the Data Docs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.quality.report import Finding, Report
from abm.settings import load_settings
from abm.warehouse import connect, sqlalchemy_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# The URL stands in Great Expectations' files only as the name of this variable, so no password is written.
_URL_VARIABLE = "ABM_CHECKED_WAREHOUSE"
# Counts without the values that failed: those may be somebody's name or mail.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
_STOPS = "critical"
_NOT_LIMITS = frozenset({"batch_id", "regex", "column", "column_list"})


@dataclass(frozen=True)
class Suite:
    """Expectations on one table, or on the rows of one query."""

    subject: str
    expectations: Sequence[Any]
    schema: str | None = None
    table: str | None = None
    query: str | None = None


def run_suites(url: str, name: str, run_id: str, suites: Sequence[Suite], *, folder: Path | None = None) -> Report:
    """Validate every suite, record every result under the run, and renew `$ABM_HOME/data_docs/<name>`."""
    home = folder or load_settings().home_dir
    with _quiet(url) as gx, _alone(home / "great_expectations" / slug(name)) as project:
        context = _context(gx, project, home / "data_docs" / slug(name))
        source = context.data_sources.add_or_update_postgres("warehouse", connection_string=f"${{{_URL_VARIABLE}}}")
        definitions = [_definition(gx, context, source, suite) for suite in suites]
        checkpoint = context.checkpoints.add_or_update(
            gx.Checkpoint(
                name=name,
                validation_definitions=definitions,
                result_format=RESULT_FORMAT,
                actions=[gx.checkpoint.UpdateDataDocsAction(name="data_docs")],
            )
        )
        outcome = checkpoint.run()
    subjects = [suite.subject for suite in suites]
    report = Report(
        name,
        [finding for found in zip(subjects, outcome.run_results.values(), strict=True) for finding in _read(*found)],
    )
    record(url, run_id, report)
    return report


def slug(name: str) -> str:
    return name.replace(" ", "_")


def record(url: str, run_id: str, report: Report) -> None:
    """Keep every finding in `ops.check_results`; a second run of the same check replaces the first."""
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("delete from ops.check_results where run_id = %s and check_name = %s", [run_id, report.name])
        cursor.executemany(
            """
            insert into ops.check_results
                (run_id, check_name, subject, expectation, severity, success, observed, expected, description)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    *(run_id, report.name, found.subject, found.expectation, found.severity),
                    *(found.success, found.observed, found.expected, found.description),
                )
                for found in report.findings
            ],
        )


@contextlib.contextmanager
def _quiet(url: str) -> Iterator[Any]:
    """Import Great Expectations without its telemetry and chatter, with the warehouse in its environment."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ[_URL_VARIABLE] = sqlalchemy_url(url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.INFO)  # its import alone logs two hundred lines
        try:
            import great_expectations as gx  # noqa: PLC0415 (seconds of import, only when a check runs)

            yield gx
        finally:
            logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _alone(project: Path) -> Iterator[Path]:
    """Let one process at a time use a check's project: Great Expectations keeps its configuration in files."""
    project.mkdir(parents=True, exist_ok=True)
    with (project / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield project


def _context(gx: Any, project: Path, docs: Path) -> Any:
    context = gx.get_context(mode="file", project_root_dir=str(project))
    context.variables.progress_bars = {"globally": False}
    context.update_data_docs_site(
        "local_site",
        {
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    return context


def _definition(gx: Any, context: Any, source: Any, suite: Suite) -> Any:
    if suite.query is not None:
        asset = source.add_query_asset(name=suite.subject, query=suite.query.strip())
    else:
        asset = source.add_table_asset(name=suite.subject, table_name=suite.table, schema_name=suite.schema)
    data = asset.add_batch_definition_whole_table("all rows")
    stored = context.suites.add_or_update(
        gx.ExpectationSuite(name=suite.subject, expectations=list(suite.expectations))
    )
    return context.validation_definitions.add_or_update(
        gx.ValidationDefinition(name=suite.subject, data=data, suite=stored)
    )


def _read(subject: str, validation: Any) -> Iterator[Finding]:
    for result in validation.results:
        config = result.expectation_config
        limits = {name: value for name, value in config.kwargs.items() if name not in _NOT_LIMITS and value is not None}
        yield Finding(
            subject=subject,
            expectation=config.type,
            severity="stop" if config.severity.value == _STOPS else "warn",
            success=bool(result.success),
            observed=_observed(result),
            expected=json.dumps(limits, default=str) if limits else None,
            description=config.description or config.type,
        )


def _observed(result: Any) -> str | None:
    if result.exception_info and result.exception_info.get("raised_exception"):
        return "could not be computed"
    found = result.result
    if "observed_value" in found:
        return None if found["observed_value"] is None else str(found["observed_value"])
    count = found.get("unexpected_count")
    return None if count is None else f"{count} of {found.get('element_count')} rows"
