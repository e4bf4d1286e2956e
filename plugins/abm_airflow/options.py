"""What a night is run with: a DAG's own params, or those of the run whose asset event started it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from airflow.sdk import Param

from abm.destinations import REGISTRY

PARAMS = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="As-of date",
        description="Compute as of this day; empty: the day of the run (UTC)",
    ),
    "dry_run": Param(default=False, type="boolean", title="Dry run", description="Plan and count, send nothing"),
    "destinations": Param(
        [],
        type="array",
        items={"type": "string", "enum": list(REGISTRY)},
        title="Destinations",
        description="Send only to these; empty: every configured destination",
    ),
}


@dataclass(frozen=True)
class NightOptions:
    """Options that travel with the assets from ingest to activation."""

    as_of: str | None = None
    dry_run: bool = False
    destinations: list[str] = field(default_factory=list)

    def as_of_date(self, context: Any) -> date:
        return date.fromisoformat(self.as_of) if self.as_of else context["dag_run"].run_after.date()

    def includes(self, destination: str) -> bool:
        return not self.destinations or destination in self.destinations

    def as_extra(self) -> dict[str, Any]:
        return asdict(self)


def night_options(context: Any) -> NightOptions:
    """Read the run's params; a run started by an asset takes the options of the newest event instead."""
    events = [event for found in (context.get("triggering_asset_events") or {}).values() for event in found]
    chosen = max(events, key=lambda event: event.timestamp).extra if events else context["params"]
    return NightOptions(
        as_of=chosen.get("as_of") or None,
        dry_run=bool(chosen.get("dry_run", False)),
        destinations=list(chosen.get("destinations") or []),
    )


def run_key(context: Any) -> str:
    """Return the run's own key, the same for every try: the second it was due, in UTC."""
    return f"{context['dag_run'].run_after:%Y%m%dT%H%M%S}"
