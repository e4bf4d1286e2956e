"""Write company properties to HubSpot: requests of 100 by record id, each row answered for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from abm.destinations import Result
from abm.destinations.apart import write_the_same
from abm.destinations.flights import batches_in_flight
from abm.destinations.hubspot import fields
from abm.destinations.hubspot.answers import NOT_ACKNOWLEDGED, blames_nobody, failed, read_answer, refused
from abm.destinations.hubspot.client import UPDATE_INPUTS, WriteClient
from abm.errors import AbmError, ConfigurationError, Fault, RefusedError
from abm.platforms.hubspot import open_client, paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from abm.destinations import Audience, Change
    from abm.settings import Connection

ROWS_A_SEND = 1000  # ten requests, recorded together
BATCHES_IN_FLIGHT = 6  # one request of each at a time: fewer leave the account waiting while we record
_NOTHING: tuple[object, ...] = ("{}", {})
_CLEARED = ""
# Faults of the property, not of its value: rows that write the same properties all have them.
_PROPERTY_FAULTS = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})


def connect(connection: Connection | None, transport: httpx.BaseTransport | None = None) -> HubSpotDestination:
    """Return the account as a destination; nothing is requested before `prepare` or `missing`."""
    if connection is None:
        raise ConfigurationError(
            Fault("destination 'hubspot'", "has no connection", "Add abm_hubspot; docs/connections.md lists its fields")
        )
    client = WriteClient(open_client(connection, transport), paths(connection))
    return HubSpotDestination(client, batches_in_flight(connection, BATCHES_IN_FLIGHT))


@dataclass
class HubSpotDestination:
    """The companies of one HubSpot account. Updates by id may be sent again without a second effect."""

    client: WriteClient
    batches_in_flight: int = BATCHES_IN_FLIGHT
    _existing: frozenset[str] | None = field(default=None, repr=False)

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Create the property group and the properties that are missing."""
        existing = self.client.list_properties()
        if faults := fields.faults(names, existing):
            raise ConfigurationError(*faults)
        if absent := [name for name in dict.fromkeys(names) if name not in existing]:
            self.client.ensure_group(fields.GROUP, fields.GROUP_LABEL)
            self.client.create_properties([fields.definition(name) for name in absent])
        self._existing = frozenset({*existing, *names})
        return ()

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        existing = self.client.list_properties()
        absent = [name for name in names if name not in existing and not name.startswith(fields.HUBSPOT_PREFIX)]
        return [
            *fields.faults(names, existing),
            *(
                Fault(
                    f"HubSpot company property {name!r}",
                    "does not exist",
                    "The next run creates it; the token needs crm.schemas.companies.write",
                )
                for name in absent
            ),
        ]

    def batch_rows(self, planned: int) -> int:
        return ROWS_A_SEND

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Send the rows 100 a request; a request that fails for good only fails its own rows.

        Raises only where not one row was answered for.
        """
        idle = [row for row in changes if self._is_idle(row)]
        sent = [row for row in changes if not self._is_idle(row)] if idle else changes
        batches = [sent[start : start + UPDATE_INPUTS] for start in range(0, len(sent), UPDATE_INPUTS)]
        return [*(Result(row.object_key, "unchanged") for row in idle), *self._send_all(batches)]

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        return ()

    def close(self) -> None:
        self.client.http.close()

    def _send_all(self, batches: Sequence[Sequence[Change]]) -> list[Result]:
        if not batches:
            return []
        outcomes = [self._send_or_error(batch) for batch in batches]
        errors = [outcome for outcome in outcomes if isinstance(outcome, AbmError)]
        if len(errors) == len(outcomes):
            raise next((error for error in errors if isinstance(error, ConfigurationError)), errors[0])
        return [
            result for batch, outcome in zip(batches, outcomes, strict=True) for result in _results_of(batch, outcome)
        ]

    def _send_or_error(self, batch: Sequence[Change]) -> list[Result] | AbmError:
        try:
            return self._send_batch(batch)
        except AbmError as error:
            return error

    def _send_batch(self, batch: Sequence[Change]) -> list[Result]:
        """Send one request; where HubSpot refuses it without naming a row, halve it until that row stands alone."""
        try:
            body = self.client.update_companies([self._input(row) for row in batch])
        except RefusedError as error:
            if len(batch) == 1 or (error.code in _PROPERTY_FAULTS and write_the_same(batch)):
                return [refused(row, error.code, str(error)) for row in batch]
            return self._send_halves(batch)
        results = read_answer(batch, body)
        unheard = [row for row, result in zip(batch, results, strict=True) if result.reason_code == NOT_ACKNOWLEDGED]
        if len(batch) == 1 or not unheard or not blames_nobody(body):
            return results
        return [*(result for result in results if result.reason_code != NOT_ACKNOWLEDGED), *self._send_halves(unheard)]

    def _send_halves(self, batch: Sequence[Change]) -> list[Result]:
        middle = len(batch) // 2
        halves = [half for half in (batch[:middle], batch[middle:]) if half]
        return [result for half in halves for result in _results_of(half, self._send_or_error(half))]

    def _is_idle(self, row: Change) -> bool:
        return row.content in _NOTHING or (row.operation == "remove" and self._properties(row) in _NOTHING)

    def _input(self, row: Change) -> dict[str, object]:
        properties = orjson.Fragment(self._properties(row))
        return {"id": row.object_key, "objectWriteTraceId": row.object_key, "properties": properties}

    def _properties(self, row: Change) -> str:
        """Return them as JSON; a plan for HubSpot holds them as they are sent."""
        if row.operation != "remove":
            return row.json
        # A property that someone deleted meanwhile needs no clearing, and naming it would refuse the row.
        existing = self._existing
        return orjson.dumps({name: _CLEARED for name in row.payload if existing is None or name in existing}).decode()


def _results_of(batch: Sequence[Change], outcome: list[Result] | AbmError) -> list[Result]:
    return [failed(row, outcome) for row in batch] if isinstance(outcome, AbmError) else outcome
