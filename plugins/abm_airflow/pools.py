"""One Airflow pool a platform, so that parallel tasks share its rate limit. `abm up` creates them from here."""

from __future__ import annotations

from abm.destinations import REGISTRY
from abm.sources import SOURCES

# One task at a time talks to a platform with one credential: the rate budget is kept in that task's process.
SLOTS = 1


def pool_of(platform: str) -> str:
    return f"abm_{platform}"


def pools() -> list[dict[str, object]]:
    """Return every pool in the form of Airflow's API and of `airflow pools import`."""
    platforms = dict.fromkeys((*SOURCES, *REGISTRY))
    return [
        {
            "name": pool_of(platform),
            "slots": SLOTS,
            "description": f"Tasks that talk to {platform}",
            "include_deferred": False,
        }
        for platform in platforms
    ]
