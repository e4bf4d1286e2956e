"""Why an account is treated as it is, today or on a past day."""

from abm.explain.past import Day, explain_day
from abm.explain.sections import Section
from abm.explain.story import Story, explain
from abm.explain.tables import day_tables, story_tables

__all__ = ["Day", "Section", "Story", "day_tables", "explain", "explain_day", "story_tables"]
