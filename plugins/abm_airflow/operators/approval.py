"""Wait for a person: the standard approval, with the answer kept in the warehouse's `ops` tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from abm_airflow.hooks.warehouse import WarehouseHook

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context

# A night that nobody answered must be over before the next one plans anew.
ANSWER_WITHIN = timedelta(hours=20)


class RecordedApproval(ApprovalOperator):
    """Ask for approval; no answer in time counts as a rejection, and a rejection is recorded by `on_reject`.

    `on_reject` takes the warehouse URL, the key of what was rejected, and the reason.
    """

    template_fields = (*ApprovalOperator.template_fields, "key")

    def __init__(self, *, key: str, on_reject: Callable[[str, str, str], object], **arguments: Any) -> None:
        super().__init__(response_timeout=ANSWER_WITHIN, defaults=self.REJECT, **arguments)
        self.key = key
        self.on_reject = on_reject

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        if self.REJECT in event.get("chosen_options", []):
            person = (event.get("responded_by_user") or {}).get("name", "nobody in time")
            self.on_reject(WarehouseHook().url, self.key, f"rejected in Airflow by {person}")
        return super().execute_complete(context, event)
