"""Tell which step failed and what to do next, in the one line an operator reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk import Context


class NameFailingStep(BaseNotifier):
    """Write the failed step, its error and the place of its log to the task log."""

    def notify(self, context: Context) -> None:
        self.log.error(failing_step(context))


def failing_step(context: Any) -> str:
    """Return one sentence naming DAG, task and error; our own errors carry their remedy."""
    ti = context["task_instance"]
    error = context.get("exception")
    told = str(error).splitlines()[0] if error and str(error) else type(error).__name__
    return (
        f"Step {ti.task_id!r} of {ti.dag_id!r} failed on try {ti.try_number}: {told} "
        f"What a failure of this step means and who acts is in the DAG's documentation."
    )
