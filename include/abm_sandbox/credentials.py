"""The sandbox's fixed credentials: they open nothing but the servers this package starts on 127.0.0.1."""

SALESFORCE_CONSUMER_KEY = "sandbox-key"
SALESFORCE_CONSUMER_SECRET = "sandbox-secret"  # noqa: S105 (opens the sandbox only)
HUBSPOT_TOKEN = "sandbox-hubspot-token"  # noqa: S105 (opens the sandbox only)
LINKEDIN_TOKEN = "sandbox-linkedin-token"  # noqa: S105 (opens the sandbox only)
LINKEDIN_ACCOUNT = "urn:li:sponsoredAccount:500000001"
LINKEDIN_CLIENT_ID = "sandbox-linkedin-client"
LINKEDIN_CLIENT_SECRET = "sandbox-linkedin-secret"  # noqa: S105 (opens the sandbox only)
LINKEDIN_REFRESH_TOKEN = "sandbox-linkedin-refresh"  # noqa: S105 (opens the sandbox only)
GOOGLE_ACCOUNT = "1234567890"
GOOGLE_MANAGER = "9998887777"
GOOGLE_CLIENT_ID = "sandbox-google-client"
GOOGLE_CLIENT_SECRET = "sandbox-google-secret"  # noqa: S105 (opens the sandbox only)
GOOGLE_REFRESH_TOKEN = "sandbox-google-refresh"  # noqa: S105 (opens the sandbox only)
META_TOKEN = "sandbox-meta-token"  # noqa: S105 (opens the sandbox only)
META_ACCOUNT = "act_700000001"
META_APP_SECRET = "sandbox-meta-app-secret"  # noqa: S105 (opens the sandbox only)
