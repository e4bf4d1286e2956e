"""What people are told: the failed step in the line an operator reads first, and each change of state by alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk import Context


class NameFailingStep(BaseNotifier):
    """Write the failed step and its error to the log: of the task, or of the DAG processor for a whole run."""

    def notify(self, context: Context) -> None:
        self.log.error(failing_step(context))


class TellAlerts(BaseNotifier):
    """Tell what changed through every channel that has a connection: a callback, or called by a task.

    Never raises: a night does not fail because nobody could be told. What was not told comes again.
    """

    def notify(self, context: Context) -> None:
        from abm.alerts import open_channels, tell_changes
        from abm.database_errors import database_errors_told
        from abm.errors import AbmError
        from abm_airflow.hooks.platform import PlatformHook
        from abm_airflow.hooks.warehouse import WarehouseHook

        try:
            with database_errors_told():
                channels = open_channels(lambda name: PlatformHook(name).find(), self.log.warning)
                tell_changes(WarehouseHook().url, channels, self.log.warning)
        except AbmError as error:
            self.log.error("Alerts were not told and come again: %s", error)  # noqa: TRY400 (the cause can quote rows)
        except Exception as error:  # noqa: BLE001 (whatever it is, the night goes on)
            self.log.error("Alerts were not told and come again: %s", type(error).__name__)  # noqa: TRY400 (as above)


def failing_step(context: Any) -> str:
    """Return one sentence naming DAG, step and error; our own errors carry their remedy.

    Airflow calls this for a failed task with its error, and for a failed DAG run with a reason only.
    """
    step = context.get("task_instance") or context.get("ti")
    error = context.get("exception")
    told = str(error or context.get("reason") or "no reason was given").splitlines()[0]
    where = f"Step {step.task_id!r} of {step.dag_id!r}" if step else f"DAG {_dag_id(context)!r}"
    return f"{where} failed: {told} What its failure means and who acts is in the DAG's documentation."


def _dag_id(context: Any) -> str:
    run = context.get("dag_run")
    return run.dag_id if run else "unknown"
