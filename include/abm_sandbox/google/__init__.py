"""Google's Data Manager API for Customer Match, served from a store."""

from abm_sandbox.google.ads_account import AdsAccount
from abm_sandbox.google.app import create_app, load_world

__all__ = ["AdsAccount", "create_app", "load_world"]
