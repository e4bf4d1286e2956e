"""The fields that a CRM record can be given, by our own names."""

from __future__ import annotations

from typing import Literal

FieldBesideStyle = Literal[
    "abm_base_style",
    "abm_account_score",
    "abm_revenue_potential_score",
    "abm_strategic_fit_score",
    "abm_influence_score",
    "abm_engagement_score",
    "abm_cltv_score",
    "abm_reason",
    "abm_micro_segment",
    "abm_style_since",
    "abm_lease_ends",
    "abm_policy_version",
    "abm_is_target_account",
    "abm_ideal_customer_profile",
]
CrmField = Literal["abm_style", FieldBesideStyle]


def is_number(field: CrmField) -> bool:
    """Tell whether the field holds a number; the others hold text, a date or yes and no."""
    return field.endswith("_score")
