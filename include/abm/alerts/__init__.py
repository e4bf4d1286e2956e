"""Alerts: one message for each change of a state that somebody must know of, never two for the same change.

`tell_changes` compares the states in the warehouse with what was told last (`ops.alerts`), records what changed, and
then tells it through each channel, in order. See docs/alerts.md.
"""

from abm.alerts.channels import CHANNELS, Channel, LogChannel, open_channels
from abm.alerts.delivery import tell_changes
from abm.alerts.kinds import KINDS, Kind
from abm.alerts.messages import Alert

__all__ = ["CHANNELS", "KINDS", "Alert", "Channel", "Kind", "LogChannel", "open_channels", "tell_changes"]
