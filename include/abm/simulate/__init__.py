"""Rehearse a policy on today's data, in schemas of its own: what would move, what it would cost, and why."""

from abm.simulate.command import show
from abm.simulate.rehearsal import Rehearsal, simulate

__all__ = ["Rehearsal", "show", "simulate"]
