"""The change budget of a plan: what may leave without a person's word, and the word where it is needed."""

from abm.activation.guards.approvals import approve, how_to_approve
from abm.activation.guards.judging import Verdict, guard
from abm.activation.guards.present import as_json as plans_as_json
from abm.activation.guards.present import tables as plan_tables
from abm.activation.guards.tallies import Measured, measure

__all__ = ["Measured", "Verdict", "approve", "guard", "how_to_approve", "measure", "plan_tables", "plans_as_json"]
