"""A Salesforce org over HTTP: REST, sObject Collections, Composite, Bulk API 2.0, custom fields by the Tooling API."""

from abm_sandbox.salesforce.app import create_app
from abm_sandbox.salesforce.world import load_world

__all__ = ["create_app", "load_world"]
