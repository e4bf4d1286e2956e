"""Published rows become what platforms hold: plan the difference, guard it, send it, account for every row."""

from abm.activation.accounting import Accounting, account, summary
from abm.activation.desired import target_names
from abm.activation.guards import Verdict, guard
from abm.activation.planning import PlanSummary, plan
from abm.activation.runs import hold
from abm.activation.sending import send

__all__ = [
    "Accounting",
    "PlanSummary",
    "Verdict",
    "account",
    "guard",
    "hold",
    "plan",
    "send",
    "summary",
    "target_names",
]
