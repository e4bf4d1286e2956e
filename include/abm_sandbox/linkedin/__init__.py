"""LinkedIn's Matched Audiences (DMP segments), served from a store."""

from abm_sandbox.linkedin.ad_account import AdAccount
from abm_sandbox.linkedin.app import create_app, load_world

__all__ = ["AdAccount", "create_app", "load_world"]
