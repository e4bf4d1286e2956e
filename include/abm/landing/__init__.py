"""Land Arrow batches in raw tables: staged as they arrive, merged by key, once for all sources."""

from abm.landing.merging import Counts, merge, merge_all
from abm.landing.staging import Staged, stage
from abm.landing.tables import ensure_tables

__all__ = ["Counts", "Staged", "ensure_tables", "merge", "merge_all", "stage"]
