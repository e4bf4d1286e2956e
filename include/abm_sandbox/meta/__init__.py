"""Meta's Custom Audiences, served from a store."""

from abm_sandbox.meta.ad_account import AdAccount
from abm_sandbox.meta.app import create_app, load_world

__all__ = ["AdAccount", "create_app", "load_world"]
