"""Cosmos' watcher operators with our own dbt underneath: one process builds, a task a model shows and retries it.

Cosmos copies the project for each dbt process, writes it a profile that makes dbt parse everything anew, turns all
events into JSON and back, and pushes two values of each node. Here dbt runs as `abm run` runs it, and says one thing
of each model: how it ended.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.exceptions import AirflowException
from cosmos.dbt.runner import run_command
from cosmos.operators._watcher.state import (
    get_status_xcom_key,
    get_xcom_val,
    is_dbt_node_status_success,
    is_producer_task_terminated,
    safe_xcom_push,
)
from cosmos.operators.local import DbtTestLocalOperator
from cosmos.operators.watcher import DbtProducerWatcherOperator, DbtRunWatcherOperator, DbtSeedWatcherOperator

from abm.dbt_messages import told_failures, without_rows
from abm.errors import AbmError, HeldError
from abm.release.locks import share_build
from abm.transform import DBT_PROJECT_DIR, dbt_environment, read_results, target_dir
from abm_airflow.hooks.warehouse import WarehouseHook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from airflow.sdk import Context

_LOOKS = 5  # for a model's end, before a waiting task also asks whether the build still runs
_PARSED = "partial_parse.msgpack"
_ENDS = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult"})
_LEFT_OUT = frozenset({"SkippingDetails", "LogSkipBecauseError"})  # something before it failed


class OwnDbt:
    """Run dbt by the project's own profile, with the parse that `abm up` or the set-up has left."""

    base_cmd: Sequence[str]
    flags: ClassVar[Sequence[str]] = ()
    failure: ClassVar[type[AbmError]] = AbmError
    log: Any

    def build_and_run_cmd(self, context: Context, cmd_flags: Sequence[str] | None = None, **_: Any) -> None:
        """Run the operator's dbt command; raises an AbmError that names what failed, without values of rows."""
        arguments = [*self.base_cmd, *(cmd_flags or []), *self.flags]
        run_dbt(arguments, context["ti"].task_id, self.told(context), self.failure)

    def told(self, context: Context) -> Callable[[Any], None]:
        """Return what is called with each event of dbt, from any of its threads."""

        def tell(event: Any) -> None:
            if event.info.level != "debug":
                self.log.info(without_rows(event.info.msg))

        return tell


class Build(OwnDbt, DbtProducerWatcherOperator):  # type: ignore[misc]
    """The one dbt process of a night: it builds every model, and tells each one's end to the task that shows it."""

    flags = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")

    def told(self, context: Context) -> Callable[[Any], None]:
        tell = super().told(context)

        def tell_and_note(event: Any) -> None:
            tell(event)
            if event.info.name in _ENDS | _LEFT_OUT:
                node = event.data.node_info
                status = "failed" if event.info.name in _LEFT_OUT else node.node_status
                ended: dict[str, object] = {
                    "status": status,
                    "outlet_uris": [],
                    "message": without_rows(event.info.msg),
                }
                safe_xcom_push(context["ti"], get_status_xcom_key(node.unique_id), ended)

        return tell_and_note


class _Watching(OwnDbt):
    """What a model's task does: read how the model ended; from the second try on, build it alone."""

    template_fields: ClassVar[Sequence[str]] = ()
    model_unique_id: str
    producer_task_id: str
    poke_retry_number: int

    def poke(self, context: Context) -> bool:
        """Return True once the model is built; raises AirflowException where it failed.

        Cosmos asks four more things each time, each by a request to Airflow's server; three of them say nothing here.
        """
        if context["ti"].try_number > 1:
            return self._as_cosmos_does(context)
        ended = self._ended(context)
        if ended is None:
            if self.poke_retry_number % _LOOKS == 0 and self._build_is_over(context):
                return self._as_cosmos_does(context)
            self.poke_retry_number += 1
            return False
        self.log.info(ended["message"])
        if not is_dbt_node_status_success(ended["status"]):
            raise AirflowException(f"{self.model_unique_id} was not built: {ended['message']}")
        return True

    def _ended(self, context: Context) -> dict[str, str] | None:
        key = get_status_xcom_key(self.model_unique_id)
        ended: dict[str, str] | None = get_xcom_val(context["ti"], self.producer_task_id, key)
        return ended

    def _build_is_over(self, context: Context) -> bool:
        return bool(is_producer_task_terminated(self._get_producer_task_status(context)))  # type: ignore[attr-defined]

    def _as_cosmos_does(self, context: Context) -> bool:
        return bool(super().poke(context))  # type: ignore[misc]


class Model(_Watching, DbtRunWatcherOperator):  # type: ignore[misc]
    """The task of one model."""


class Seed(_Watching, DbtSeedWatcherOperator):  # type: ignore[misc]
    """The task of one seed."""


class Tests(OwnDbt, DbtTestLocalOperator):  # type: ignore[misc]
    """Run the data tests on what was built; one that fails stops the release."""

    flags = ("--exclude-resource-type", "unit_test")
    failure = HeldError

    def execute(self, context: Context, **_: Any) -> None:
        self.build_and_run_cmd(context)


def run_dbt(arguments: Sequence[str], folder: str, told: Callable[[Any], None], failure: type[AbmError]) -> None:
    """Run one dbt command in this process, a task's own; what it writes goes to `folder` beside the manifest's."""
    from abm.dbt_savings import save  # imports dbt

    target = target_dir() / "airflow" / folder
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    _take_parse(target)
    save()
    folders = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target / "logs")}
    url = WarehouseHook().url
    command = ["dbt", "--log-level", "none", *arguments]
    with share_build(url):
        ended = run_command(command, dbt_environment(url) | folders, str(DBT_PROJECT_DIR), callbacks=[told])
    if not ended.success:
        failed = told_failures(read_results(target), target)
        raise failure(failed or "dbt did not start. Why is in the lines above; mend that and run the task again")


def _take_parse(target: Path) -> None:
    """Start from the parse kept beside the manifest: each process has a copy, since dbt writes it back."""
    if (target_dir() / _PARSED).exists():
        shutil.copyfile(target_dir() / _PARSED, target / _PARSED)
