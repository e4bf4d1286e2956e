"""Write fields of Account records by their id: collections for few rows, Bulk API 2.0 for many."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.destinations import Audience, Result
from abm.destinations.flights import batches_in_flight
from abm.destinations.salesforce import bulk_job, row_calls
from abm.destinations.salesforce.answers import Answer
from abm.destinations.salesforce.fields import AccountFields
from abm.errors import ConfigurationError, RefusedError, RetryableError
from abm.platforms.salesforce import open_client
from abm.platforms.salesforce_bulk import BulkJobs
from abm.settings import missing_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from abm.destinations import Change
    from abm.errors import Fault
    from abm.http import PlatformClient
    from abm.settings import Connection

MOST_ROWS_BY_CALLS = 2000  # the vendor advises collections below, Bulk API 2.0 above
BULK_ROWS = 20_000  # two of Salesforce's own batches; some 20 MB of CSV, the limit is 100
BATCHES_IN_FLIGHT = 2  # more jobs at once would only wait for one another's row locks
LOCK_RETRIES = 5
_LOCK_WAIT, _LONGEST_LOCK_WAIT = 0.5, 8.0
_ACCOUNT_ID = re.compile(r"001[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?")


def connect(connection: Connection | None, transport: httpx.BaseTransport | None = None) -> SalesforceDestination:
    """Return the org as a destination; raises ConfigurationError without a usable connection."""
    if connection is None:
        raise ConfigurationError(missing_connection("salesforce"))
    flying = batches_in_flight(connection, BATCHES_IN_FLIGHT)
    return SalesforceDestination(open_client(connection, transport), batches_in_flight=flying)


def _up_to(seconds: float) -> float:
    return seconds * secrets.randbelow(1000) / 1000


@dataclass
class SalesforceDestination:
    """One org, for one run. Updates by id can be repeated, so nothing is ever asked before it is sent again."""

    client: PlatformClient
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float], float] = field(default=_up_to)
    batches_in_flight: int = BATCHES_IN_FLIGHT

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        AccountFields(self.client).ensure(names)
        return ()

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        return AccountFields(self.client).missing(names)

    def batch_rows(self, planned: int) -> int:
        return row_calls.ROWS_A_CALL if planned <= MOST_ROWS_BY_CALLS else BULK_ROWS

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        results = [_malformed(change) for change in changes if not _ACCOUNT_ID.fullmatch(change.object_key)]
        pending = [change for change in changes if _ACCOUNT_ID.fullmatch(change.object_key)]
        for attempt in range(LOCK_RETRIES + 1):
            if not pending:
                break
            if attempt:
                self.sleep(self.jitter(min(_LOCK_WAIT * 2**attempt, _LONGEST_LOCK_WAIT)))
            answers = self._update(pending) if attempt == 0 else self._update_again(pending)
            is_last = attempt == LOCK_RETRIES
            results += [answer.result() for answer in answers if is_last or not answer.is_locked]
            pending = [] if is_last else [answer.change for answer in answers if answer.is_locked]
        return results

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        return ()

    def close(self) -> None:
        self.client.close()

    def _update(self, changes: Sequence[Change]) -> Sequence[Answer]:
        if len(changes) <= MOST_ROWS_BY_CALLS:
            return row_calls.update(self.client, changes)
        return bulk_job.update(BulkJobs(self.client, "ingest", self.sleep), changes)

    def _update_again(self, changes: Sequence[Change]) -> Sequence[Answer]:
        """Send rows that were locked; a fault now must not lose what the first try said of the others."""
        try:
            return self._update(changes)
        except (RetryableError, RefusedError) as error:
            return [Answer(change, "NO_RESULT", str(error)) for change in changes]


def _malformed(change: Change) -> Result:
    return Result(change.object_key, "refused", "MALFORMED_ID", "MALFORMED_ID: not the id of a Salesforce account")
