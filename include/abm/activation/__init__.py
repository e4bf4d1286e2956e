"""Published rows become what platforms hold: plan the difference, guard it, send it, account for every row."""

from abm.activation.accounting import Accounting, account, summary
from abm.activation.audience_forecasts import Forecast, read_forecasts
from abm.activation.desired import target_names
from abm.activation.guards import Verdict, approve, guard
from abm.activation.opt_out_runs import remove_opt_outs
from abm.activation.planning import PlanSummary, plan
from abm.activation.runs import hold
from abm.activation.sending import send

__all__ = [
    "Accounting",
    "Forecast",
    "PlanSummary",
    "Verdict",
    "account",
    "approve",
    "guard",
    "hold",
    "plan",
    "read_forecasts",
    "remove_opt_outs",
    "send",
    "summary",
    "target_names",
]
