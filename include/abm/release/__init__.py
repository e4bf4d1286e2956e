"""Builds become releases: compare the candidate with what is live, judge the difference, publish in one transaction."""

from abm.release.builds import BuildContext, start_build
from abm.release.comparison import Comparison, compare
from abm.release.decisions import hold, hold_unfinished, reject
from abm.release.difference import Difference, Movement
from abm.release.locks import lock_build, share_build
from abm.release.movers import Mover, Moves
from abm.release.publishing import Published, publish

__all__ = [
    "BuildContext",
    "Comparison",
    "Difference",
    "Movement",
    "Mover",
    "Moves",
    "Published",
    "compare",
    "hold",
    "hold_unfinished",
    "lock_build",
    "publish",
    "reject",
    "share_build",
    "start_build",
]
