"""HubSpot's write endpoints for companies: batch update by id, properties and their group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import orjson

from abm.destinations.hubspot.answers import BatchAnswer
from abm.errors import ConfigurationError, Fault, RefusedError
from abm.platforms.hubspot import Paths, body_of, code_and_reason, decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.http import PlatformClient

COMPANIES = "companies"
UPDATE_INPUTS = 100  # most inputs one batch takes
_JSON = {"Content-Type": "application/json"}
_BATCH_ANSWER = msgspec.json.Decoder(BatchAnswer)


@dataclass(frozen=True)
class WriteClient:
    """One account's companies."""

    http: PlatformClient
    paths: Paths

    def update_companies(self, inputs: Sequence[dict[str, Any]]) -> BatchAnswer:
        """Update up to 100 companies by id and return the answer's body, whether all or only some were taken."""
        return decoded(self._post(f"{self.paths.objects(COMPANIES)}/batch/update", {"inputs": inputs}), _BATCH_ANSWER)

    def list_properties(self) -> dict[str, dict[str, Any]]:
        body = body_of(self.http.request("GET", self.paths.properties(COMPANIES)))
        return {item["name"]: item for item in body["results"]}

    def ensure_group(self, name: str, label: str) -> None:
        try:
            self._post(f"{self.paths.properties(COMPANIES)}/groups", {"name": name, "label": label})
        except RefusedError as error:
            if error.status != httpx.codes.CONFLICT:
                raise

    def create_properties(self, definitions: Sequence[dict[str, Any]]) -> None:
        """Create properties; one that appeared meanwhile is fine, any other refusal is a fault of configuration."""
        body = body_of(self._post(f"{self.paths.properties(COMPANIES)}/batch/create", {"inputs": definitions}))
        refused = [code_and_reason(error) for error in body.get("errors") or ()]
        faults = [
            Fault("HubSpot company properties", f"could not be created ({code}: {reason})", "Create them by hand")
            for code, reason in refused
            if code != "CONFLICT"
        ]
        if faults:
            raise ConfigurationError(*faults)

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.http.request("POST", path, content=orjson.dumps(body), headers=_JSON)
