"""Wait for a person: the standard approval, with the answer kept in the warehouse's `ops` tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from abm.approvals import note_answered, note_asked
from abm_airflow.errors import errors_told
from abm_airflow.hooks.warehouse import WarehouseHook
from abm_airflow.notifiers import TellAlerts

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context

# A night that nobody answered must be over before the next one plans anew.
ANSWER_WITHIN = timedelta(hours=20)


class RecordedApproval(ApprovalOperator):
    """Ask for approval and tell that somebody has to decide; no answer in time counts as a rejection.

    Either answer is recorded before anything follows. `on_reject` takes the warehouse URL, the key of what was
    rejected, and the reason; `on_approve` the URL, the key, what exactly the person saw (`seen`), and the person's
    name. Where one of them raises, the task fails and the question stays open.
    """

    template_fields = (*ApprovalOperator.template_fields, "key", "seen")

    def __init__(
        self,
        *,
        key: str,
        on_reject: Callable[[str, str, str], object],
        on_approve: Callable[[str, str, str, str], object] | None = None,
        seen: str = "",
        **arguments: Any,
    ) -> None:
        super().__init__(response_timeout=ANSWER_WITHIN, defaults=self.REJECT, notifiers=[TellAlerts()], **arguments)
        self.key = key
        self.seen = seen
        self.on_reject = on_reject
        self.on_approve = on_approve

    @errors_told
    def execute(self, context: Context) -> Any:
        note_asked(WarehouseHook().url, self.key, self.subject, self.body or "")
        return super().execute(context)

    @errors_told
    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        chosen, person = event.get("chosen_options", []), (event.get("responded_by_user") or {}).get("name")
        if self.REJECT in chosen:
            self.on_reject(WarehouseHook().url, self.key, f"rejected in Airflow by {person or 'nobody in time'}")
        elif self.APPROVE in chosen and self.on_approve:
            self.on_approve(WarehouseHook().url, self.key, self.seen, person or "somebody in Airflow")
        note_answered(WarehouseHook().url, self.key, ", ".join(chosen) or "none")
        return super().execute_complete(context, event)
