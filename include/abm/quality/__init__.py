"""Expectations on what arrives and on what leaves; dbt tests hold truths about models, these about deliveries.

Great Expectations takes seconds to import, so nothing here imports it before a check runs.
"""

from abm.quality.checks import check_candidate, check_landing
from abm.quality.report import Finding, Report

__all__ = ["Finding", "Report", "check_candidate", "check_landing"]
