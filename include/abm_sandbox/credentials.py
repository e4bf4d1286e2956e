"""The sandbox's fixed credentials: they open nothing but the servers this package starts on 127.0.0.1."""

SALESFORCE_CONSUMER_KEY = "sandbox-key"
SALESFORCE_CONSUMER_SECRET = "sandbox-secret"  # noqa: S105 (opens the sandbox only)
HUBSPOT_TOKEN = "sandbox-hubspot-token"  # noqa: S105 (opens the sandbox only)
LINKEDIN_TOKEN = "sandbox-linkedin-token"  # noqa: S105 (opens the sandbox only)
LINKEDIN_ACCOUNT = "urn:li:sponsoredAccount:500000001"
