"""Tell which step failed and what to do next, in the one line an operator reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk import Context


class NameFailingStep(BaseNotifier):
    """Write the failed step and its error to the log: of the task, or of the DAG processor for a whole run."""

    def notify(self, context: Context) -> None:
        self.log.error(failing_step(context))


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
