"""A HubSpot account on 127.0.0.1 that keeps to the documented API."""

from abm_sandbox.hubspot.app import create_app
from abm_sandbox.hubspot.world import load_world

__all__ = ["create_app", "load_world"]
