"""Builds become releases: compare the candidate with what is live, judge the difference, publish in one transaction."""

from abm.release.builds import BuildContext, start_build
from abm.release.comparison import Comparison, Movement, compare
from abm.release.decisions import hold, reject
from abm.release.publishing import Published, publish
from abm.release.verdicts import Verdict, verdict

__all__ = [
    "BuildContext",
    "Comparison",
    "Movement",
    "Published",
    "Verdict",
    "compare",
    "hold",
    "publish",
    "reject",
    "start_build",
    "verdict",
]
